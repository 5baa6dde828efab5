import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { visit, WebSocketVisitor } from '../switch/testing/visitors.ts';
import { freePort } from '../targets/local/host/ports.ts';
import { restartFrame } from './frames.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { Upstream } from './upstream.ts';

/** ms in which another machine has to take a connection. */
const connectWithin = 500;
const closing: (() => unknown)[] = [];
let gateway: Gateway;
let port: number;

beforeEach(async () => {
  gateway = new Gateway();
  port = await freePort(new Set());
  await gateway.listen(port);
});

afterEach(async () => {
  await gateway.closeAllBut(null, 0);
  for (const close of closing.splice(0).reverse()) await close();
});

/** A service in a process of its own, with room for one connection that it has not taken yet. */
const program = `
const { createServer } = require('node:http');
const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  if (req.url === '/events') {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: 1\\n\\n');
  } else if (req.url !== '/never') res.end('first');
});
server.on('upgrade', (_req, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n');
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

interface Machine {
  readonly upstream: Upstream;
  /** From now on nothing is heard of it: connections stay open, and no new one is made, as when the power of a machine has gone. */
  readonly crash: () => void;
  readonly child: ChildProcess;
}

async function machine(): Promise<Machine> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  closing.push(() => child.kill('SIGKILL'));
  const at = Number((await once(child.stdout, 'data'))[0]);
  const upstream = new Upstream('web', at, { connectWithin });
  closing.push(() => upstream.close());
  const crash = () => {
    child.kill('SIGSTOP');
    for (let i = 0; i < 8; i++) {
      const socket = connect(at, '127.0.0.1').on('error', () => {});
      closing.push(() => socket.destroy());
    }
  };
  return { upstream, crash, child };
}

/** Answers `second`; `/slow` after a while in which nothing is heard of it. */
async function other(slowMs = 1_500): Promise<{ readonly upstream: Upstream; readonly server: Server }> {
  const server = createServer((req, res) => {
    setTimeout(() => res.end('second'), req.url === '/slow' ? slowMs : 0);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const upstream = new Upstream('web', (server.address() as AddressInfo).port, { connectWithin });
  closing.push(
    () => server.close(),
    () => upstream.close(),
  );
  return { upstream, server };
}

const route = (...upstreams: Upstream[]) => gateway.route(new RoutingTable([{ prefix: '/', upstreams }]));

test('what was sent to a machine that is gone is answered by another one; only what may not be sent twice is lost', async () => {
  const gone = await machine();
  route(gone.upstream);
  const agent = new Agent({ keepAlive: true });
  closing.push(() => agent.destroy());
  expect((await visit(port, '/', { agent })).body).toBe('first');
  const socket = new WebSocketVisitor(port);
  closing.push(() => socket.close());
  const events = await fetch(`http://127.0.0.1:${port}/events`);
  const streamed = events.text();
  await expect.poll(() => gone.upstream.tunnels).toBe(1);
  const waiting = visit(port, '/never');
  const posted = visit(port, '/never', { method: 'POST', body: Buffer.from('x') });
  await expect.poll(() => gone.upstream.active).toBe(2);

  gone.crash();
  const left = await other();
  route(gone.upstream, left.upstream);
  expect((await waiting).body).toBe('second');
  expect((await posted).status).toBe(502);
  // Told to come again, both of them.
  expect(await streamed).toBe('data: 1\n\n');
  await expect.poll(() => socket.frames).toEqual(restartFrame);

  // Nobody has to wait for it any more, however long it is away.
  const began = performance.now();
  for (let i = 0; i < 20; i++) expect((await visit(port, '/')).body).toBe('second');
  expect(performance.now() - began).toBeLessThan(connectWithin);
  gone.child.kill('SIGCONT');
  await expect.poll(async () => (await visit(port, '/')).body, { timeout: 5_000 }).toBe('first');
});

test('a service that takes long, or takes nothing new while it finishes, is left alone', async () => {
  const { upstream, server } = await other();
  route(upstream);
  const slow = visit(port, '/slow');
  await expect.poll(() => upstream.active).toBe(1);
  const refusing = visit(port, '/slow');
  await expect.poll(() => upstream.active).toBe(2);
  server.close();
  expect((await slow).body).toBe('second');
  expect((await refusing).body).toBe('second');
});
