import { folderOf, manifestKey, type Scope } from './layout.ts';
import { appendLedger } from './ledger.ts';
import { findLeftovers, listBackups } from './list.ts';
import { readManifest } from './manifest.ts';
import { planRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';
import type { Store } from './stores/store.ts';

export interface PruneOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly policy: RetentionPolicy;
  /** Only says what it would do. */
  readonly dryRun?: boolean;
  /** The newest run failed: nothing is removed. */
  readonly lastRunFailed?: boolean;
  readonly now?: () => Date;
}

/**
 * Removes what retention no longer keeps. Only backups whose own manifest says that they are this environment's are looked at.
 * Run it under the lease. Deletes the manifest first: from then on it isn't a backup any more, whatever happens.
 */
export async function pruneBackups(options: PruneOptions): Promise<RetentionPlan> {
  const { store, scope, policy, dryRun = false, lastRunFailed = false, now = () => new Date() } = options;
  const { backups } = await listBackups(store, scope);
  const plan = planRetention(backups, policy, now(), lastRunFailed);
  if (dryRun || plan.remove.length === 0) return plan;

  await appendLedger(store, scope, { at: now().toISOString(), action: 'prune', removed: plan.remove });
  for (const { id } of plan.remove) {
    const { manifest } = await readManifest(store, scope, id);
    // From here on it can't be undone.
    await store.delete(manifestKey(scope, id));
    await store.delete(manifest.data.key);
  }
  return plan;
}

export interface Sweep {
  /** Keys that belonged to no backup. */
  readonly leftovers: readonly string[];
  /** Writes that had never ended. */
  readonly pending: number;
}

/** Removes what killed and failed runs left. Run it under the lease: what another run is writing looks the same. */
export async function sweep(store: Store, scope: Scope, now: () => Date = () => new Date()): Promise<Sweep> {
  const leftovers = await findLeftovers(store, scope);
  if (leftovers.length > 0) {
    await appendLedger(store, scope, { at: now().toISOString(), action: 'sweep', removed: leftovers });
    for (const key of leftovers) await store.delete(key);
  }
  let pending = 0;
  for await (const write of store.pending(folderOf(scope))) {
    await store.discard(write);
    pending++;
  }
  return { leftovers, pending };
}
