import { z } from 'zod';
import { type Alarm, alarmOf, suspicionAlarm } from './alarms.ts';
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
  /** Secret keys of the team. With them, also an encrypted backup is restored anew when its turn in the rotation comes. */
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
 * One run, as every night: under the lease, remove what dead runs left, make a backup and prove it, look whether it is
 * suspiciously small, remove what retention no longer keeps, prove an old one again, ping. It doesn't throw: a report says what
 * became of it, and its alarms what people must be told.
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
    await rememberRun(store, scope, { at: now().toISOString(), failed: true }).catch(() => {});
    return { ...NOTHING, outcome: 'failed', alarms: [alarmOf(error)], error };
  }
}

const NOTHING = { alarms: [], backup: null, swept: null, retention: null, rotated: null } as const;

async function underLease(options: RunOptions & { now: () => Date }): Promise<RunReport> {
  const { store, scope, now, since } = options;
  const before = (await listBackups(store, scope)).backups;
  if (since && before.some(isMadeSince(since, now()))) return { ...NOTHING, outcome: 'skipped' };

  const swept = await sweep(store, scope, now);
  const backup = await makeBackup(options);
  await rememberRun(store, scope, { at: now().toISOString(), failed: false });

  const proven = backup.verification.state === 'verified';
  const alarms: Alarm[] = [];
  if (!proven && options.verify !== false) alarms.push(unproven(backup));
  const suspicion = suspicionAlarm(backup);
  if (suspicion) alarms.push(suspicion);

  // What follows can fail without taking anything from the backup that was just made.
  const retention = await prune(options, alarms);
  const rotated = await rotate(options, backup.id, alarms);
  if (proven) await ping(options.pingUrl);
  return { outcome: proven ? 'good' : 'unproven', alarms, backup, swept, retention, rotated };
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
async function makeBackup(options: RunOptions): Promise<Manifest> {
  try {
    return await createBackup(options);
  } catch (error) {
    if (!hasCode(error, 'backup.source-changed')) throw error;
    return createBackup(options);
  }
}

async function prune(options: RunOptions, alarms: Alarm[]): Promise<RetentionPlan | null> {
  try {
    const plan = await pruneBackups({ ...options, policy: options.retention ?? defaultRetention });
    if (plan.blocked)
      alarms.push({ kind: 'retention-blocked', message: `Old backups stay: ${plan.blocked}.` });
    return plan;
  } catch (error) {
    alarms.push({ ...alarmOf(error), kind: 'retention-blocked' });
    return null;
  }
}

/**
 * Looks again at the one that was looked at longest ago: storage rots silently. It is restored anew where it can be opened here,
 * else read and compared with what was proven.
 */
async function rotate(options: RunOptions, made: BackupId, alarms: Alarm[]): Promise<BackupId | null> {
  const { store, scope, identities = [] } = options;
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

const lastRunSchema = z.object({ at: z.iso.datetime(), failed: z.boolean() });
export type LastRun = z.infer<typeof lastRunSchema>;

const lastRunKey = (scope: Scope): string => `${folderOf(scope)}last-run.json`;

async function rememberRun(store: Store, scope: Scope, run: LastRun): Promise<void> {
  await store.write(lastRunKey(scope), JSON.stringify(run));
}

/**
 * How the last run ended; undefined before the first one. Retention removes nothing after a failed one, and what can't be read counts as one of
 * long ago, so that the next run is made and writes it anew.
 */
export async function readLastRun(store: Store, scope: Scope): Promise<LastRun | undefined> {
  try {
    const { body } = await store.read(lastRunKey(scope));
    return parseLastRun(body) ?? { at: new Date(0).toISOString(), failed: true };
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
