import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restartFrame } from '../gateway/frames.ts';
import { freePort } from '../targets/local/host/ports.ts';
import { switchTrafficSchema, type Table, viewSchema } from './protocol.ts';
import { type NameServer, nameServer } from './testing/name-server.ts';
import { type Replica, replica } from './testing/replica.ts';
import { RunningSwitch } from './testing/running-switch.ts';
import { Visitors, visit, WebSocketVisitor } from './testing/visitors.ts';

let dns: NameServer;
let running: RunningSwitch;
/** That services listen on, each replica at an address of its own. */
let port: number;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  dns = await nameServer();
  running = await startSwitch({ NAMESERVER: dns.address, TRUSTED: 'tasks.edge' });
  port = await freePort(new Set([running.port, running.control]));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await running.close();
  dns.close();
});

/** One that listens where nothing else does. */
async function startSwitch(env: Record<string, string>): Promise<RunningSwitch> {
  const visitors = await freePort(new Set());
  return RunningSwitch.start(visitors, await freePort(new Set([visitors])), env);
}

async function serve(host: string, says: string): Promise<Replica> {
  const started = await replica(host, port, says);
  closing.push(() => started.close());
  return started;
}

/** A release of one service that takes all paths. */
const tableOf = (release: string, name = `web-${release}`): Table => ({
  release,
  services: [{ service: 'web', release, paths: ['/'], name, port }],
});

const errorOf = ({ stderr }: { stderr: string }) =>
  (JSON.parse(stderr) as { error: { code: string; message: string } }).error;

test('routes nothing at first, then what it is told, and says so', async () => {
  expect((await visit(running.port, '/')).status).toBe(503);
  const nothing = await running.verb(['table']);
  expect(JSON.parse(nothing.stdout)).toEqual({ table: null, addresses: {}, maintenance: null });

  await serve('127.0.0.2', 'one');
  await serve('127.0.0.3', 'two');
  dns.names.set('web-v1', ['127.0.0.3', '127.0.0.2']);
  const routed = await running.route(tableOf('v1'));
  expect(routed).toMatchObject({ code: 0, stderr: '' });
  const view = viewSchema.parse(JSON.parse(routed.stdout));
  const addresses = { 'web-v1': ['127.0.0.2', '127.0.0.3'] };
  expect(view).toEqual({ table: tableOf('v1'), addresses, maintenance: null });
  expect(JSON.parse((await running.verb(['table'])).stdout)).toEqual(view);
  const answers = [await visit(running.port, '/'), await visit(running.port, '/')];
  expect(answers.map(({ body }) => body).toSorted()).toEqual(['one 0', 'two 0']);
  expect(answers[0]!.headers['x-release']).toBe('v1');
});

test('gives each path and host to its service', async () => {
  await serve('127.0.0.2', 'site');
  await serve('127.0.0.3', 'api');
  await serve('127.0.0.4', 'admin');
  for (const [at, name] of ['site', 'api', 'admin'].entries()) dns.names.set(name, [`127.0.0.${at + 2}`]);
  const service = (name: string) => ({ service: name, release: 'v1', name, port });
  const table: Table = {
    release: 'v1',
    services: [
      { ...service('site'), paths: ['/'] },
      { ...service('api'), paths: ['/api', '/hooks'] },
      { ...service('admin'), paths: ['/'], hosts: ['Admin.example.com'] },
    ],
  };
  expect((await running.route(table)).code).toBe(0);
  const body = async (host: string, path: string) =>
    (await visit(running.port, path, { headers: { host } })).body;
  expect(await body('example.com', '/')).toBe('site 0');
  expect(await body('example.com', '/api/v1?x=1')).toBe('api 0');
  expect(await body('example.com', '/hooks')).toBe('api 0');
  expect(await body('ADMIN.example.com:8443', '/api')).toBe('admin 0');
});

