import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { Upstream } from './upstream.ts';

let service: Server;
let upstream: Upstream;
let gateway: Gateway;
let url: string;
beforeEach(async () => {
  service = createServer((req, res) => {
    if (req.url === '/silent') return res.destroy();
    if (req.url === '/slow') return setTimeout(() => res.end(), 120);
    return res.writeHead(Number(/^\/(\d+)/.exec(req.url ?? '')?.[1] ?? 200)).end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  upstream = new Upstream('web', (service.address() as AddressInfo).port, { health: '/health' });
  gateway = new Gateway();
  const port = await freePort(new Set());
  await gateway.listen(port);
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [upstream] }]));
  url = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  service.closeAllConnections();
  await Promise.all([
    gateway.closeAllBut(null, 0),
    new Promise<void>((resolve) => service.close(() => resolve())),
  ]);
  upstream.close();
});

const ask = async (path: string, init: RequestInit = {}) => {
  const answer = await fetch(url + path, { ...init, headers: { connection: 'close', ...init.headers } });
  await answer.arrayBuffer();
  return answer.status;
};

it('counts every answer, by whatever way it came, and those that the gateway gave for the service', async () => {
  expect(await ask('/')).toBe(200);
  expect(await ask('/404')).toBe(404);
  expect(await ask('/500')).toBe(500);
  expect(await ask('/503', { method: 'POST', body: 'x' })).toBe(503);
  expect(await ask('/201', { method: 'POST', body: 'x' })).toBe(201);
  expect(await ask('/silent', { method: 'POST', body: 'x' })).toBe(502);
  expect(await ask('/silent')).toBe(502);
  expect(upstream.traffic.counts).toMatchObject({ answers: 7, errors: 4 });
});

it('tells how long answers took to begin', async () => {
  await ask('/slow');
  const { buckets } = upstream.traffic.counts;
  const within = (seconds: number) => buckets.find(([bound]) => bound === seconds)?.[1];
  expect(within(0.1)).toBe(0);
  expect(within(2.5)).toBe(1);
  expect(within(10)).toBe(1);
});

it('leaves out who only looks: health checks and Conductor itself', async () => {
  await ask('/health');
  await ask('/', { headers: { 'user-agent': 'conductor-probe' } });
  expect(upstream.traffic.counts).toMatchObject({ answers: 0, errors: 0 });
});
