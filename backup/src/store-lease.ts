import { hostname } from 'node:os';
import { pid } from 'node:process';
import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { leaseKey, type Scope } from './layout.ts';
import { type Holding, Lease, type LeasePlace, type TakeOptions, takeLease } from './lease.ts';
import { identityOf, isProvenGone, type ProcessIdentity, processIdentitySchema } from './process-identity.ts';
import type { Store } from './stores/store.ts';

const PATIENCE = 120_000;
/** Times that a lease that was let go of is tried for: each time somebody else was faster. */
const TRIES = 20;

/** Who works at a scope's backups. */
export interface Worker {
  readonly holder: string;
  /** What for, for those who find it held: `backup`, `prune`. */
  readonly purpose: string;
  readonly since: string;
  readonly pid?: number | undefined;
  /** Which process the holder is; null where that cannot be told, and of earlier versions. */
  readonly process: ProcessIdentity | null;
}

/**
 * The record in the store. Its names are those of the first version of this library, which a worker of an earlier release still
 * reads: what is called `token` there is the lease's random id, and what is called `fence` here is its token.
 */
const recordSchema = z
  .object({
    token: z.string(),
    fence: z.int().default(0),
    holder: z.string(),
    purpose: z.string(),
    since: z.string(),
    pid: z.int().optional(),
    process: processIdentitySchema.nullable().default(null),
    beat: z.int(),
    patience: z.int().positive(),
    released: z.boolean().default(false),
  })
  .transform(({ token: id, fence: token, ...rest }): Holding & Worker => ({ id, token, ...rest }));

function recordIn(body: string, patience: number): Holding & Worker {
  try {
    return recordSchema.parse(JSON.parse(body));
  } catch {
    // Of a damaged record nobody knows whose it is: that one is watched, and replaced when it gives no sign of life.
    return {
      ...{ id: 'unreadable', token: 0, beat: 0, patience, released: false, process: null },
      ...{ holder: 'Somebody (its record cannot be read)', purpose: 'unknown', since: 'an unknown time' },
    };
  }
}

const written = ({ id, token, ...rest }: Holding & Worker) =>
  JSON.stringify({ ...rest, token: id, fence: token });

/** Where the lease of a scope is kept in a store of backups. `patience`: milliseconds, for a record that can't be read. */
export function storeLease(store: Store, scope: Scope, patience = PATIENCE): LeasePlace<Worker> {
  const key = leaseKey(scope);
  const read: LeasePlace<Worker>['read'] = async () => {
    try {
      const { body, etag } = await store.read(key);
      return { record: recordIn(body, patience), version: etag };
    } catch (error) {
      if (hasCode(error, 'store.missing')) return undefined;
      throw error;
    }
  };
  return {
    read,
    async write(record, over) {
      try {
        const condition = over ? { etag: over.version } : ({ absent: true } as const);
        const version = await store.write(key, written(record), condition);
        // A store that ignores conditions lets two holders in; the one that is still there afterwards has it.
        const taken = over?.record.id !== record.id;
        return taken && (await read())?.record.id !== record.id ? undefined : version;
      } catch (error) {
        if (hasCode(error, 'store.conflict')) return undefined;
        throw error;
      }
    },
    lost: (to, cause) => lostLease(to, cause),
    busy: () =>
      new BackupError({
        code: 'store.conflict',
        message: `${key} in ${store.name} was changed by others again and again while it was written.`,
        hint: 'Run the command again.',
      }),
  };
}

export interface LeaseOptions {
  /** What for, for those who find it held: `backup`, `prune`. */
  readonly purpose: string;
  /** Milliseconds without a sign of life after which others take over; renewed six times as often. Default two minutes. */
  readonly patience?: number;
  /** Whether to wait until a holder that may be dead proves alive or dead. Else a held lease fails at once. Default true. */
  readonly wait?: boolean;
  /** Told once when somebody seems to hold it: within how many milliseconds, at the most, they prove alive or are replaced. */
  readonly onWait?: (holder: Worker, most: number) => void;
  /** Told again and again while it is watched: for how many milliseconds it still will be, at the most. */
  readonly onWatch?: (left: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while nobody else of the scope does. `work` gets a signal that aborts with `lease.lost` when the lease was taken over or
 * could not be renewed in time. Fails with `lease.held` when somebody else is at work.
 */
export async function withLease<T>(
  store: Store,
  scope: Scope,
  { purpose, patience = PATIENCE, wait = true, onWait, onWatch, signal }: LeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await take(storeLease(store, scope, patience), wait, {
    details: {
      ...{ holder: `${hostname()} (${pid})`, purpose, since: new Date().toISOString() },
      ...{ pid, process: await identityOf(pid) },
    },
    patience,
    heartbeat: patience / 6,
    looksAlive: () => !wait,
    isGone,
    ...(onWait && { onWait: (holder) => onWait(holder, holder.patience) }),
    ...(onWatch && { onLook: ({ patience }, silence) => onWatch(Math.max(0, patience - silence)) }),
    ...(signal && { signal }),
  });
  try {
    return await work(signal ? AbortSignal.any([signal, lease.lost]) : lease.lost);
  } finally {
    // The work is done; a lease that can't be given back runs out by itself.
    await lease.release().catch(() => {});
  }
}

/** One that was killed on this machine: nobody has to watch for two minutes whether it still lives. */
const isGone = async ({ pid, process }: Worker): Promise<boolean> =>
  pid !== undefined && process !== null && (await isProvenGone(pid, process));

async function take(
  place: LeasePlace<Worker>,
  wait: boolean,
  options: TakeOptions<Worker>,
): Promise<Lease<Worker>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const taken = await takeLease(place, options);
    if (taken instanceof Lease) return taken;
    // One that ended while it was watched is nobody's any more.
    if (!wait || !taken.released) throw held(taken);
  }
  // Or the store names another version each time that it is asked.
  throw place.busy();
}

const held = ({ holder, purpose, since }: Worker): BackupError =>
  new BackupError({
    code: 'lease.held',
    message: `${holder} is at work here (${purpose}) since ${since}.`,
    hint: 'Wait until it has ended. A dead holder is replaced by itself after a few minutes.',
  });

const lostLease = (to: Worker | undefined, cause: unknown): BackupError =>
  new BackupError({
    code: 'lease.lost',
    message: to
      ? `${to.holder} took the lease over (${to.purpose}), because this process gave no sign of life for too long.`
      : 'The lease could not be renewed in time, so somebody else may be at work now.',
    hint: 'Look at the connection to the store; the next run starts anew.',
    cause,
  });
