import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SettingFact } from '../context.ts';
import { ask } from '../test/ask.ts';
import { api, type TestProject, testProject } from '../test/project.ts';
import { alerts } from './alerts.ts';
import { backup } from './backup.ts';
import { domains } from './domains.ts';
import { errorTracking } from './error-tracking.ts';
import { healthChecks } from './health-checks.ts';
import { origins } from './origins.ts';
import { plausibleSettings } from './plausible-settings.ts';
import { releaseTask } from './release-task.ts';
import { settings } from './settings.ts';
import { target } from './target.ts';

let project: TestProject;
beforeAll(async () => {
  project = await testProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const fact = (name: string, value: string | null, more: Partial<SettingFact> = {}): SettingFact => ({
  service: 'api',
  name,
  secret: false,
  value,
  ...more,
});
const mongo = { name: 'mongodb', kind: 'mongodb' as const };

test('all settings without a value are told at once', async () => {
  const context = await project.context({
    settings: [fact('A', 'x')],
    missing: ['api: B is blank', 'api: C has no value'],
  });
  expect(await ask(settings, context)).toMatchObject({
    level: 'failure',
    detail: 'api: B is blank\napi: C has no value',
  });
  expect(await ask(settings, { ...context, missing: [] })).toEqual({ level: 'ok', detail: '1 settings' });
});

test.each<[string, SettingFact, string | null]>([
  ['a good URL', fact('API_URL', 'https://example.com'), null],
  ['no URL', fact('API_URL', 'example.com'), 'API_URL is not a URL'],
  ['a port', fact('PORT', '70000'), 'PORT is not a port'],
  ['a placeholder', fact('SMTP_PASSWORD', 'CHANGE_ME'), 'SMTP_PASSWORD is still a placeholder'],
  ['a short key', fact('SECRET_KEY', 'aB3$'.repeat(7)), 'SECRET_KEY is shorter than 32 characters'],
  ['a long, weak key', fact('SECRET_KEY', 'ab'.repeat(40)), 'SECRET_KEY has less than 128 bits of entropy'],
  ['a strong key', fact('SECRET_KEY', 'kJ8s0QvT2mXw5bYc7dZe9fAg1hBi3jCk'), null],
  ['a tiny secret', fact('PIN', '123', { secret: true }), 'PIN is a secret of fewer than 4 characters'],
  ['a value of the target', fact('MONGO_URL', null), null],
])('%s is judged by its name', async (_what, setting, problem) => {
  const answer = await ask(plausibleSettings, await project.context({ settings: [setting] }));
  expect(answer).toMatchObject(problem ? { level: 'failure', detail: problem } : { level: 'ok' });
});

test("origins are the environment's own hosts", async () => {
  const asked = async (value: string, hosts: string[]) =>
    ask(origins, await project.context({ settings: [fact('CORS_ORIGINS', value)], hosts }));
  expect(await asked('https://crm.example.com', ['crm.example.com'])).toMatchObject({ level: 'ok' });
  expect(await asked('http://127.0.0.1:8080', ['localhost:8080'])).toMatchObject({ level: 'ok' });
  expect(await asked('https://*.example.com', ['crm.example.com'])).toMatchObject({ level: 'failure' });
  expect(await asked('https://crm.example.com, https://evil.example', ['crm.example.com'])).toMatchObject({
    level: 'failure',
    detail: 'CORS_ORIGINS lets in https://evil.example, which is not ours',
  });
  expect(await asked('*', [])).toMatchObject({ level: 'failure' });
  expect(await asked('https://crm.example.com', [])).toMatchObject({ level: 'warning' });
  expect(await ask(origins, await project.context())).toMatch(/no service has/);
});

test('a verified backup has to be younger than its limit', async () => {
  interface Facts {
    drilledAt?: (() => Promise<Date | null>) | null;
    found?: string[] | null;
    wanted?: string[] | null;
    authentic?: boolean;
    changesKept?: (() => Promise<Date | null>) | null;
    firstLive?: string | null;
    url?: string;
    fromHere?: boolean;
    beforeDeploy?: boolean;
  }
  const asked = async (
    at: string | null,
    {
      drilledAt = null,
      found = null,
      wanted = null,
      authentic = true,
      changesKept = null,
      ...facts
    }: Facts = {},
  ) =>
    ask(
      backup,
      await project.context({
        stores: [{ ...mongo, ...(facts.url && { url: facts.url }) }],
        firstLive: facts.firstLive === null ? null : new Date(facts.firstLive ?? '2026-01-01T00:00:00Z'),
        backups: {
          lateAfter: 26,
          fromHere: facts.fromHere ?? true,
          beforeDeploy: facts.beforeDeploy ?? false,
          newestVerified: async () => (at ? { at: new Date(at), recipients: found, authentic } : null),
          recipients: async () => wanted,
          drilledAt,
          changesKept,
        },
      }),
    );
  const young = '2026-11-22T10:00:00Z';
  // It is the 23rd of November at noon.
  expect(await asked(young, { drilledAt: async () => null })).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('No drill has shown yet'),
    fix: 'conductor backup drill production',
  });
  expect(await asked(young, { drilledAt: async () => new Date('2026-08-25T12:00:00Z') })).toMatchObject({
    level: 'ok',
  });
  expect(await asked(young, { drilledAt: async () => new Date('2026-08-25T11:59:00Z') })).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('for 90 days'),
  });
  const kept = (at: string | null) => ({ changesKept: async () => (at === null ? null : new Date(at)) });
  expect(await asked(young, kept('2026-11-23T11:45:00Z'))).toMatchObject({
    level: 'ok',
    detail: expect.stringContaining('kept up to 2026-11-23T11:45:00.000Z'),
  });
  expect(await asked(young, kept('2026-11-23T11:44:00Z'))).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('only, 16 minutes ago'),
    fix: 'conductor backup ship production',
  });
  expect(await asked(young, kept(null))).toMatchObject({
    level: 'ok',
    detail: expect.stringContaining('what changed since is not kept'),
  });
  expect(await asked(young, { authentic: false })).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('could make one up'),
  });
  const [ana, bia, stranger] = ['age1anaanaana', 'age1biabiabia', 'age1stranger'];
  expect(await asked(young, { found: [ana, bia], wanted: [bia, ana] })).toMatchObject({ level: 'ok' });
  expect(await asked(young, { found: [stranger], wanted: [ana, bia] })).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('None of the keys that should open'),
  });
  expect(await asked(young, { found: null, wanted: [ana] })).toMatchObject({
    level: 'failure',
    detail: expect.stringContaining('is not encrypted'),
  });
  expect(await asked(young, { found: [ana], wanted: [ana, bia] })).toMatchObject({
    level: 'warning',
    detail: 'age1biabiabi… cannot open the newest verified backup.',
  });
  expect(await asked(young, { found: [ana, stranger], wanted: [ana] })).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('is not among the recipients'),
  });
  expect(await asked('2026-11-22T10:00:00Z')).toMatchObject({
    level: 'ok',
    detail: expect.stringContaining('26.0 h'),
  });
  expect(await asked('2026-11-22T09:59:00Z')).toMatchObject({ level: 'failure' });
  expect(await asked(null)).toMatchObject({ level: 'failure', detail: 'There is no verified backup.' });
  // Else nobody could ever deploy for the first time, nor fix that release before the first night.
  expect(await asked(null, { firstLive: null })).toMatchObject({
    level: 'warning',
    detail: expect.stringContaining('nothing has been live yet'),
  });
  expect(await asked(null, { firstLive: '2026-11-22T10:01:00Z' })).toMatchObject({ level: 'warning' });
  expect(await asked(null, { firstLive: '2026-11-22T10:00:00Z' })).toMatchObject({ level: 'failure' });
  // What is outside has data before anything goes live here.
  expect(await asked(null, { firstLive: null, url: 'mongodb://db.example.com' })).toMatchObject({
    level: 'failure',
    fix: 'conductor backup create production',
  });
  expect(await asked(null, { fromHere: false })).toMatchObject({
    fix: expect.stringContaining('conductor backup list production'),
  });
  expect(await asked(young, { beforeDeploy: true })).toMatchObject({ level: 'ok' });
  expect(await asked(young, { beforeDeploy: true, fromHere: false })).toMatchObject({
    level: 'failure',
    fix: expect.stringContaining('environments.production.backups.source'),
  });
  expect(await ask(backup, await project.context({ stores: [mongo] }))).toMatchObject({ level: 'warning' });
  expect(await ask(backup, await project.context())).toBe('the project has no database');
});

