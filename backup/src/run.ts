import { z } from 'zod';
import { type Alarm, alarmOf, recipientsAlarm, suspicionAlarm } from './alarms.ts';
import { CLOCK_TOLERANCE, isBefore } from './counts.ts';
import { type CreateOptions, createBackup } from './create.ts';
import { hasCode } from './errors.ts';
import { type BackupId, folderOf, type Scope } from './layout.ts';
import { listBackups } from './list.ts';
import { isSigned, type Manifest } from './manifest.ts';
import { pruneBackups, type Sweep, sweep } from './prune.ts';
import { defaultRetention, type RetentionPlan, type RetentionPolicy } from './retention.ts';
import { withLease } from './store-lease.ts';
import type { Store } from './stores/store.ts';
import { rereadBackup, verifyBackup } from './verify.ts';

export interface RunOptions extends CreateOptions {
  readonly retention?: RetentionPolicy;
  /**
   * Skips the run when a backup began between then and now: of two schedulers, the second finds the first one's. One that was made before a
   * deploy or a restore does not stand in for it, nor one that failed its proof, nor one from the future.
   */
  readonly since?: Date;
  /** Secret keys of the team. With them, also an encrypted backup is restored again when its turn in the rotation comes. */
  readonly identities?: readonly string[];
  /** Asked for (GET) after a good run: a dead man's switch, which complains when nobody asks. */
  readonly pingUrl?: string;
  /** See {@link withLease}. */
  readonly leasePatience?: number;
}

export interface RunReport {
  /** `good`: made and proven; `unproven`: made, but the proof couldn't be; `skipped`: somebody else does or did it. */
  readonly outcome: 'good' | 'unproven' | 'failed' | 'skipped';
  /** What to tell people. A run that failed has exactly one. */
  readonly alarms: readonly Alarm[];
  readonly backup: Manifest | null;
  readonly swept: Sweep | null;
  readonly retention: RetentionPlan | null;
  /** An older backup that was looked at again, and is whole. */
  readonly rotated: BackupId | null;
  readonly error?: unknown;
}

/**
 * One run, as every night: under the lease, make a backup and prove it, look whether it is suspiciously small and whether it is for those who are to be
 * able to open it, and only then clean up: remove what dead runs left and what retention no longer keeps, prove an old one again. Each of these can
 * fail without taking anything from the backup, and is an alarm of its own. At last, ping. It doesn't throw: a report says what became of it, and
 * its alarms what people must be told.
 */
export async function runBackup(options: RunOptions): Promise<RunReport> {
  const { store, scope, leasePatience: patience, now = () => new Date() } = options;
  try {
    const lease = {
      purpose: 'backup',
      ...(patience && { patience }),
      ...(options.signal && { signal: options.signal }),
    };
    return await withLease(store, scope, lease, (signal) => underLease({ ...options, now, signal }));
  } catch (error) {
    if (hasCode(error, 'lease.held')) return { ...NOTHING, outcome: 'skipped', error };
    const told = await toldBefore(options);
    await rememberRun(store, scope, { at: now().toISOString(), failed: true, told }).catch(() => {});
    return { ...NOTHING, outcome: 'failed', alarms: [alarmOf(error)], error };
  }
}

const NOTHING = { alarms: [], backup: null, swept: null, retention: null, rotated: null } as const;

/** A run while its alarms are gathered. */
interface Run extends RunOptions {
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly alarms: Alarm[];
  /** What lasts and the run before has told of already. */
  readonly before: readonly string[];
  /** What lasts, for the next run. */
  readonly told: string[];
}

