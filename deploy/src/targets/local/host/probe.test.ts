import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from './ports.ts';
import { answerProbe, httpProbe, mongoProbe } from './probe.ts';

it('takes a MongoDB for healthy when it answers, and a port that only accepts connections for hung', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await mongoProbe(port)()).toBe('no answer in 2 s');
  server.close();
  await once(server, 'close');
  expect(await mongoProbe(port)()).toBe('nothing listens');
});

it('asks MongoDB in its own words, and nothing that would be noted as a command', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conductor-test-'));
  const [port, notes] = [await freePort(new Set()), join(folder, 'notes')];
  const fake = join(import.meta.dirname, '../testing/fake-mongod.ts');
  const mongod = spawn(process.execPath, [fake, notes, '--port', String(port)], { stdio: 'ignore' });
  try {
    await expect.poll(() => mongoProbe(port)(), { timeout: 10_000 }).toBeNull();
    expect(readFileSync(notes, 'utf8')).toBe(`--port ${port}\n`);
  } finally {
    mongod.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

it('takes what has no health path for healthy once it answers below 500, and asks for no page after that', async () => {
  const asked: string[] = [];
  let status = 503;
  const server = createHttpServer((req, res) => {
    asked.push(req.url ?? '');
    res.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answers = answerProbe(port, '/shop', 'localhost');
  expect(await answers()).toBe('/shop answered 503');
  status = 404;
  expect(await httpProbe(port, '/shop', 'localhost')()).toBe('/shop answered 404');
  expect(await answers()).toBeNull();
  expect(await answers()).toBeNull();
  expect(asked).toEqual(['/shop', '/shop', '/shop']);
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  expect(await answers()).toBe('nothing listens');
});