test('the release task is known, belongs to a service, and can be run', async () => {
  const task = { service: 'api', command: ['node', 'release.js'], deadline: 60 };
  const context = await project.context({ stores: [mongo], task });
  expect(await ask(releaseTask, context)).toEqual({ level: 'ok', detail: 'node release.js (api)' });
  expect(await ask(releaseTask, { ...context, task: null })).toMatchObject({ level: 'warning' });
  expect(await ask(releaseTask, { ...context, task: { ...task, service: 'gone' } })).toMatchObject({
    level: 'failure',
  });
  const { traits } = context.target;
  const without = { ...context.target, traits: { ...traits, releaseTask: false } };
  expect(await ask(releaseTask, { ...context, target: without })).toMatchObject({ level: 'failure' });
});

test('a service without a health check is told', async () => {
  const { health: _, ...without } = api;
  expect(await ask(healthChecks, await project.context())).toEqual({ level: 'ok', detail: 'api /health' });
  expect(
    await ask(healthChecks, await project.context({ services: [api, { ...without, name: 'worker' }] })),
  ).toMatchObject({ level: 'warning', detail: expect.stringContaining('Without one: worker.') });
});

test('somebody has to hear of each alarm', async () => {
  const notified = ['failed', 'rolled-back', 'unknown'] as const;
  expect(await ask(alerts, await project.context({ notified }))).toMatchObject({
    level: 'failure',
    detail: 'Nobody is told: backup-failed, backup-alarm',
  });
  expect(
    await ask(alerts, await project.context({ notified: [...notified, 'backup-failed', 'backup-alarm'] })),
  ).toEqual({
    level: 'ok',
  });
});

