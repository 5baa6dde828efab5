import type { Alarm } from 'conductor-backup';
import { postJson } from 'conductor-backup/post';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { AllSettings } from '../settings.ts';

/** Tells people what is the matter with the backups. */
export interface Bell {
  /** Doesn't throw: whoever found something wrong must not fail for not being heard. */
  ring(alarm: Alarm): Promise<void>;
}

type BellSettings = Pick<AllSettings, 'BACKUP_ALARM_URL' | 'BACKUP_PROJECT' | 'CONDUCTOR_ENVIRONMENT'>;

/** States, unlike failures of one run. */
const lasting = new Set<Alarm['kind']>(['late', 'store-unreachable', 'changes-late']);

const day = 86_400;
/** Four times within a minute, 2, 4 and 8 s apart: a receiver that is restarted meanwhile hears it all the same. */
const patience = { attempts: 4, pause: 2_000, deadline: 10_000, budget: 60_000 };

/**
 * A bell that writes alarms to the log and posts them to BACKUP_ALARM_URL as `{text}`, which Slack, Mattermost and whatever takes
 * a webhook understand. What is noticed by every look, of several processes, until it is mended is said once a day.
 */
export function openBell(
  settings: BellSettings,
  { redis, log, pause = patience.pause }: { redis: Redis; log: Logger; pause?: number },
): Bell {
  const { BACKUP_ALARM_URL: url, BACKUP_PROJECT: project, CONDUCTOR_ENVIRONMENT: environment } = settings;
  return {
    async ring(alarm) {
      const { kind, message, hint, backup } = alarm;
      if (lasting.has(kind) && !(await isNew(redis, alarm))) return;
      log.error({ alarm: `backup.${kind}`, backup, hint }, message);
      if (url === undefined) return;
      const text = [`✗ ${project} ${environment}: backup ${kind}`, message, hint].filter(Boolean).join('\n');
      try {
        await postJson(new URL(url), JSON.stringify({ text }), { ...patience, pause });
      } catch (error) {
        const problem = (error as Error).message;
        log.error({ alarm: 'backup.unheard' }, `The alarm could not be delivered: ${problem}`);
      }
    },
  };
}

/** Whether nobody said it today. Where Redis can't tell, it is said: twice is better than never. */
async function isNew(redis: Redis, { kind, backup }: Alarm): Promise<boolean> {
  const key = `conductor:backups:told:${kind}:${backup ?? 'none'}`;
  return redis.set(key, '1', 'EX', day, 'NX').then(
    (answer) => answer !== null,
    () => true,
  );
}
