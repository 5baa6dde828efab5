import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { exchange, meets } from './testing/exchange.ts';
import { type RawService, rawService, type Script } from './testing/wire.ts';
import { wireCases } from './testing/wire-cases.ts';

/** The same exchanges with Debian's Caddy in our place: where it does otherwise, the case must say why ours is right. */
let caddy: ChildProcess | undefined;
let port: number;
let service: RawService;
let script: Script;
const folder = mkdtempSync(join(tmpdir(), 'conductor-caddy-'));

const installed = (() => {
  try {
    return execFileSync('caddy', ['version'], { stdio: 'pipe' }).toString().trim() !== '';
  } catch {
    return false;
  }
})();

beforeAll(async () => {
  if (!installed) return;
  service = await rawService((...all) => script(...all));
  port = await freePort(new Set());
  const config = {
    admin: { disabled: true },
    logging: { logs: { default: { level: 'PANIC' } } },
    apps: {
      http: {
        servers: {
          front: {
            listen: [`127.0.0.1:${port}`],
            automatic_https: { disable: true },
            routes: [
              {
                handle: [
                  {
                    handler: 'reverse_proxy',
                    upstreams: [{ dial: `127.0.0.1:${service.port}` }],
                    transport: { protocol: 'http', compression: false },
                  },
                ],
              },
            ],
          },
        },
      },
    },
  };
  caddy = spawn('caddy', ['run', '--config', '-'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  caddy.stdin?.end(JSON.stringify(config));
  await vi.waitFor(listens, { timeout: 20_000 });
});

const listens = () =>
  new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });

afterAll(async () => {
  if (caddy) {
    const ended = new Promise((resolve) => caddy?.once('exit', resolve));
    caddy.kill();
    await ended;
    await service.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

test.for(wireCases.filter(({ unlikeCaddyAtTimes }) => unlikeCaddyAtTimes === undefined))(
  'Caddy agrees, or not for a reason: $name',
  async (wireCase, { skip }) => {
    skip(!installed, 'caddy is not on the PATH');
    script = wireCase.service;
    const seen = await exchange(wireCase, port, service);
    // It guesses a type where the service gave none; no case here is about types.
    seen.reads = seen.reads.replaceAll(
      / content-type=(?:text\/plain; charset=utf-8|application\/octet-stream)/g,
      '',
    );
    service.forget();
    await sleep(5);
    const told = `read ${seen.reads.slice(0, 200)}, heard ${seen.hears.slice(0, 200)}`;
    expect(meets(wireCase, seen), told).toBe(wireCase.unlikeCaddy === undefined);
  },
);