test('error tracking needs an address', async () => {
  const policy = { errorTracking: ['SENTRY_DSN'] };
  const asked = async (value: string | null) =>
    ask(errorTracking, await project.context({ settings: [fact('SENTRY_DSN', value)] }, policy));
  expect(await asked('https://key@sentry.example/1')).toMatchObject({ level: 'ok' });
  expect(await asked('')).toMatchObject({
    level: 'failure',
    fix: 'conductor secrets set production SENTRY_DSN',
  });
  expect(await asked(null)).toMatchObject({ level: 'failure' });
});

test('the worst finding of a target and of the domains is the answer', async () => {
  const findings = [
    { level: 'ok', title: 'Token is valid' },
    { level: 'warning', title: 'Disk', detail: '91 % full', fix: 'Make room.' },
    { level: 'failure', title: 'Automatic deploys are on', fix: 'Turn them off.' },
  ] as const;
  const context = await project.context({ domains: async () => findings.slice(0, 1) });
  const check = async () => [...findings];
  expect(await ask(target, { ...context, target: { ...context.target, check } })).toEqual({
    level: 'failure',
    detail: 'Disk: 91 % full\nAutomatic deploys are on',
    fix: 'Make room.\nTurn them off.',
  });
  expect(await ask(domains, context)).toEqual({ level: 'ok', detail: 'Token is valid' });
  const live = { ...context, domains: null, firstLive: new Date('2026-11-01T00:00:00Z') };
  expect(await ask(domains, live)).toBe('the environment has no domains');
  expect(await ask(domains, { ...live, firstLive: null })).toBe(
    'no domain is asked for before the first deploy',
  );
});
