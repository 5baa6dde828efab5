import { setTimeout as pause } from 'node:timers/promises';
import type { Alarm } from '@conductor/backup';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Settings } from '../settings.ts';

/** Tells people what is the matter with the backups. */
export interface Bell {
  /** Doesn't throw: whoever found something wrong must not fail for not being heard. */
  ring(alarm: Alarm): Promise<void>;
}

type BellSettings = Pick<Settings, 'BACKUP_ALARM_URL' | 'BACKUP_PROJECT' | 'CONDUCTOR_ENVIRONMENT'>;

/** States, unlike failures of one run. */
const lasting = new Set<Alarm['kind']>(['late', 'store-unreachable']);

const day = 86_400;
const patienceMs = 10_000;
const pausesMs = [1_000, 10_000];

/**
 * A bell that writes alarms to the log and posts them to BACKUP_ALARM_URL as `{text}`, which Slack, Mattermost and whatever takes
 * a webhook understand. What is noticed by every look, of several processes, until it is mended is said once a day.
 */
export function openBell(
  settings: BellSettings,
  { redis, log, pauses = pausesMs }: { redis: Redis; log: Logger; pauses?: readonly number[] },
): Bell {
  const { BACKUP_ALARM_URL: url, BACKUP_PROJECT: project, CONDUCTOR_ENVIRONMENT: environment } = settings;
  return {
    async ring(alarm) {
      const { kind, message, hint, backup } = alarm;
      if (lasting.has(kind) && !(await isNew(redis, alarm))) return;
      log.error({ alarm: `backup.${kind}`, backup, hint }, message);
      if (url === undefined) return;
      const text = [`✗ ${project} ${environment}: backup ${kind}`, message, hint].filter(Boolean).join('\n');
      const problem = await post(url, { text }, pauses);
      if (problem) log.error({ alarm: 'backup.unheard' }, `The alarm could not be delivered: ${problem}`);
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

/** What went wrong in the last try, without the address, which is a secret; undefined when it was taken. */
async function post(url: string, body: object, pauses: readonly number[]): Promise<string | undefined> {
  const headers = { 'content-type': 'application/json' };
  for (let attempt = 0; ; attempt++) {
    const signal = AbortSignal.timeout(patienceMs);
    const problem = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }).then(
      ({ ok, status }) => (ok ? undefined : `the receiver answered ${status}`),
      (error: Error) => `the receiver could not be reached (${error.name})`,
    );
    if (problem === undefined || attempt === pauses.length) return problem;
    await pause(pauses[attempt]!);
  }
}