async function underLease(
  options: RunOptions & { readonly now: () => Date; readonly signal: AbortSignal },
): Promise<RunReport> {
  const { store, scope, since, signal } = options;
  const { backups } = await listBackups(store, scope);
  if (since && isMade(backups, since, options)) return { ...NOTHING, outcome: 'skipped' };

  const run: Run = { ...options, alarms: [], before: await toldBefore(options), told: [] };
  const { alarms } = run;
  const backup = await makeBackup(run);
  await remember(run, run.before);

  const proven = backup.verification.state === 'verified';
  if (!proven && options.verify !== false) alarms.push(unproven(backup));
  const suspicion = suspicionAlarm(backup);
  if (suspicion) alarms.push(suspicion);

  // What follows can fail without taking anything from the backup that was just made.
  const strange = signal.aborted ? undefined : await recipientsAlarm(store, scope, backup);
  if (strange) alarms.push(strange);
  const swept = signal.aborted ? null : await clean(run);
  const retention = signal.aborted ? null : await prune(run);
  const rotated = signal.aborted ? null : await rotate(run, backup.id);
  // Whoever else may be at work now writes down how that ended.
  if (signal.aborted) alarms.push(alarmOf(signal.reason));
  else if (run.told.join() !== run.before.join()) await remember(run, run.told);
  if (proven) await ping(options.pingUrl);
  return { outcome: proven ? 'good' : 'unproven', alarms, backup, swept, retention, rotated };
}

/** Backups that killed runs left without a proof, after which no more is made before the next is due: each takes its space. */
const ATTEMPTS = 3;

/** Whether the backup that was due then is there. One whose run was killed before its proof ended is none. */
function isMade(
  backups: readonly Manifest[],
  since: Date,
  { now, verify }: RunOptions & { now: () => Date },
): boolean {
  const made = backups.filter(isMadeSince(since, now()));
  const isEnded = ({ verification, warnings }: Manifest) =>
    verification.state === 'verified' || verify === false || warnings.length > 0;
  return made.some(isEnded) || made.length >= ATTEMPTS;
}

const isMadeSince =
  (since: Date, now: Date) =>
  ({ startedAt, purpose, verification, unsigned }: Manifest): boolean =>
    isSigned({ unsigned }) &&
    Date.parse(startedAt) >= since.getTime() &&
    Date.parse(startedAt) <= now.getTime() + CLOCK_TOLERANCE &&
    !isBefore(purpose) &&
    verification.state !== 'failed';

/** Once more when a collection was replaced meanwhile: a migration, which is over then. */
async function makeBackup(run: Run): Promise<Manifest> {
  try {
    return await createBackup(run).catch((error) => {
      if (!hasCode(error, 'backup.source-changed')) throw error;
      return createBackup(run);
    });
  } catch (error) {
    // The space that dead runs take may be what is missing: the next attempt has it. What fails here is not what to tell.
    const isHopeless = run.signal.aborted || hasCode(error, 'store.unreachable');
    if (!isHopeless) await sweep(run.store, run.scope, run.now).catch(() => {});
    throw error;
  }
}

/** Removes what dead runs left. What can't be removed is told of once, not every night. */
async function clean({ store, scope, now, alarms, before, told }: Run): Promise<Sweep | null> {
  try {
    const swept = await sweep(store, scope, now);
    const { stuck, refusal } = swept;
    told.push(...stuck);
    if (stuck.some((what) => !before.includes(what))) {
      const [first, ...more] = stuck;
      alarms.push({
        kind: 'leftovers',
        message: `What a run that ended early left can't be removed: ${first}${more.length > 0 ? ` and ${more.length} more` : ''}. ${refusal?.message}`,
        hint: 'It only takes space. Remove it with another key, or by a lifecycle rule of the store; the guide on backups says how.',
      });
    }
    return swept;
  } catch (error) {
    alarms.push({ ...alarmOf(error), kind: 'leftovers' });
    return null;
  }
}

const PRUNING = 'retention';

async function prune(run: Run): Promise<RetentionPlan | null> {
  const { alarms, before, told } = run;
  try {
    const plan = await pruneBackups({ ...run, policy: run.retention ?? defaultRetention });
    if (plan.blocked)
      alarms.push({
        kind: 'retention-blocked',
        message: `Old backups stay: ${plan.blocked}.`,
        hint: `Which ones: conductor backup prune ${run.scope.environment} --dry-run`,
      });
    return plan;
  } catch (error) {
    // A key that has no right to delete has none tomorrow either: said once.
    const lasts = hasCode(error, 'store.refused');
    if (lasts) told.push(PRUNING);
    if (!lasts || !before.includes(PRUNING)) alarms.push({ ...alarmOf(error), kind: 'retention-blocked' });
    return null;
  }
}

