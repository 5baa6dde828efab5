/**
 * How many requests per second go through the gateway of this machine, beside Caddy and nginx (where they are installed) in front
 * of the same service, and straight to the service; and the longest gap when its routing table is replaced under that load.
 * `npm run bench -w deploy`
 */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/targets/local/host/ports.ts';
import { load } from './load.ts';

const connections = 32;
/** Each is measured this often, in turn, so that a busy moment of the machine does not fall on one alone. */
const rounds = 3;
const ms = 3_000;
/** Milliseconds that a switch may take, from the last request before it to the first one after it. */
const promisedGap = 50;

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'conductor-bench-'));
const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };

function child(file: string, ...args: (string | number)[]): ChildProcess {
  const forked = fork(join(import.meta.dirname, file), args.map(String));
  children.push(forked);
  return forked;
}

async function service(): Promise<number> {
  const [port] = (await once(child('raw-service.ts'), 'message')) as [number];
  return port;
}

/** Starts another program that serves a port, or gives null where it is not installed. */
async function program(command: string, args: string[], port: number): Promise<number | null> {
  if (spawnSync(command, ['-h'], { stdio: 'ignore' }).error) return null;
  children.push(spawn(command, args, { env, stdio: 'ignore' }));
  await listening(port);
  return port;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      sleep(1_000, false, { ref: false }),
    ]).catch(() => false);
    socket.destroy();
    if (open) return;
    await sleep(50);
  }
  throw new Error(`Nobody listens on ${port}.`);
}

async function caddy(to: number): Promise<number | null> {
  const port = await freePort(new Set());
  const config = join(folder, 'Caddyfile');
  writeFileSync(
    config,
    `{\n admin off\n auto_https off\n}\nhttp://:${port} {\n bind 127.0.0.1\n reverse_proxy 127.0.0.1:${to}\n}\n`,
  );
  return program('caddy', ['run', '--adapter', 'caddyfile', '--config', config], port);
}

async function nginx(to: number): Promise<number | null> {
  const port = await freePort(new Set());
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes auto;
events {}
http {
  access_log off; client_body_temp_path ${folder}/a; proxy_temp_path ${folder}/b;
  fastcgi_temp_path ${folder}/c; uwsgi_temp_path ${folder}/d; scgi_temp_path ${folder}/e;
  keepalive_requests 1000000000;
  upstream service { server 127.0.0.1:${to}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ''; }
  }
}
`,
  );
  return program('nginx', ['-e', 'stderr', '-p', folder, '-c', config], port);
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;

try {
  const old = await service();
  const port = await freePort(new Set());
  const ours = child('our-gateway.ts', port, old, await service());
  await once(ours, 'message');
  const places = { ours: port, caddy: await caddy(old), nginx: await nginx(old), direct: old };

  const rates: Record<string, number[]> = {};
  for (const at of Object.values(places)) if (at !== null) await load(at, { connections, ms: 1_000 });
  for (let round = 0; round < rounds; round++)
    for (const [name, at] of Object.entries(places))
      if (at !== null) rates[name] = [...(rates[name] ?? []), (await load(at, { connections, ms })).rate];
  for (const name of Object.keys(places)) {
    const rate = rates[name];
    console.log(
      `${name.padEnd(20)} ${rate ? `${Math.round(median(rate)).toLocaleString('en')} requests/s` : 'not installed'}`,
    );
  }
  const asQuick = rates.caddy === undefined || median(rates.ours!) >= median(rates.caddy);
  if (!asQuick) process.exitCode = 1;
  console.log(
    `1 kB answers, ${connections} kept connections, median of ${rounds}${asQuick ? '' : ': SLOWER than Caddy'}`,
  );

  const timer = setInterval(() => ours.send('switch'), 100);
  const { longestGap } = await load(port, { connections, ms: 5_000 });
  clearInterval(timer);
  ours.send('gap');
  const [gap] = (await once(ours, 'message')) as [number];
  const within = gap < promisedGap;
  if (!within) process.exitCode = 1;
  console.log(
    `longest gap ${gap.toFixed(1)} ms of 50 switches under that load, ${within ? 'within' : 'OVER'} ${promisedGap} ms ` +
      `(the longest that clients saw, for whatever reason: ${longestGap.toFixed(1)} ms)`,
  );
} finally {
  for (const started of children) {
    if (started.exitCode !== null || started.signalCode !== null) continue;
    const ended = once(started, 'exit');
    started.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
