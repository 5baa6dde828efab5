import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../../tests/setup/ports.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { Upstream } from './upstream.ts';

let gateway: Gateway;
let port: number;
const closing: (() => Promise<unknown> | unknown)[] = [];

beforeEach(async () => {
  gateway = new Gateway();
  port = await freePort();
  await gateway.listen(port);
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await gateway.closeAllBut(null);
});

async function service(listener: RequestListener, at = 0): Promise<{ upstream: Upstream; server: Server }> {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener).listen(at, '127.0.0.1');
  await once(server, 'listening');
  const upstream = new Upstream('web', (server.address() as AddressInfo).port);
  closing.push(() => {
    upstream.close();
    server.closeAllConnections();
    server.close();
  });
  return { upstream, server };
}

const serve = (...upstreams: Upstream[]) => gateway.route(new RoutingTable([{ prefix: '/', upstreams }]));

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | string; agent?: Agent } = {},
): Promise<Answer> {
  const { method = 'GET', headers, body, agent } = options;
  const outgoing = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    ...(headers ? { headers } : {}),
    ...(agent ? { agent } : {}),
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

test('says 503 as a problem, or as a page to browsers, while nothing is deployed', async () => {
  const answer = await ask('/');
  expect(answer.status).toBe(503);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(answer.body)).toMatchObject({ status: 503, title: 'Nothing is deployed' });

  const page = await ask('/', { headers: { accept: 'text/html' } });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.body).toContain('Nothing is deployed');
});

test('passes on method, path, headers and body, and the answer with its status and cookies', async () => {
  const { upstream } = await service(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    res.writeHead(
      201,
      [
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
        ['X-Release', 'v1'],
      ].flat(),
    );
    res.end(
      JSON.stringify({
        method: req.method,
        url: req.url,
        headers: req.headers,
        body: Buffer.concat(chunks).toString(),
      }),
    );
  });
  serve(upstream);
  const answer = await ask('/a/b?c=d%20e', {
    method: 'POST',
    headers: {
      host: 'crm.test',
      'x-forwarded-for': '10.0.0.1',
      'x-request-id': 'abc',
      connection: 'x-drop',
      'x-drop': '1',
    },
    body: 'hello',
  });
  expect(answer.status).toBe(201);
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect(answer.headers['x-release']).toBe('v1');
  expect(answer.headers['x-request-id']).toBe('abc');
  const seen = JSON.parse(answer.body) as { headers: Record<string, string> };
  expect(seen).toMatchObject({ method: 'POST', url: '/a/b?c=d%20e', body: 'hello' });
  expect(seen.headers).toMatchObject({
    host: 'crm.test',
    'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': 'crm.test',
    'x-request-id': 'abc',
  });
  expect(seen.headers['x-drop']).toBeUndefined();
});

test('says of which release an answer is, where the service does not', async () => {
  const { upstream } = await service((req, res) => {
    if (req.url === '/own') res.setHeader('x-release', 'its-own');
    req.resume().once('end', () => res.end('hello'));
  });
  const released = new Upstream('web', upstream.port, { release: 'v2' });
  closing.push(() => released.close());
  serve(released);
  // Over a connection that is kept, over one of its own, and with a header of its own.
  const asked = { kept: await ask('/'), own: await ask('/', { method: 'POST', body: 'x' }) };
  for (const [way, { headers, body }] of Object.entries(asked))
    expect([way, headers['x-release'], body]).toEqual([way, 'v2', 'hello']);
  expect((await ask('/own')).headers['x-release']).toBe('its-own');
  expect((await ask('/own', { method: 'POST', body: 'x' })).headers['x-release']).toBe('its-own');
  serve(upstream);
  expect((await ask('/')).headers['x-release']).toBeUndefined();
});

test('gives the longest prefix the request, and only whole path segments count', async () => {
  const named = async (name: string) => (await service((_req, res) => res.end(name))).upstream;
  gateway.route(
    new RoutingTable([
      { prefix: '/', upstreams: [await named('front')] },
      { prefix: '/api', upstreams: [await named('api')] },
    ]),
  );
  const answers = await Promise.all(['/', '/api', '/api/v1', '/api?x', '/apis'].map((path) => ask(path)));
  expect(answers.map(({ body }) => body)).toEqual(['front', 'api', 'api', 'api', 'front']);
});