/**
 * Looks again at the one that was looked at longest ago: storage rots silently. It is restored again where it can be opened here,
 * else read and compared with what was proven.
 */
async function rotate(options: Run, made: BackupId): Promise<BackupId | null> {
  const { store, scope, alarms, identities = [] } = options;
  if (options.verify === false) return null;
  let id: BackupId | undefined;
  try {
    const { backups } = await listBackups(store, scope);
    const oldest = backups.filter(isInRotation(made)).sort((a, b) => lastLook(a) - lastLook(b))[0];
    if (oldest === undefined) return null;
    id = oldest.id;
    const canBeOpened = oldest.data.recipients === null || identities.length > 0;
    const look = canBeOpened ? verifyBackup : rereadBackup;
    await look({ ...options, id, identities, scratch: options.verify ?? {} });
    return id;
  } catch (error) {
    alarms.push({ ...alarmOf(error), kind: 'not-verified', ...(id && { backup: id }) });
    return null;
  }
}

/** Not the one just made; nor one that failed already, which was said when it did; nor one that nobody is known to have made. */
const isInRotation =
  (made: BackupId) =>
  ({ id, verification, unsigned }: Manifest): boolean =>
    id !== made && verification.state !== 'failed' && isSigned({ unsigned });

const lastLook = ({ verification, reread }: Manifest): number =>
  Math.max(
    verification.state === 'pending' ? 0 : Date.parse(verification.at),
    reread === undefined ? 0 : Date.parse(reread),
  );

const unproven = (backup: Manifest): Alarm => ({
  kind: 'not-verified',
  message: `The backup ${backup.id} was made, but could not be proven: ${backup.warnings.join(' ')}`,
  hint: `Where its identity is, prove it: conductor backup verify ${backup.environment}`,
  backup: backup.id,
});

/** Whoever watches the switch notices that it wasn't pinged; that is its purpose, so nobody is told here. */
async function ping(url: string | undefined): Promise<void> {
  if (url === undefined) return;
  await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => {});
}

const lastRunSchema = z.object({
  at: z.iso.datetime(),
  failed: z.boolean(),
  /** What lasts and was told of, so that it isn't every night. */
  told: z.array(z.string()).optional(),
});
export type LastRun = z.infer<typeof lastRunSchema> & {
  /** Why nobody knows how it ended. Not written down. */
  readonly problem?: string;
};

const lastRunKey = (scope: Scope): string => `${folderOf(scope)}last-run.json`;

async function rememberRun(store: Store, scope: Scope, run: LastRun): Promise<void> {
  await store.write(lastRunKey(scope), JSON.stringify(run));
}

/** That it could not be written down takes nothing from the backup either. */
async function remember({ store, scope, now, alarms }: Run, told: readonly string[]): Promise<void> {
  try {
    await rememberRun(store, scope, { at: now().toISOString(), failed: false, told: [...told] });
  } catch (error) {
    alarms.push(alarmOf(error));
  }
}

/** Nothing where that can't be read: told twice is better than never. */
const toldBefore = ({ store, scope }: RunOptions): Promise<string[]> =>
  readLastRun(store, scope).then(
    (run) => run?.told ?? [],
    () => [],
  );

/**
 * How the last run ended; undefined before the first one. Retention removes nothing after a failed one, and what can't be read counts as one of
 * long ago, so that the next run is made and writes it anew.
 */
export async function readLastRun(store: Store, scope: Scope): Promise<LastRun | undefined> {
  try {
    const { body } = await store.read(lastRunKey(scope));
    const problem = `${lastRunKey(scope)} in ${store.name} can't be read until the next nightly run writes it anew`;
    return parseLastRun(body) ?? { at: new Date(0).toISOString(), failed: true, problem };
  } catch (error) {
    if (hasCode(error, 'store.missing')) return undefined;
    throw error;
  }
}

function parseLastRun(body: string): LastRun | undefined {
  try {
    return lastRunSchema.parse(JSON.parse(body));
  } catch {
    return undefined;
  }
}