test('loses no request and closes no connection at cutovers under load', async () => {
  await serve('127.0.0.2', 'v1');
  await serve('127.0.0.3', 'v1');
  await serve('127.0.0.4', 'v2');
  dns.names.set('web-v1', ['127.0.0.2', '127.0.0.3']);
  dns.names.set('web-v2', ['127.0.0.4']);
  await running.route(tableOf('v1'));
  const sockets = [new WebSocketVisitor(running.port), new WebSocketVisitor(running.port)];
  closing.push(() => sockets.map((socket) => socket.close()));
  const visitors = new Visitors(running.port);
  for (const release of ['v2', 'v1', 'v2', 'v1', 'v2']) {
    const before = visitors.answers.get('/slow v1 0') ?? 0;
    expect((await running.route(tableOf(release))).code).toBe(0);
    expect((await visit(running.port, '/')).body).toBe(`${release} 0`);
    // Each is long enough for requests that go over the next cutover.
    if (release === 'v1')
      await expect.poll(() => visitors.answers.get('/slow v1 0'), { timeout: 9_000 }).toBeGreaterThan(before);
  }
  await expect.poll(() => visitors.answers.get('/slow v2 0'), { timeout: 9_000 }).toBeGreaterThan(0);
  const seen = sockets.map(({ frames }) => frames.length);
  await expect.poll(() => sockets.every(({ frames }, at) => frames.length > seen[at]!)).toBe(true);
  await visitors.leave();
  expect(visitors.failed).toEqual([]);
  const kinds = ['/ v1 0', '/ v2 0', '/ v1 5000000', '/ v2 5000000', '/slow v1 0', '/slow v2 0'];
  expect([...visitors.answers.keys()].toSorted()).toEqual(kinds.toSorted());
  expect(sockets.map(({ ended }) => ended)).toEqual([false, false]);
  // Generous: the machine runs other tests, too. What a cutover itself takes is one assignment.
  expect(visitors.longest).toBeLessThan(1_500);
}, 60_000);

test('moves all or nothing: a name without an address changes nothing', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const before = await running.state();
  const table = tableOf('v2', 'web-v1');
  const absent = { service: 'api', release: 'v2', paths: ['/api'], name: 'api-v2', port };
  const refused = await running.route({ ...table, services: [...table.services, absent] }, 1);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(errorOf(refused)).toMatchObject({
    code: 'switch.unresolved',
    message: expect.stringContaining('api-v2'),
  });
  expect(errorOf(refused).message).not.toContain('web-v1');
  expect(await running.state()).toBe(before);
  expect((await visit(running.port, '/api')).headers['x-release']).toBe('v1');
});

test('waits for a name that is about to have an address', async () => {
  await serve('127.0.0.2', 'v1');
  const routed = running.route(tableOf('v1'), 20);
  await expect.poll(() => dns.asked.get('web-v1') ?? 0).toBeGreaterThan(1);
  dns.names.set('web-v1', ['127.0.0.2']);
  expect((await routed).code).toBe(0);
  expect((await visit(running.port, '/')).body).toBe('v1 0');
});

test('refuses what is no table, and says nothing of its values', async () => {
  const asked = (table: unknown) => running.route(table as Table);
  const [service] = tableOf('v1').services;
  for (const [table, said] of [
    [{ release: 'v1', services: [{ ...service, port: 'hunter2' }] }, 'services.0.port'],
    [{ release: 'v1', services: [{ ...service, paths: ['api'] }] }, 'services.0.paths.0'],
    [{ release: 'v1', services: [service, { ...service, service: 'other' }] }, 'web and to other'],
    [{ release: 'v1' }, 'services'],
  ] as const) {
    const refused = await asked(table);
    expect(errorOf(refused)).toMatchObject({
      code: 'switch.invalid',
      message: expect.stringContaining(said),
    });
    expect(refused.stderr).not.toContain('hunter2');
  }
  expect(errorOf(await running.verb(['route']))).toMatchObject({ code: 'switch.invalid' });
  expect(errorOf(await running.verb(['switch']))).toMatchObject({ code: 'switch.invalid' });
});

test('asks every replica of a name for a path', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2', '127.0.0.9']);
  const { port } = tableOf('v1').services[0]!;
  const ask = (name: string) =>
    running.verb(['probe'], { CONDUCTOR_PROBE: JSON.stringify({ name, port, path: '/health' }) });
  const { code, stdout } = await ask('web-v1');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject([
    { address: '127.0.0.2', status: 200, error: null },
    { address: '127.0.0.9', status: null, error: expect.stringContaining('ECONNREFUSED') },
  ]);
  expect(JSON.parse((await ask('nobody')).stdout)).toEqual([]);
});

test('writes down before it moves: what cannot be written does not happen', async () => {
  await running.close();
  running = await startSwitch({ NAMESERVER: dns.address, STATE: '/proc/table.json' });
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  expect(errorOf(await running.route(tableOf('v1'))).code).toBe('switch.not-written');
  expect((await visit(running.port, '/')).status).toBe(503);
});

test('follows addresses as they come and go; one that is gone finishes what it has', async () => {
  const one = await serve('127.0.0.2', 'one');
  await serve('127.0.0.3', 'two');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const slow = visit(running.port, '/slow');
  const webSocket = new WebSocketVisitor(running.port);
  closing.push(() => webSocket.close());
  await expect.poll(() => [one.active(), one.webSockets.size]).toEqual([1, 1]);
  dns.names.set('web-v1', ['127.0.0.3']);
  const gone = async () => {
    const { body } = await visit(running.port, '/');
    return body;
  };
  await expect.poll(gone, { timeout: 5_000 }).toBe('two 0');
  const had = one.headers.length;
  for (let i = 0; i < 5; i++) expect(await gone()).toBe('two 0');
  expect(one.headers.length).toBe(had);
  expect((await slow).body).toBe('one 0');
  expect(webSocket.ended).toBe(false);
});