test('replicas take turns, and connections for reads are kept', async () => {
  const connections = new Set<unknown>();
  const named = async (name: string) => {
    const { upstream, server } = await service((_req, res) => res.end(name));
    server.on('connection', (socket) => connections.add(socket));
    return upstream;
  };
  serve(await named('a'), await named('b'));
  const bodies: string[] = [];
  for (let i = 0; i < 10; i++) bodies.push((await ask('/')).body);
  expect(bodies.join('')).toBe('ababababab');
  expect(connections.size).toBe(2);
});

test('a client keeps its connection through a cutover, and all requests after it go to the new release', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(() => agent.destroy());
  const old = await service((_req, res) => res.end('old'));
  const fresh = await service((_req, res) => res.end('new'));
  serve(old.upstream);
  expect((await ask('/', { agent })).body).toBe('old');
  const socket = Object.values(agent.freeSockets)[0]?.[0];
  serve(fresh.upstream);
  expect((await ask('/', { agent })).body).toBe('new');
  expect(Object.values(agent.freeSockets)[0]?.[0]).toBe(socket);
});

test('a request under way at the cutover is finished where it began, and counted until then', async () => {
  let finish = () => {};
  const slow = await service((_req, res) => {
    res.write('first ');
    finish = () => res.end('second');
  });
  serve(slow.upstream);
  const answer = ask('/');
  await expect.poll(() => slow.upstream.active).toBe(1);
  const { upstream } = await service((_req, res) => res.end('new'));
  serve(upstream);
  let idle = false;
  const done = slow.upstream.idle().then(() => {
    idle = true;
  });
  await ask('/');
  expect(idle).toBe(false);
  finish();
  expect((await answer).body).toBe('first second');
  await done;
  expect(slow.upstream.active).toBe(0);
});

test('streams a large upload, with a length and without', async () => {
  const { upstream } = await service(async (req, res) => {
    let size = 0;
    for await (const chunk of req) size += (chunk as Buffer).length;
    res.end(`${size} ${req.headers['transfer-encoding'] ?? 'length'}`);
  });
  serve(upstream);
  const body = Buffer.alloc(5 * 1024 * 1024, 'x');
  const length = { 'content-length': String(body.length) };
  expect((await ask('/', { method: 'POST', body, headers: length })).body).toBe(`${body.length} length`);
  const chunked = { 'transfer-encoding': 'chunked' };
  expect((await ask('/', { method: 'PUT', body, headers: chunked })).body).toBe(`${body.length} chunked`);
});

test('passes on "100 Continue" only when the service says so', async () => {
  const { upstream, server } = await service(async (req, res) => {
    let size = 0;
    for await (const chunk of req) size += (chunk as Buffer).length;
    res.end(String(size));
  });
  server.on('checkContinue', (req, res) => {
    if (req.url === '/no') res.writeHead(417).end();
    else {
      res.writeContinue();
      server.emit('request', req, res);
    }
  });
  serve(upstream);
  const expecting = async (path: string) => {
    const headers = { expect: '100-continue', 'content-length': '5' };
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers });
    outgoing.flushHeaders();
    const asked = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    const first = await Promise.race([once(outgoing, 'continue').then(() => 'continue'), asked]);
    if (first === 'continue') outgoing.end('hello');
    const [answer] = await asked;
    let body = '';
    for await (const chunk of answer) body += chunk;
    outgoing.destroy();
    return `${first === 'continue'} ${answer.statusCode} ${body}`;
  };
  expect(await expecting('/yes')).toBe('true 200 5');
  expect(await expecting('/no')).toBe('false 417 ');
});

test('a refused connection is tried elsewhere, whatever the request', async () => {
  const dead = new Upstream('web', await freePort());
  const { upstream } = await service((_req, res) => res.end('ok'));
  serve(dead, upstream);
  for (const method of ['GET', 'POST', 'GET', 'POST']) {
    expect((await ask('/', { method, body: method === 'POST' ? 'x' : '' })).body).toBe('ok');
  }
});

test('waits for a service that is starting again', async () => {
  const at = await freePort();
  serve(new Upstream('web', at));
  const answer = ask('/', { method: 'POST', body: 'x' });
  await new Promise((resolve) => setTimeout(resolve, 120));
  await service((_req, res) => res.end('back'), at);
  expect((await answer).body).toBe('back');
});

test('a kept connection that the service has closed loses no read', async () => {
  const { upstream, server } = await service((_req, res) => res.end('ok'));
  serve(upstream);
  for (let i = 0; i < 30; i++) {
    const closed = ask('/');
    expect((await closed).body).toBe('ok');
    // The service resets the idle connection at the same moment as the next request is sent over it.
    setImmediate(() => server.closeAllConnections());
    expect((await ask('/')).body).toBe('ok');
  }
});

