import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { config, liveAddress } from './config.ts';
import { LiveConnection, type LiveEvent, type LiveState } from './live.ts';

/** What the home screen lists or sums. */
const counted = new Set(['lead', 'deal', 'task']);

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();

/** Whether changes arrive by themselves at the moment. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/**
 * Keeps what is on the screen true: each announced change makes the answers about that kind of record stale, so that the
 * visible ones are asked for again. Gives the function that ends it.
 */
export function startLiveUpdates(queryClient: QueryClient): () => void {
  const refresh = new Refresher((entity) => {
    void queryClient.invalidateQueries({ queryKey: [entity] });
    if (counted.has(entity)) void queryClient.invalidateQueries({ queryKey: ['dashboard'] });
  });
  const connection = new LiveConnection({
    address: liveAddress(config.wsUrl, window.location),
    onEvent: (event) => {
      if (!isOld(queryClient, event)) refresh.soon(event.entity);
    },
    // Whoever is signed out learns it from the first answer.
    onRefused: () => void queryClient.invalidateQueries(),
    onGap: () => void queryClient.invalidateQueries(),
    onState(next) {
      state = next;
      for (const listener of listeners) listener();
    },
  });
  const online = () => connection.open();
  window.addEventListener('online', online);
  connection.open();
  return () => {
    window.removeEventListener('online', online);
    connection.close();
    refresh.end();
  };
}

/**
 * Whether we know this version of the record already, for instance because the change was ours. Only an update raises
 * the version; a score or an insight is nobody's edit and always news.
 */
export function isOld(queryClient: QueryClient, { entity, entityId, version, type }: LiveEvent): boolean {
  if (!version || !type.endsWith('.updated')) return false;
  const known = queryClient.getQueryData<{ version?: number }>([entity, entityId]);
  return known?.version !== undefined && known.version >= version;
}

/** Gathers what changes within a moment, so that a burst of events asks once for each kind of record. */
export class Refresher {
  readonly #refresh: (entity: string) => void;
  readonly #waiting = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(refresh: (entity: string) => void) {
    this.#refresh = refresh;
  }

  soon(entity: string): void {
    this.#waiting.add(entity);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const one of this.#waiting) this.#refresh(one);
      this.#waiting.clear();
    }, 150);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }
}
