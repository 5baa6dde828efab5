import {
  type Alarm,
  alarmOf,
  backupHealth,
  lastDue,
  ManifestMemory,
  openStore,
  parseStoreUrl,
  type RunOptions,
  readLastRun,
  runBackup,
  type Scope,
  type Store,
  signingWith,
} from 'conductor-backup';
import type { SettingsOf } from '../settings.ts';
import type { BackupStatus } from './status.ts';

/** What a look at the backups came to. */
export interface Look {
  /** `made` by this look; `failed` in it; else nothing was to be done. */
  readonly outcome: 'made' | 'failed' | 'nothing due' | 'waiting';
  readonly alarms: readonly Alarm[];
  /** Null when the store could not be asked. */
  readonly status: BackupStatus | null;
}

export interface Nightly {
  readonly store: Store;
  readonly scope: Scope;
  /** What the looks before have read: each reads only what changed since. */
  readonly memory: ManifestMemory;
  readonly run: Omit<RunOptions, 'since' | 'signal' | 'now'>;
}

const HOUR = 60 * 60 * 1000;

function signing({
  BACKUP_SIGNING_KEY: key,
  BACKUP_SIGNING_KEY_PREVIOUS: before,
}: SettingsOf<'worker'>): Pick<Store, 'signing'> {
  return key === undefined ? {} : { signing: signingWith(key, ...(before === undefined ? [] : [before])) };
}

/** The backups that the settings describe; undefined where they describe none. */
export async function openNightly(settings: SettingsOf<'worker'>): Promise<Nightly | undefined> {
  const { BACKUP_STORE, BACKUP_RECIPIENTS, BACKUP_ACCESS_KEY_ID, BACKUP_SECRET_ACCESS_KEY } = settings;
  if (!BACKUP_STORE || !BACKUP_RECIPIENTS) return undefined;
  const credentials =
    BACKUP_ACCESS_KEY_ID && BACKUP_SECRET_ACCESS_KEY
      ? { credentials: { accessKeyId: BACKUP_ACCESS_KEY_ID, secretAccessKey: BACKUP_SECRET_ACCESS_KEY } }
      : {};
  const store = { ...(await openStore(parseStoreUrl(BACKUP_STORE, credentials))), ...signing(settings) };
  const scope = { project: settings.BACKUP_PROJECT, environment: settings.CONDUCTOR_ENVIRONMENT };
  return {
    store,
    scope,
    memory: new ManifestMemory(),
    run: {
      store,
      scope,
      source: { url: settings.MONGO_URL },
      recipients: BACKUP_RECIPIENTS === 'none' ? null : BACKUP_RECIPIENTS.split(',').map((key) => key.trim()),
      release: settings.CONDUCTOR_RELEASE,
      purpose: 'scheduled',
      verify: settings.BACKUP_SCRATCH_URL ? { url: settings.BACKUP_SCRATCH_URL } : {},
      retention: {
        days: settings.BACKUP_KEEP_DAYS,
        weeks: settings.BACKUP_KEEP_WEEKS,
        months: settings.BACKUP_KEEP_MONTHS,
        minimum: settings.BACKUP_KEEP_MINIMUM,
        pointInTimeDays: settings.BACKUP_POINT_IN_TIME_DAYS,
      },
      ...(settings.BACKUP_PING_URL && { pingUrl: settings.BACKUP_PING_URL }),
    },
  };
}

/**
 * Makes the backup that is due since 03:00 UTC, if nobody has: so one that a dead scheduler missed is made up by the next look,
 * and of two schedulers one makes it. After a failure it waits an hour. A failed run is one alarm, and so is, instead, a last
 * good backup that is late without any run having failed just now.
 */
export async function look(nightly: Nightly, signal: AbortSignal, now = () => new Date()): Promise<Look> {
  try {
    return await lookInStore(nightly, signal, now);
  } catch (error) {
    return { outcome: 'failed', alarms: [alarmOf(error)], status: null };
  }
}

async function lookInStore(
  { store, scope, memory, run }: Nightly,
  signal: AbortSignal,
  now: () => Date,
): Promise<Look> {
  const since = lastDue(now());
  const before = await backupHealth(store, scope, { now: now(), memory });
  const lastRun = await readLastRun(store, scope);
  const madeSince = before.last !== null && new Date(before.last.startedAt) >= since;
  const failedJustNow = lastRun?.failed === true && now().getTime() - Date.parse(lastRun.at) < HOUR;
  if (madeSince || failedJustNow) {
    return { outcome: madeSince ? 'nothing due' : 'waiting', alarms: [], status: statusOf(before, null) };
  }
  const report = await runBackup({ ...run, since, signal, now });
  const after = await backupHealth(store, scope, { now: now(), memory });
  const status = statusOf(after, report.alarms[0] ?? null);
  if (report.outcome === 'failed') return { outcome: 'failed', alarms: report.alarms, status };
  if (report.outcome === 'skipped')
    return { outcome: 'waiting', alarms: after.alarm ? [after.alarm] : [], status };
  return { outcome: 'made', alarms: report.alarms, status };
}

function statusOf(
  { state, last, verified }: Awaited<ReturnType<typeof backupHealth>>,
  alarm: Alarm | null,
): BackupStatus {
  return {
    state,
    last: last && { id: last.id, at: last.startedAt },
    verified,
    problem: alarm?.message ?? null,
  };
}
