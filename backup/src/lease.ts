import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { leaseKey, type Scope } from './layout.ts';
import type { Condition, Store } from './stores/store.ts';

const leaseSchema = z.object({
  token: z.string(),
  holder: z.string(),
  purpose: z.string(),
  since: z.string(),
  /** Grows with every renewal, so that a watcher sees life without comparing clocks. */
  beat: z.int(),
  /** Milliseconds without a beat after which the holder is taken for dead. */
  patience: z.int().positive(),
});
type LeaseRecord = z.infer<typeof leaseSchema>;

export interface LeaseOptions {
  /** What for, for those who find it held: `backup`, `prune`. */
  readonly purpose: string;
  /** Milliseconds without a sign of life after which others take over; renewed three times as often. Default two minutes. */
  readonly patience?: number;
  /** Whether to wait until a holder that may be dead proves alive or dead. Else a held lease fails at once. Default true. */
  readonly wait?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while nobody else of the scope does. The holder is whoever last wrote the lease with a conditional write, and a
 * watcher takes over only after seeing no renewal for the whole patience on its own monotonic clock: a clock that jumps harms
 * neither. `work` gets a signal that aborts with `lease.lost` when the lease could not be renewed in time. Fails with
 * `lease.held` when somebody else is at work.
 */
export async function withLease<T>(
  store: Store,
  scope: Scope,
  options: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await acquire(store, scope, options);
  const lost = new AbortController();
  const renewing = renew(store, scope, lease, lost);
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  try {
    return await work(signal);
  } finally {
    lost.abort();
    const etag = await renewing;
    if (etag !== undefined) await release(store, scope, lease);
  }
}

interface Held {
  readonly record: LeaseRecord;
  readonly etag: string;
}

async function acquire(store: Store, scope: Scope, options: LeaseOptions): Promise<Held> {
  const record: LeaseRecord = {
    token: randomUUID(),
    holder: `${hostname()} (${process.pid})`,
    purpose: options.purpose,
    since: new Date().toISOString(),
    beat: 0,
    patience: options.patience ?? 120_000,
  };
  const found = await current(store, scope);
  if (found === undefined) return take(store, scope, record, { absent: true });
  if (options.wait === false) throw held(found.record);
  await expectDeath(store, scope, found, options.signal);
  const again = await current(store, scope);
  return take(store, scope, record, again === undefined ? { absent: true } : { etag: found.etag });
}

async function take(store: Store, scope: Scope, record: LeaseRecord, condition: Condition): Promise<Held> {
  try {
    const etag = await store.write(leaseKey(scope), JSON.stringify(record), condition);
    // A store that ignores conditions lets two writers in; the one that is still there afterwards has it.
    const now = await current(store, scope);
    if (now !== undefined && now.record.token !== record.token) throw held(now.record);
    return { record, etag };
  } catch (error) {
    if (!hasCode(error, 'store.conflict')) throw error;
    throw held((await current(store, scope))?.record ?? record);
  }
}

/** Returns when the holder gave no sign of life for its patience; throws `lease.held` when it did. */
async function expectDeath(store: Store, scope: Scope, found: Held, signal?: AbortSignal): Promise<void> {
  const { patience } = found.record;
  const step = Math.max(10, patience / 6);
  for (const start = performance.now(); performance.now() - start < patience; ) {
    await sleep(step, undefined, signal && { signal });
    const now = await current(store, scope);
    if (now === undefined) return;
    if (now.etag !== found.etag) throw held(now.record);
  }
}

/** Renews until `lost` is aborted; aborts it when that fails for too long. Returns the last version, if still the holder. */
async function renew(
  store: Store,
  scope: Scope,
  lease: Held,
  lost: AbortController,
): Promise<string | undefined> {
  const { patience } = lease.record;
  let { etag } = lease;
  let beat = 0;
  let renewed = performance.now();
  for (;;) {
    try {
      await sleep(patience / 3, undefined, { signal: lost.signal });
    } catch {
      return etag;
    }
    const began = performance.now();
    try {
      etag = await store.write(leaseKey(scope), JSON.stringify({ ...lease.record, beat: ++beat }), { etag });
      renewed = began;
    } catch (error) {
      const now = await current(store, scope).catch(() => undefined);
      if (now?.record.token === lease.record.token) etag = now.etag;
      else if (now !== undefined || performance.now() - renewed > (patience * 2) / 3) {
        lost.abort(lostLease(error));
        return undefined;
      }
    }
  }
}

async function release(store: Store, scope: Scope, lease: Held): Promise<void> {
  try {
    const now = await current(store, scope);
    if (now?.record.token === lease.record.token) await store.delete(leaseKey(scope));
  } catch {
    // The work is done; a lease that can't be taken back runs out by itself.
  }
}

async function current(store: Store, scope: Scope): Promise<Held | undefined> {
  try {
    const { body, etag } = await store.read(leaseKey(scope));
    return { record: leaseSchema.parse(JSON.parse(body)), etag };
  } catch (error) {
    if (hasCode(error, 'store.missing')) return undefined;
    throw error;
  }
}

const held = ({ holder, purpose, since }: LeaseRecord): BackupError =>
  new BackupError({
    code: 'lease.held',
    message: `${holder} is at work here (${purpose}) since ${since}.`,
    hint: 'Wait until it has ended. A dead holder is replaced by itself after a few minutes.',
  });

const lostLease = (cause: unknown): BackupError =>
  new BackupError({
    code: 'lease.lost',
    message: 'The lease could not be renewed in time, so somebody else may be at work now.',
    hint: 'Look at the connection to the store; the next run starts anew.',
    cause,
  });
