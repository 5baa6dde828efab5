import type { Scope } from '../layout.ts';
import { oplogFolder } from '../layout.ts';
import { appendLedger } from '../ledger.ts';
import type { Manifest } from '../manifest.ts';
import type { Store } from '../stores/store.ts';
import { type Instant, isAfter } from './instant.ts';
import { endOf } from './slice.ts';

export interface PruneSlices {
  /** Days back to which the database can be restored to any time. */
  readonly days: number;
  /** The newest backup that counts: what changed since it is kept however old. */
  readonly newest: Manifest | undefined;
  readonly now: Date;
  readonly signal?: AbortSignal;
}

const DAY = 86_400;

/**
 * Names what of the changes is too old: whatever lies in an environment's folder of them, by the time in its name. Nothing without a backup that
 * counts.
 */
export async function oldSlices(
  store: Store,
  scope: Scope,
  { days, newest, now }: PruneSlices,
): Promise<string[]> {
  if (newest === undefined) return [];
  const limit: Instant = { t: Math.floor(now.getTime() / 1000) - days * DAY, i: 0 };
  const madeAt =
    newest.consistency.kind === 'snapshot'
      ? newest.consistency.at
      : { t: Math.floor(Date.parse(newest.startedAt) / 1000), i: 0 };
  const keptFrom = isAfter(limit, madeAt) ? madeAt : limit;
  const old: string[] = [];
  for await (const { key } of store.list(oplogFolder(scope))) {
    const end = endOf(key);
    if (end !== undefined && isAfter(keptFrom, end)) old.push(key);
  }
  return old;
}

/** Removes them, each record before its data. Written down by their days first, so that no deletion goes unrecorded. */
export async function removeSlices(
  store: Store,
  scope: Scope,
  keys: readonly string[],
  { now, signal }: Pick<PruneSlices, 'now' | 'signal'>,
): Promise<void> {
  if (keys.length === 0) return;
  const days = [...new Set(keys.map((key) => key.slice(0, key.lastIndexOf('/') + 1)))];
  await appendLedger(store, scope, { at: now.toISOString(), action: 'empty', removed: days });
  const isRecord = (key: string) => key.endsWith('.json');
  for (const key of [...keys.filter(isRecord), ...keys.filter((key) => !isRecord(key))]) {
    signal?.throwIfAborted();
    await store.delete(key);
  }
}
