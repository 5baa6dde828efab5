import { useSyncExternalStore } from 'react';
import { config } from './config.ts';

let newer = false;
const listeners = new Set<() => void>();

/** Compares the release that answered with the one this page came from; a change is worth offering a reload. */
export function noticeRelease(response: Response): void {
  const answered = response.headers.get('X-Release');
  if (newer || !answered || !isNewer(answered, config.release)) return;
  newer = true;
  for (const listener of listeners) listener();
}

/** Whether a version (`vYYYYMMDD_HHMMSS`) is later than another; names of other shapes are never newer. */
export function isNewer(answered: string, own: string): boolean {
  const version = /^v\d{8}_\d{6}/;
  return version.test(answered) && version.test(own) && answered > own;
}

/** Whether the API is of a later release than this page. */
export function useNewRelease(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => newer,
  );
}
