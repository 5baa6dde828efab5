import { clockTrouble } from './clock.ts';
import { judge } from './counts.ts';
import { type BackupError, hasCode } from './errors.ts';
import { folderOf, type Scope, trashFolder } from './layout.ts';
import { appendLedger } from './ledger.ts';
import { findLeftovers, listBackups } from './list.ts';
import { oldSlices, removeSlices } from './oplog/prune-slices.ts';
import { POINT_IN_TIME_DAYS, planRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';
import type { LastRun } from './run.ts';
import type { Store } from './stores/store.ts';
import { listTrash, moveToTrash, removeTrashed } from './trash.ts';

export interface PruneOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly policy: RetentionPolicy;
  /** Only says what it would do. */
  readonly dryRun?: boolean;
  /** How the newest run ended: after one that failed, nothing is removed. */
  readonly lastRun?: LastRun;
  /** Somebody has seen what would go and wants it: more than a tenth at once, and after a long pause. */
  readonly confirmed?: boolean;
  readonly signal?: AbortSignal;
  readonly now?: () => Date;
}

/**
 * Moves what retention no longer keeps into the trash, and empties the trash of what has been there for a week. Only backups whose own manifest
 * says that they are this environment's are looked at. Changes that are older than restores to any time go back are removed, but never those since
 * the newest backup that counts. Nothing is done while our clock and the store's disagree. Run it under the lease.
 */
export async function pruneBackups(options: PruneOptions): Promise<RetentionPlan> {
  const { store, scope, policy, dryRun = false, lastRun, signal } = options;
  const { confirmed = false, now = () => new Date() } = options;
  const { backups } = await listBackups(store, scope);
  const { trashed: trash } = await listTrash(store, scope);
  const failure = lastRun?.failed ? (lastRun.problem ?? 'the last run failed') : undefined;
  const hold = failure ? `${failure}, so nothing is removed` : await clockTrouble(store, now);
  const decided = planRetention(backups, policy, now(), {
    trash,
    confirmed,
    ...(hold !== undefined && { hold }),
  });
  const [newest] = judge(backups, now()).good;
  const { pointInTimeDays: days = POINT_IN_TIME_DAYS } = policy;
  const slices =
    decided.hold === undefined ? await oldSlices(store, scope, { days, newest, now: now() }) : [];
  const plan = { ...decided, changes: slices.length };
  if (dryRun || plan.remove.length + plan.empty.length + plan.changes === 0) return plan;

  await askToDelete(store, scope);
  const at = now();
  const write = (action: 'prune' | 'empty', removed: RetentionPlan['remove']) =>
    appendLedger(store, scope, { at: at.toISOString(), action, removed });
  if (plan.remove.length > 0) await write('prune', plan.remove);
  for (const each of plan.remove) {
    signal?.throwIfAborted();
    await moveToTrash(store, scope, each, at);
  }
  if (plan.empty.length > 0) await write('empty', plan.empty);
  for (const { id } of plan.empty) {
    signal?.throwIfAborted();
    await removeTrashed(store, scope, trash.find((entry) => entry.id === id)!);
  }
  await removeSlices(store, scope, slices, { now: at, ...(signal && { signal }) });
  return plan;
}

/** Asks with a key that nothing has: who may not delete learns it before anything is written. @throws {BackupError} `store.refused` */
const askToDelete = (store: Store, scope: Scope): Promise<void> =>
  store.delete(`${trashFolder(scope)}may-this-be-deleted`);

export interface Sweep {
  /** Keys that belonged to no backup, and are gone. */
  readonly leftovers: readonly string[];
  /** Writes that had never ended, and are gone. */
  readonly pending: number;
  /** What would have had to go, and the store does not let go of. */
  readonly stuck: readonly string[];
  /** Why. */
  readonly refusal?: BackupError;
}

/**
 * Removes what killed and failed runs left. Run it under the lease: what another run is writing looks the same. What this key has no right to
 * remove stays, and is told of.
 */
export async function sweep(store: Store, scope: Scope, now: () => Date = () => new Date()): Promise<Sweep> {
  const found = await findLeftovers(store, scope);
  const stuck: string[] = [];
  let refusal: BackupError | undefined;
  const isDone = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!hasCode(error, 'store.refused')) throw error;
      refusal = error;
      return false;
    }
  };
  if (found.length > 0) {
    const mayDelete = await isDone(() => askToDelete(store, scope));
    if (mayDelete)
      await appendLedger(store, scope, { at: now().toISOString(), action: 'sweep', removed: found });
    for (const key of found) if (!mayDelete || !(await isDone(() => store.delete(key)))) stuck.push(key);
  }
  let pending = 0;
  const listed = await isDone(async () => {
    for await (const write of store.pending(folderOf(scope))) {
      if (await isDone(() => store.discard(write))) pending++;
      else stuck.push(write.key);
    }
  });
  if (!listed) stuck.push('uploads that were never ended');
  const leftovers = found.filter((key) => !stuck.includes(key));
  return { leftovers, pending, stuck, ...(refusal && { refusal }) };
}
