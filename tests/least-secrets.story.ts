import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { openQueues } from '../backend/src/queue/queues.ts';
import { settingsShape } from '../backend/src/settings.ts';
import { type ProcessName, readBy, reads } from '../backend/src/settings-read-by.ts';
import config from '../conductor.config.ts';
import { Project } from './local/project.ts';

// What one process of the CRM holds, whoever breaks into it holds: each has only what it reads.

const processOf: Readonly<Record<string, ProcessName>> = {
  backend: 'api',
  worker: 'worker',
  scheduler: 'scheduler',
};
/** They open the store of backups, with the right to delete, and sign what is put there. */
const backupKeys = [
  'BACKUP_ACCESS_KEY_ID',
  'BACKUP_SECRET_ACCESS_KEY',
  'BACKUP_SIGNING_KEY',
  'BACKUP_SIGNING_KEY_PREVIOUS',
];

describe('conductor.config.ts', () => {
  it('says who reads each setting of the server', () => {
    expect(Object.keys(readBy).sort()).toEqual(Object.keys(settingsShape).sort());
  });

  it.each(Object.entries(processOf))(
    'gives %s the settings that it reads, and no others',
    (service, name) => {
      const given = Object.keys(config.services[service]?.settings ?? {});
      expect(given.length).toBeGreaterThan(5);
      expect(given.filter((each) => !reads(name, each))).toEqual([]);
      for (const environment of Object.values(config.environments))
        expect(Object.keys(environment.services?.[service]?.settings ?? {})).toEqual([]);
    },
  );

  it('gives the release task, which gets what the backend has, all that it reads', () => {
    expect(config.release?.service).toBe('backend');
    for (const name of Object.keys(readBy)) if (reads('release', name)) expect(reads('api', name)).toBe(true);
  });

  it('gives the keys of the backups to the worker alone', () => {
    for (const name of backupKeys) {
      const holders = Object.entries(config.services).filter(
        ([, service]) => name in (service.settings ?? {}),
      );
      expect(
        holders.map(([service]) => service),
        name,
      ).toEqual(['worker']);
    }
  });
});

/** Of each setting that has a value only where somebody gives one. */
const canaries: Readonly<Record<string, string>> = {
  SECRET_KEY_PREVIOUS: 'canary-secret-key-of-before',
  SENTRY_DSN: 'http://canary-sentry@127.0.0.1:9/1',
  FRONTEND_SENTRY_DSN: 'http://canary-frontend@127.0.0.1:9/1',
  SMTP_HOST: '127.0.0.1',
  SMTP_USER: 'canary-smtp-user',
  SMTP_PASSWORD: 'canary-smtp-password',
  SMTP_FROM: 'canary@example.com',
  GOOGLE_CLIENT_ID: 'canary-google-id',
  GOOGLE_CLIENT_SECRET: 'canary-google-secret',
  CLAUDE_API_KEY: 'canary-claude',
  OPENAI_API_KEY: 'canary-openai',
  BACKUP_ACCESS_KEY_ID: 'canary-backup-id',
  BACKUP_SECRET_ACCESS_KEY: 'canary-backup-secret',
  BACKUP_SIGNING_KEY_PREVIOUS: 'canary-backup-signing-key-of-before',
  BACKUP_ALARM_URL: 'http://127.0.0.1:9/canary-alarm',
  BACKUP_PING_URL: 'http://127.0.0.1:9/canary-ping',
};
/** Nobody's of the CRM: of whoever deploys. */
const foreign = { RENDER_API_KEY: 'canary-render', CONDUCTOR_AGE_KEY: 'canary-age' };

describe.runIf(process.platform === 'linux')(
  'each process, as it runs (which only /proc of Linux tells)',
  () => {
    let crm: Project;
    const held = new Map<string, Record<string, string>>();
    beforeAll(async () => {
      crm = await Project.crm();
      Object.assign(crm.env, canaries, foreign);
      await crm.change(['deploy']);
      for (const { name, pids } of (await crm.host.observe())?.services ?? []) {
        const lines = readFileSync(`/proc/${pids[0]}/environ`, 'utf8').split('\0').filter(Boolean);
        held.set(
          name,
          Object.fromEntries(
            lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
          ),
        );
      }
    });
    afterAll(() => crm?.close());

    test.each(Object.entries(processOf))(
      '%s holds the settings that it reads, and no others',
      (service, name) => {
        const environment = held.get(service) ?? {};
        const settings = Object.keys(environment).filter((each) => each in settingsShape);
        const given = ['HOST', 'PORT', 'CONDUCTOR_RELEASE', 'CONDUCTOR_COMMIT', 'CONDUCTOR_ENVIRONMENT'];
        expect(settings.filter((each) => !reads(name, each) && !given.includes(each))).toEqual([]);
        // All of them have a value here but these.
        const without = [
          'DEBUG',
          'DRAIN_SECONDS',
          'CORS_ORIGINS',
          'ALLOWED_HOSTS',
          'AI_MODEL_CLAUDE',
          'AI_MODEL_OPENAI',
          'GOOGLE_ISSUER',
          'SMTP_PORT',
          'SMTP_SECURE',
          'ANTHROPIC_BASE_URL',
          'OPENAI_BASE_URL',
          'BACKUP_PROJECT',
          'BACKUP_SCRATCH_URL',
        ];
        const wanted = Object.keys(readBy).filter((each) => reads(name, each) && !without.includes(each));
        expect(wanted.filter((each) => !(each in environment))).toEqual([]);
      },
    );

    test('no value of a secret is with anybody who does not read it', () => {
      expect([...held.keys()].sort()).toEqual(['backend', 'frontend', 'scheduler', 'worker']);
      const secrets = { ...canaries, ...foreign };
      for (const name of ['SECRET_KEY', 'API_TOKEN', 'BACKUP_SIGNING_KEY']) {
        const value = [...held.values()].find((each) => each[name])?.[name];
        expect(value, name).toBeTruthy();
        Object.assign(secrets, { [name]: value });
      }
      for (const [service, environment] of held) {
        const reader = processOf[service];
        for (const [name, value] of Object.entries(secrets)) {
          if (value === '127.0.0.1') continue;
          const mayHold = reader ? reads(reader, name) : name === 'FRONTEND_SENTRY_DSN';
          if (!mayHold)
            expect(
              Object.values(environment).filter((each) => each.includes(value)),
              `${service} ${name}`,
            ).toEqual([]);
        }
      }
    });

    test('and all of it works: what the worker knows of the backups, the API says', async () => {
      expect((await fetch(`${crm.url}/api/v1/health/ready`)).status).toBe(200);
      const token = held.get('backend')?.API_TOKEN;
      const health = async () => {
        const answer = await fetch(`${crm.url}/api/v1/health`, {
          headers: { authorization: `Bearer ${token}` },
        });
        return (await answer.json()) as { backups: { state: string } | null; configured: unknown };
      };
      // Now instead of at the next quarter of an hour.
      const redis = new Redis(crm.storeUrl('redis'), { maxRetriesPerRequest: null });
      const queues = openQueues(redis);
      await queues.add({ name: 'backups.look', data: {} });
      await queues.close();
      redis.disconnect();
      await expect.poll(async () => (await health()).backups?.state, { timeout: 60_000 }).toBe('good');
      expect((await health()).configured).toEqual({
        ai: ['claude', 'openai'],
        smtp: true,
        google: true,
        sentry: true,
      });
    });
  },
);