test('a write that was sent and not answered is a 502, and is not sent twice', async () => {
  let seen = 0;
  const { upstream } = await service((req) => {
    seen++;
    req.socket.destroy();
  });
  serve(upstream);
  const answer = await ask('/', { method: 'POST', body: 'x' });
  expect(answer.status).toBe(502);
  expect(JSON.parse(answer.body)).toMatchObject({ title: 'Bad gateway' });
  expect(seen).toBe(1);
});

test('half an answer does not look like a whole one', async () => {
  const { upstream } = await service((_req, res) => {
    res.write('half');
    setImmediate(() => res.destroy());
  });
  serve(upstream);
  await expect(ask('/')).rejects.toThrow(/aborted|hang up/);
});

test('a client that leaves ends its request at the service', async () => {
  let left = false;
  const { upstream } = await service((_req, res) => {
    res.once('close', () => {
      left = true;
    });
  });
  serve(upstream);
  const outgoing = request({ host: '127.0.0.1', port }).end();
  outgoing.on('error', () => {});
  await expect.poll(() => upstream.active).toBe(1);
  outgoing.destroy();
  await expect.poll(() => left).toBe(true);
  await expect.poll(() => upstream.active).toBe(0);
});

test('opens a tunnel for an upgrade, both ways, until the service ends it', async () => {
  const { upstream, server } = await service((_req, res) => res.end());
  server.on('upgrade', (req, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(`${req.headers['x-forwarded-for']};`);
    socket.on('data', (data: Buffer) => (data.toString() === 'bye' ? socket.end('bye') : socket.write(data)));
  });
  serve(upstream);
  const client = connect(port, '127.0.0.1');
  let text = '';
  client.on('data', (data) => {
    text += data;
  });
  client.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhead');
  await expect.poll(() => text).toMatch(/^HTTP\/1.1 101 .*127\.0\.0\.1;head$/s);
  expect(upstream.tunnels).toBe(1);
  expect(upstream.active).toBe(0);
  client.write('bye');
  await once(client, 'end');
  expect(text).toMatch(/bye$/);
  client.end();
  await expect.poll(() => upstream.tunnels).toBe(0);
});

test('nothing is left of a tunnel that the service has ended, whatever the client still says', async () => {
  const { upstream, server } = await service((_req, res) => res.end());
  server.on('upgrade', (_req, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbye');
    (socket as Socket).destroySoon();
  });
  serve(upstream);
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const before = sockets();
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  client.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  client.resume();
  await once(client, 'end');
  client.end('and a last word');
  await expect.poll(sockets).toBeLessThanOrEqual(before);
});

test('a refused upgrade is answered as the service says, and the connection ends', async () => {
  const { upstream } = await service((_req, res) => res.writeHead(401).end('no'));
  serve(upstream);
  const client = connect(port, '127.0.0.1');
  client.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  let text = '';
  for await (const chunk of client) text += chunk;
  expect(text).toMatch(/^HTTP\/1.1 401 .*Connection: close\r\n.*no/s);
});

test('closes although a client never pauses', async () => {
  const { upstream } = await service((_req, res) => res.end('ok'));
  serve(upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  closing.push(() => agent.destroy());
  const answers: string[] = [];
  const busy = (async () => {
    for (;;) answers.push((await ask('/', { agent })).body);
  })();
  await expect.poll(() => answers.length).toBeGreaterThan(3);
  await gateway.closeAllBut(null);
  // Refused, or cut off between two requests.
  await expect(busy).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/) });
  expect(new Set(answers)).toEqual(new Set(['ok']));
});

test('says with the last answer of a connection that it is to close, and does not wait for the client to do so', async () => {
  let finish = () => {};
  const { upstream } = await service((_req, res) => {
    if (finishing) finish = () => res.end('ok');
    else res.end('ok');
  });
  let finishing = false;
  serve(upstream);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 60_000 });
  closing.push(() => agent.destroy());
  expect((await ask('/', { agent })).headers.connection).toBe('keep-alive');
  finishing = true;
  const last = ask('/', { agent });
  await expect.poll(() => upstream.active).toBe(1);
  const closed = gateway.closeAllBut(null, 10_000);
  finish();
  expect((await last).headers.connection).toBe('close');
  await closed;
});

test('a port of another program is an error that says so', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  const taken = (server.address() as AddressInfo).port;
  await expect(gateway.listen(taken)).rejects.toMatchObject({ code: 'local.port-taken', exit: 3 });
  expect(gateway.ports).toEqual([port]);
});