test('keeps the last addresses while the name server is away, and says so once', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const asked = () => dns.asked.get('web-v1')!;
  dns.names.delete('web-v1');
  const before = asked();
  await expect.poll(asked, { timeout: 9_000 }).toBeGreaterThan(before + 2);
  expect((await visit(running.port, '/')).body).toBe('v1 0');
  dns.names.set('web-v1', ['127.0.0.2']);
  await expect.poll(() => running.err, { timeout: 5_000 }).toContain('web-v1 is found again');
  expect(running.err.match(/web-v1 is not found .*it stays 127\.0\.0\.2/g)).toHaveLength(1);
});

test('goes on where it was killed, and holds requests until its names are found', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const kept = { since: '2026-01-01T00:00:00Z', message: 'Back soon.', pass: 'p'.repeat(32) };
  await running.verb(['maintenance'], { CONDUCTOR_MAINTENANCE: JSON.stringify(kept) });
  await running.stop('SIGKILL');
  dns.silent = true;
  const before = dns.asked.get('web-v1')!;
  await running.again();
  expect(running.err).toContain('serves v1');
  const held = visit(running.port, '/', { headers: { 'x-conductor-pass': kept.pass } });
  await expect.poll(() => dns.asked.get('web-v1')).toBeGreaterThan(before);
  dns.silent = false;
  const { status, body } = await held;
  expect([status, body]).toEqual([200, 'v1 0']);
  expect((await visit(running.port, '/')).body).toContain('Back soon.');
});

test('starts all the same with a table that it cannot read', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.stop('SIGKILL');
  await writeFile(join(running.folder, 'table.json'), '{ half');
  await running.again();
  expect(running.err).toContain('cannot be read, so nothing is routed');
  expect((await running.route(tableOf('v1'))).code).toBe(0);
  expect((await visit(running.port, '/')).body).toBe('v1 0');
});

test('believes only the edge, by its name, and a new one from its first request on', async () => {
  const web = await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const headers = { host: 'crm.test', 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  const heard = async (from: string) => {
    await visit(running.port, '/', { headers, from });
    const { 'x-forwarded-for': by, 'x-forwarded-proto': proto } = web.headers.at(-1)!;
    return `${by} ${proto}`;
  };
  expect(await heard('127.0.0.8')).toBe('127.0.0.8 http');
  dns.names.set('tasks.edge', ['127.0.0.8']);
  await expect.poll(() => heard('127.0.0.8')).toBe('203.0.113.9, 127.0.0.8 https');
  expect(await heard('127.0.0.9')).toBe('127.0.0.9 http');
  // It moves; an address that nobody had asked from is looked up at once.
  await expect.poll(async () => heard('127.0.0.8')).toContain('https');
  dns.names.set('tasks.edge', ['127.0.0.10']);
  await expect.poll(() => heard('127.0.0.10')).toBe('203.0.113.9, 127.0.0.10 https');
  await expect.poll(() => heard('127.0.0.8'), { timeout: 5_000 }).toBe('127.0.0.8 http');
});

test('keeps visitors out and lets them in again; the pass is told to who asks, and in no log', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const said = async (value?: unknown) => {
    const env = value !== undefined && { CONDUCTOR_MAINTENANCE: JSON.stringify(value) };
    return JSON.parse((await running.verb(['maintenance'], { ...env })).stdout) as unknown;
  };
  expect(await said()).toBe(null);
  const closed = { since: '2026-01-01T00:00:00Z', message: 'Back soon.', pass: 'p'.repeat(32) };
  expect(await said(closed)).toEqual(closed);
  expect(await said()).toEqual(closed);
  const out = await visit(running.port, '/');
  expect([out.status, out.body]).toEqual([503, expect.stringContaining('Back soon.')]);
  const passed = await visit(running.port, '/', { headers: { 'x-conductor-pass': closed.pass } });
  expect([passed.status, passed.body]).toEqual([200, 'v1 0']);
  const { pass: _, ...shown } = closed;
  const view = await running.verb(['table']);
  expect(JSON.parse(view.stdout)).toMatchObject({ maintenance: shown });
  expect(await said(null)).toBe(null);
  expect((await visit(running.port, '/')).status).toBe(200);
  expect(running.out + running.err + view.stdout).not.toContain(closed.pass);
  const wrong = await running.verb(['maintenance'], { CONDUCTOR_MAINTENANCE: '{"pass":"short-secret"}' });
  expect(errorOf(wrong).code).toBe('switch.invalid');
  expect(wrong.stderr).not.toContain('short-secret');
});

