import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newErrors } from './after/new-errors.ts';
import { newIssues } from './after/new-issues.ts';
import { smoke } from './after/smoke.ts';
import { teamNotified } from './after/team-notified.ts';
import { indexes } from './before/indexes.ts';
import { rateLimits } from './before/rate-limits.ts';
import { securityHeaders } from './before/security-headers.ts';
import type { CheckContext, Cutover } from './context.ts';
import { ask } from './test/ask.ts';
import { type TestProject, testProject } from './test/project.ts';

let project: TestProject;
let server: Server;
let url: string;
/** What the release answers; each test sets its own. */
let answer: { status: number; headers: Record<string, string>; body: string };
let asked: { url: string; authorization: string | undefined }[];

beforeAll(async () => {
  project = await testProject();
  server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await project[Symbol.asyncDispose]();
});
beforeEach(() => {
  answer = { status: 200, headers: {}, body: '' };
  asked = [];
});

const address = (path: string) => url + path;
const cutover: Cutover = {
  version: 'v2',
  previous: 'v1',
  at: new Date('2026-11-23T12:00:00Z'),
  deliveries: [],
};

test('security headers are read from a real answer', async () => {
  const context = await project.context({ address });
  expect(await ask(securityHeaders, context)).toMatchObject({
    level: 'failure',
    detail: expect.stringMatching(
      /Content-Security-Policy[\s\S]*nosniff[\s\S]*Referrer-Policy[\s\S]*X-Frame-Options/,
    ),
  });
  answer.headers = {
    'content-security-policy': "default-src 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
  };
  expect(await ask(securityHeaders, context)).toEqual({ level: 'ok', detail: '/' });
});

test('a rate limit shows in a header or in a refusal', async () => {
  const context = await project.context({ address }, { rateLimited: ['/api/login'] });
  expect(await ask(rateLimits, context)).toMatchObject({
    level: 'failure',
    detail: 'No limit on /api/login',
  });
  answer.headers = { 'x-ratelimit-limit': '5' };
  expect(await ask(rateLimits, context)).toMatchObject({ level: 'ok' });
  answer = { status: 429, headers: {}, body: '' };
  expect(await ask(rateLimits, context)).toMatchObject({ level: 'ok' });
});

test('the application says whether its indexes exist', async () => {
  const context = await project.context({ address }, { indexes: '/health/indexes' });
  expect(await ask(indexes, context)).toMatchObject({ level: 'ok' });
  answer = { status: 503, headers: {}, body: 'leads: owner_1 is missing' };
  expect(await ask(indexes, context)).toMatchObject({
    level: 'failure',
    detail: '/health/indexes answers 503: leads: owner_1 is missing',
  });
});

test('while nothing is running, what it would answer cannot be told; when it should and does not, that is no pass', async () => {
  const policy = { rateLimited: ['/'], indexes: '/' };
  for (const check of [securityHeaders, rateLimits, indexes]) {
    expect(await ask(check, await project.context({}, policy))).toMatchObject({ level: 'warning' });
    const context = await project.context({ address: () => 'http://127.0.0.1:1' }, policy);
    await expect(ask(check, context)).rejects.toThrow('does not answer');
  }
});

test('the smoke test wants status, text and the release that was deployed', async () => {
  const policy = { smoke: [{ path: '/hello', contains: 'CRM' }] };
  const context = await project.context({ address, cutover }, policy);
  answer = { status: 200, headers: { 'x-release': 'v2' }, body: 'the CRM' };
  expect(await ask(smoke, context)).toEqual({ level: 'ok', detail: '/hello' });
  for (const [wrong, detail] of [
    [{ status: 500 }, '/hello answers 500, not 200'],
    [{ body: 'nginx' }, '/hello does not contain "CRM"'],
    [{ headers: { 'x-release': 'v1' } }, '/hello is still answered by v1'],
  ] as const) {
    const before = answer;
    answer = { ...answer, ...wrong };
    expect(await ask(smoke, context)).toMatchObject({ level: 'failure', detail });
    answer = before;
  }
  expect(await ask(smoke, { ...context, cutover: null })).toBe('nothing was deployed just now');
});

test('kinds of errors that the release before did not log are new', async () => {
  const logs: Record<string, string[]> = {
    v1: ['{"level":50,"msg":"lead 17 not found"}', '{"level":30,"msg":"ready"}'],
    v2: ['{"level":50,"msg":"lead 99 not found"}', '{"level":30,"msg":"no errors"}'],
  };
  const base = await project.context({ cutover });
  const context: CheckContext = {
    ...base,
    target: {
      ...base.target,
      async *logs(service, { version }) {
        for (const text of logs[version!]!) yield { service, at: null, text };
      },
    },
  };
  expect(await ask(newErrors, context)).toEqual({ level: 'ok', detail: '1 known kind(s)' });
  logs.v2!.push("TypeError: cannot read properties of undefined (reading 'id') at 0x7ffdeadbeef");
  expect(await ask(newErrors, context)).toMatchObject({
    level: 'failure',
    detail:
      '1 new kind(s):\napi: TypeError: cannot read properties of undefined (reading "…") at #x#ffdeadbeef',
  });
});

test('Sentry is asked for issues first seen since the cutover', async () => {
  const sentry = { url, organization: 'acme', project: 'crm', token: 'SENTRY_TOKEN' };
  const context = await project.context(
    { cutover, secrets: async () => ({ SENTRY_TOKEN: 'tok' }) },
    { sentry },
  );
  answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '[]' };
  expect(await ask(newIssues, context)).toEqual({ level: 'ok' });
  expect(asked[0]).toMatchObject({ authorization: 'Bearer tok' });
  expect(decodeURIComponent(asked[0]!.url)).toContain(
    '/projects/acme/crm/issues/?query=is:unresolved+firstSeen:>2026-11-23T12:00:00',
  );
  answer.body = JSON.stringify([{ title: 'TypeError', permalink: 'https://s.example/1' }]);
  expect(await ask(newIssues, context)).toMatchObject({
    level: 'failure',
    detail: 'TypeError https://s.example/1',
  });
  answer = { status: 401, headers: {}, body: '' };
  expect(await ask(newIssues, context)).toMatchObject({
    level: 'warning',
    detail: 'Cannot tell: Sentry answered 401',
  });
});

test('the team was notified by every notifier, or it is said by which not', async () => {
  const notified = ['live'] as const;
  const asking = async (deliveries: Cutover['deliveries']) =>
    ask(teamNotified, await project.context({ notified, cutover: { ...cutover, deliveries } }));
  expect(await asking([{ notifier: 'Slack', delivered: true }])).toEqual({ level: 'ok', detail: 'Slack' });
  expect(await asking([{ notifier: 'Slack', delivered: false, problem: 'answered 404' }])).toMatchObject({
    level: 'warning',
    detail: 'Slack: answered 404',
  });
  expect(await asking([])).toMatchObject({ level: 'warning' });
  expect(await ask(teamNotified, await project.context({ cutover }))).toMatch(/nobody wants/);
});
