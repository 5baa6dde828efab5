import { randomUUID } from 'node:crypto';
import { type Alarm, describeInstant, Shipper } from 'conductor-backup';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { SettingsOf } from '../settings.ts';
import { type Bell, openBell } from './bell.ts';
import type { Nightly } from './nightly.ts';
import { type ChangesStatus, writeChangesStatus } from './status.ts';

const second = 1_000;
/** Between two slices: what a lost database loses at most is this and the time that one takes, and that must stay below a minute. */
const interval = 30 * second;
/** For so long slices may fail before somebody is told. */
const patience = 5 * 60 * second;
const lockKey = 'conductor:backups:shipper';

interface ShippingOptions {
  readonly redis: Redis;
  readonly log: Logger;
  readonly registry: Registry;
  /** Milliseconds between two slices. */
  readonly every?: number;
  readonly late?: number;
  readonly bell?: Bell;
}

/**
 * Brings what changes in the database into the backups' store every half minute, so that it can be restored to any time. Of several workers one
 * does it, whoever holds the lock in Redis; without Redis each does, which costs space and harms nothing. Returns how to stop it.
 */
export function startShipping(
  settings: SettingsOf<'worker'>,
  nightly: Nightly | undefined,
  { redis, log, registry, every = interval, late = patience, bell }: ShippingOptions,
): () => Promise<void> {
  if (nightly === undefined || settings.BACKUP_POINT_IN_TIME_DAYS === 0) return async () => {};
  const { store, scope, run } = nightly;
  const shipper = new Shipper({ store, scope, source: run.source, recipients: run.recipients });
  const show = gauge(registry);
  const told = bell ?? openBell(settings, { redis, log });
  const me = randomUUID();
  const stopping = new AbortController();
  let good = Date.now();
  let upTo: string | null = null;
  let isSaid = false;
  /** When the slice that is under way began. */
  let began: number | null = null;

  const tell = async (status: ChangesStatus, alarm?: Alarm): Promise<void> => {
    await writeChangesStatus(redis, status).catch((error) =>
      log.debug({ err: error }, 'the state of the changes could not be written down'),
    );
    if (alarm) await told.ring(alarm);
  };
  const ship = async (): Promise<void> => {
    if (!(await isMine(redis, me, every * 3))) return;
    began = Date.now();
    try {
      const shipped = await shipper.ship(stopping.signal);
      if (shipped.state === 'impossible') {
        const problem = `The database can be restored to its backups only, and to no time between: of MongoDB, ${shipped.reason}.`;
        // Nothing that anybody must get up for, and the same the next time.
        if (!isSaid) log.warn(problem);
        isSaid = true;
        await tell({ upTo: null, problem });
        return;
      }
      good = Date.now();
      upTo = describeInstant(shipped.upTo);
      show(shipped.upTo.t);
      const { gap } = shipped;
      await tell(
        { upTo, problem: null },
        gap ? lost(describeInstant(gap.after), upTo, scope.environment) : undefined,
      );
    } catch (error) {
      if (stopping.signal.aborted) return;
      const problem = (error as Error).message;
      log.warn({ err: error }, 'the changes could not be shipped; the next slice has them');
      const isLate = Date.now() - good > late;
      await tell({ upTo, problem }, isLate ? overdue(problem, upTo) : undefined);
    } finally {
      began = null;
    }
  };
  // What hangs cannot say so itself.
  const watch = setInterval(() => {
    if (began === null || Date.now() - began <= late) return;
    const problem = 'MongoDB or the store has not answered since.';
    void tell({ upTo, problem }, overdue(problem, upTo));
  }, every);
  const done = repeat(ship, every, stopping.signal, log);
  return async () => {
    clearInterval(watch);
    stopping.abort(new Error('the worker is stopping'));
    await done;
    await release(redis, me);
    await shipper.close();
  };
}

/** One after another, until the signal. */
async function repeat(
  work: () => Promise<void>,
  every: number,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  while (!signal.aborted) {
    const began = Date.now();
    await work().catch((error) => log.error({ err: error }, 'the changes could not be looked after'));
    await pause(Math.max(0, began + every - Date.now()), signal);
  }
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });

/** Takes or keeps the lock. Where Redis can't tell, it is ours. */
async function isMine(redis: Redis, me: string, milliseconds: number): Promise<boolean> {
  try {
    if ((await redis.set(lockKey, me, 'PX', milliseconds, 'NX')) !== null) return true;
    if ((await redis.get(lockKey)) !== me) return false;
    await redis.pexpire(lockKey, milliseconds);
    return true;
  } catch {
    return true;
  }
}

/** So that the next worker goes on at once. */
async function release(redis: Redis, me: string): Promise<void> {
  const holder = await redis.get(lockKey).catch(() => null);
  if (holder === me) await redis.del(lockKey).catch(() => 0);
}

const lost = (after: string, upTo: string, environment: string): Alarm => ({
  kind: 'changes-lost',
  message: `What changed from ${after} to ${upTo} is in no slice, and MongoDB does not have it any more: until the next backup, restores go to times before.`,
  hint: `Make one now: conductor backup create ${environment}. When it happens again, make MongoDB's oplog larger.`,
});

const overdue = (problem: string, upTo: string | null): Alarm => ({
  kind: 'changes-late',
  message: `The changes of the database are kept up to ${upTo ?? 'the last backup'} only: ${problem}`,
  hint: 'Look at the store of the backups and at MongoDB. When they are back, the next slice has all since, as long as MongoDB keeps it.',
});

function gauge(registry: Registry): (seconds: number) => void {
  const kept = new Gauge({
    name: 'conductor_backup_changes_kept_timestamp_seconds',
    help: 'Up to when the changes of the database are in the store of the backups',
    registers: [registry],
  });
  return (seconds) => kept.set(seconds);
}
