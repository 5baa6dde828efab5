import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { RoutingTable } from './routing-table.ts';
import { Upstream } from './upstream.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that listens on an address, and how many connected to it. */
async function listening(host: string, port: number): Promise<{ port: number; connected: () => number }> {
  let connected = 0;
  const server = createServer((socket) => {
    connected++;
    socket.on('error', () => socket.destroy());
    socket.resume();
  }).listen(port, host);
  closing.push(() => server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, connected: () => connected };
}

test('connects to its own address', async () => {
  const one = await listening('127.0.0.2', 0);
  const other = await listening('127.0.0.3', one.port);
  const socket = await new Upstream('web', one.port, { host: '127.0.0.3' }).connect();
  closing.push(() => socket.destroy());
  await expect.poll(other.connected).toBe(1);
  expect(one.connected()).toBe(0);
});

test('a connection that is not made in time counts as refused', async () => {
  // Stopped, and with no room for more connections: as of a machine that is gone, nothing is heard of it.
  const code = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () {
    console.log(this.address().port);
  })`;
  const program = spawn(process.execPath, ['-e', code]);
  closing.push(() => program.kill('SIGKILL'));
  const port = Number((await once(program.stdout, 'data'))[0]);
  program.kill('SIGSTOP');
  for (let i = 0; i < 8; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    closing.push(() => socket.destroy());
  }
  const upstream = new Upstream('web', port, { connectWithin: 300 });
  // The first ones may still find room.
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => upstream.connect()));
  expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'ETIMEDOUT', syscall: 'connect' } });
  expect(upstream.doubtful).toBe(true);
  upstream.letGo();
  await expect.poll(() => upstream.connections).toBe(0);
});

test('one that refused a moment ago is passed over, and taken where there is no other', async () => {
  const dead = new Upstream('web', await freePort(new Set()));
  const alive = new Upstream('web', (await listening('127.0.0.1', 0)).port);
  const table = new RoutingTable([{ prefix: '/', upstreams: [dead, alive] }]);
  const picked = () => table.pick(table.routes[0]!, new Set());
  expect([picked(), picked(), picked()]).toEqual([dead, alive, dead]);
  await expect(dead.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect([picked(), picked(), picked()]).toEqual([alive, alive, alive]);
  expect(table.pick(table.routes[0]!, new Set([alive]))).toBe(dead);
  await listening('127.0.0.1', dead.port);
  closing.push(...[await dead.connect()].map((socket) => () => socket.destroy()));
  expect([picked(), picked()]).toContain(dead);
});
