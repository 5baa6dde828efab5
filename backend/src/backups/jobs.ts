import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Gauge, type Registry } from 'prom-client';
import type { Handler } from '../queue/work.ts';
import type { SettingsOf } from '../settings.ts';
import { openBell } from './bell.ts';
import { look, type Nightly } from './nightly.ts';
import { type BackupStatus, writeBackupStatus, writeLook } from './status.ts';

interface BackupJobs {
  readonly handler: Handler<'backups.look'>;
  /** Stops a backup under way: nothing of it stays, and the next look makes it. */
  stop(): void;
}

/** The job that keeps the backups: it looks every quarter of an hour whether one is due. */
export function openBackupJobs(
  settings: SettingsOf<'worker'>,
  nightly: Nightly | undefined,
  { redis, log, registry }: { redis: Redis; log: Logger; registry: Registry },
): BackupJobs {
  if (nightly === undefined) return { handler: async () => 'no backups configured', stop: () => {} };
  const stopping = new AbortController();
  const show = gauges(registry);
  const bell = openBell(settings, { redis, log });
  return {
    async handler() {
      await writeLook(redis);
      const { outcome, alarms, status } = await look(nightly, stopping.signal);
      for (const alarm of alarms) await bell.ring(alarm);
      if (status !== null) {
        show(status);
        await writeBackupStatus(redis, status);
      }
      return outcome;
    },
    stop() {
      stopping.abort(new Error('the worker is stopping'));
    },
  };
}

function gauges(registry: Registry): (status: BackupStatus) => void {
  const registers = [registry];
  const last = new Gauge({
    name: 'conductor_backup_last_good_timestamp_seconds',
    help: 'When the data of the last proven backup is of',
    registers,
  });
  const verified = new Gauge({
    name: 'conductor_backups_verified',
    help: 'Proven backups in the store',
    registers,
  });
  const late = new Gauge({
    name: 'conductor_backup_late',
    help: '1 while the last proven backup is too old or missing',
    registers,
  });
  return (status) => {
    if (status.last) last.set(Date.parse(status.last.at) / 1000);
    verified.set(status.verified);
    late.set(status.state === 'good' ? 0 : 1);
  };
}
