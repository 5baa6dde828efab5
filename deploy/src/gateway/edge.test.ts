import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import type { Access } from './access.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { headerOf, readMessages } from './testing/message.ts';
import { answering, type RawService, rawService, speak } from './testing/wire.ts';
import { Upstream } from './upstream.ts';

const edge = '127.0.0.2';

let gateway: Gateway;
let service: RawService;
let upstream: Upstream;
let port: number;
let log: Access[];
/** Addresses that are asked for only when a request comes from them. */
let late: string[];

beforeEach(async () => {
  log = [];
  late = [];
  service = await rawService(answering('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  gateway = new Gateway({
    everywhere: true,
    isEdge: (address) => address === edge || (late.includes(address) ? Promise.resolve(true) : false),
    log: (access) => log.push(access),
  });
  port = await freePort(new Set());
  await gateway.listen(port);
  upstream = new Upstream('web', service.port, { release: 'v1' });
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [upstream] }]));
});

afterEach(async () => {
  await gateway.closeAllBut(null, 100);
  upstream.close();
  await service.close();
});

const forged = {
  Host: 'crm.test',
  'X-Forwarded-For': '203.0.113.9',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'elsewhere.test',
  'X-Forwarded-Port': '1',
  'X-Forwarded-Prefix': '/evil',
  Forwarded: 'for=192.0.2.1;proto=https',
  'X-Real-IP': '192.0.2.2',
};

/** Asks from an address; answers with what the service has heard. */
async function hears(localAddress: string, path = '/', method = 'GET', headers: object = forged) {
  service.heard.length = 0;
  const outgoing = request({ port, host: '127.0.0.1', localAddress, path, method, headers: { ...headers } });
  outgoing.end(method === 'GET' ? undefined : 'x');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  const [message] = service.heard.flatMap((bytes) => readMessages(bytes));
  const names = ['for', 'proto', 'host', 'port', 'prefix'].map((name) => `x-forwarded-${name}`);
  const said = [...names, 'forwarded', 'x-real-ip'].map((name) => [name, headerOf(message!, name)] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

test.each(['GET', 'POST'])('nobody but the edge is believed on whose behalf a %s comes', async (method) => {
  expect(await hears('127.0.0.1', '/', method)).toEqual({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'crm.test',
  });
});

test.each(['GET', 'POST'])(
  'the edge is believed about what it sets itself, and nothing else (%s)',
  async (method) => {
    expect(await hears(edge, '/', method)).toEqual({
      'x-forwarded-for': `203.0.113.9, ${edge}`,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'elsewhere.test',
    });
  },
);

test('the edge is believed from the first request on, when it has to be asked for', async () => {
  late = ['127.0.0.3'];
  expect((await hears('127.0.0.3', '/', 'POST'))['x-forwarded-for']).toBe('203.0.113.9, 127.0.0.3');
  expect((await hears('127.0.0.4', '/', 'POST'))['x-forwarded-for']).toBe('127.0.0.4');
});

test('a WebSocket is asked for on behalf of who the connection says', async () => {
  await speak(port, [
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n',
  ]);
  expect(service.heard[0]).toContain('X-Forwarded-For: 127.0.0.1\r\n');
  expect(service.heard[0]).not.toContain('203.0.113.9');
});

test('is told of each request, without its query', async () => {
  await hears(edge, '/leads?token=secret', 'POST', { ...forged, 'X-Request-Id': 'abc' });
  await hears('127.0.0.1', '/');
  gateway.closed = { pass: 'pass' };
  const [refused] = (
    await speak(port, ['GET /closed?token=secret HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'])
  ).messages;
  expect(refused?.start).toContain('503');
  await expect.poll(() => log.length).toBe(3);
  expect(log[0]).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    ...{ method: 'POST', host: 'crm.test', path: '/leads', status: 200, service: 'web', release: 'v1' },
    ...{ ms: expect.any(Number), bytes: expect.any(Number), id: 'abc', client: '203.0.113.9' },
  });
  expect(log[0]!.bytes).toBeGreaterThan(50);
  expect(log[1]).toMatchObject({ path: '/', client: '127.0.0.1', status: 200 });
  expect(log[2]).toMatchObject({ path: '/closed', status: 503, service: null, release: null });
  expect(JSON.stringify(log)).not.toContain('secret');
});

test('is told of a client that leaves before its answer, and of a WebSocket when it ends', async () => {
  await service.close();
  service = await rawService((socket, heard) => {
    if (heard.startsWith('GET /ws'))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  upstream = new Upstream('web', service.port, { release: 'v1' });
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [upstream] }]));
  const outgoing = request({ port, host: '127.0.0.1', path: '/never' }).end();
  outgoing.on('error', () => {});
  await expect.poll(() => service.heard.length).toBe(1);
  outgoing.destroy();
  await expect.poll(() => log.length).toBe(1);
  expect(log[0]).toMatchObject({ path: '/never', status: 499, service: 'web' });
  await speak(port, ['GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n']);
  await expect.poll(() => log.length).toBe(2);
  expect(log[1]).toMatchObject({ path: '/ws', status: 101, service: 'web', release: 'v1' });
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((each) => each && !each.internal && each.family === 'IPv4')?.address;

test.skipIf(outside === undefined)('listens for other machines only when asked to', async () => {
  const asked = async (at: number) => {
    const outgoing = request({ port: at, host: outside!, path: '/' }).end();
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  expect(await asked(port)).toBe(200);
  const local = new Gateway();
  const other = await freePort(new Set([port]));
  await local.listen(other);
  await expect(asked(other)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await local.closeAllBut(null);
});