test('counts what visitors were answered, by process', async () => {
  await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  await visit(running.port, '/');
  await visit(running.port, '/error');
  await visit(running.port, '/', { headers: { 'user-agent': 'conductor-probe' } });
  const counted = async () => switchTrafficSchema.parse(JSON.parse((await running.verb(['traffic'])).stdout));
  const [web, ...others] = await counted();
  expect(web).toMatchObject({ release: 'v1', service: 'web', answers: 2, errors: 1 });
  expect(web!.buckets.at(-1)).toEqual([10, 2]);
  expect(others).toEqual([]);
  await running.route(tableOf('v2', 'web-v1'));
  await visit(running.port, '/');
  const again = (await counted()).find(({ release }) => release === 'v2');
  expect(again).toMatchObject({ answers: 1 });
  expect(again!.process).not.toBe(web!.process);
});

test('waits for what is under way with a release that serves no more, and ends what is left', async () => {
  const old = await serve('127.0.0.2', 'v1');
  await serve('127.0.0.3', 'v2');
  dns.names.set('web-v1', ['127.0.0.2']);
  dns.names.set('web-v2', ['127.0.0.3']);
  await running.route(tableOf('v1'));
  const slow = visit(running.port, '/slow');
  const webSocket = new WebSocketVisitor(running.port);
  closing.push(() => webSocket.close());
  await expect.poll(() => [old.active(), old.webSockets.size]).toEqual([1, 1]);
  expect(errorOf(await running.verb(['drained', 'v1', '1'])).code).toBe('switch.serving');
  await running.route(tableOf('v2'));
  const drained = await running.verb(['drained', 'v1', '20']);
  expect(JSON.parse(drained.stdout)).toEqual({ release: 'v1', requests: 0, webSockets: 1 });
  expect((await slow).body).toBe('v1 0');
  await expect.poll(() => webSocket.ended).toBe(true);
  expect(webSocket.frames.subarray(-restartFrame.length)).toEqual(restartFrame);

  await running.route(tableOf('v1'));
  const never = visit(running.port, '/never', { method: 'POST' });
  await expect.poll(() => old.active()).toBe(1);
  await running.route(tableOf('v2'));
  const cut = await running.verb(['drained', 'v1', '1']);
  expect(JSON.parse(cut.stdout)).toEqual({ release: 'v1', requests: 1, webSockets: 0 });
  expect((await never).status).toBe(502);
  await expect.poll(() => old.active()).toBe(0);
  const nothing = await running.verb(['drained', 'v0']);
  expect(JSON.parse(nothing.stdout)).toEqual({ release: 'v0', requests: 0, webSockets: 0 });
});

test('ends when it is told to: what is under way is finished, WebSockets are told to come back', async () => {
  const web = await serve('127.0.0.2', 'v1');
  dns.names.set('web-v1', ['127.0.0.2']);
  await running.route(tableOf('v1'));
  const slow = visit(running.port, '/slow?token=secret');
  const webSocket = new WebSocketVisitor(running.port);
  closing.push(() => webSocket.close());
  await expect.poll(() => [web.active(), web.webSockets.size]).toEqual([1, 1]);
  const ended = running.stop('SIGTERM');
  await expect.poll(() => webSocket.ended).toBe(true);
  expect(webSocket.frames.subarray(-restartFrame.length)).toEqual(restartFrame);
  await expect(visit(running.port, '/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect((await slow).body).toBe('v1 0');
  expect(await ended).toBe(0);
  expect(running.access).toMatchObject([
    { method: 'GET', path: '/ws', status: 101, service: 'web', release: 'v1' },
    { method: 'GET', path: '/slow', status: 200, service: 'web', release: 'v1', client: '127.0.0.1' },
  ]);
  expect(running.out).not.toContain('secret');
  expect(errorOf(await running.verb(['table'])).code).toBe('switch.not-running');
});

test('says nothing of requests where the log is off, and tells its health on the control side only', async () => {
  await running.close();
  running = await startSwitch({ NAMESERVER: dns.address, ACCESS_LOG: 'off' });
  const health = await visit(running.control, '/-/switch/health');
  expect([health.status, health.body]).toEqual([200, '{"status":"ok"}']);
  const outside = await visit(running.port, '/-/switch/health');
  expect([outside.status, outside.body]).toEqual([503, expect.stringContaining('Nothing is deployed')]);
  await running.stop('SIGTERM');
  expect(running.out).toBe('');
});
