import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type Visit, visit } from '../../domains/visit.ts';
import { freePort } from '../local/host/ports.ts';
import { edgeConfig } from './edge.ts';

/** What a visitor meets at a Caddy of this machine that has the edge's whole configuration. */
const installed = (() => {
  try {
    return execFileSync('caddy', ['version'], { stdio: 'pipe' }).toString().trim() !== '';
  } catch {
    return false;
  }
})();

let caddy: ChildProcess | undefined;
let folder: string;

afterEach(async () => {
  if (caddy && caddy.exitCode === null) {
    const ended = once(caddy, 'exit');
    caddy.kill();
    await ended;
  }
  caddy = undefined;
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** The edge as the config says; only where it listens, whom it passes on to and who signs for it are of this machine. */
async function edgeAt(ports: { http: number; https: number }, dial: string): Promise<{ root: string }> {
  const environment = { prefix: 'a', hosts: { web: ['a.example', 'www.a.example'] }, certificates: {} };
  const text = JSON.stringify(edgeConfig([environment], ports))
    .replace('":80"', `"127.0.0.1:${ports.http}"`)
    .replace('":443"', `"127.0.0.1:${ports.https}"`)
    .replaceAll('a-switch:8080', dial);
  const config = JSON.parse(text);
  for (const policy of config.apps.tls.automation.policies) policy.issuers = [{ module: 'internal' }];
  config.apps.pki = { certificate_authorities: { local: { install_trust: false } } };
  config.admin = { disabled: true };
  folder = mkdtempSync(join(tmpdir(), 'conductor-edge-'));
  caddy = spawn('caddy', ['run', '--config', '-'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  });
  caddy.stdin!.end(JSON.stringify(config));
  return { root: join(folder, 'caddy/pki/authorities/local/root.crt') };
}

test('a visitor who types the plain address of the second name ends at the first one, on the port where HTTPS is', async ({
  skip,
}) => {
  skip(!installed, 'caddy is not on the PATH');
  const service = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const http = await freePort(new Set());
  const https = await freePort(new Set([http]));
  const { root } = await edgeAt({ http, https }, `127.0.0.1:${(service.address() as AddressInfo).port}`);
  try {
    const seen = await vi.waitFor(
      async (): Promise<Visit> => {
        const ca = readFileSync(root, 'utf8');
        const one = await visit(`http://www.a.example:${http}/a/path?of=a-visitor`, {
          address: '127.0.0.1',
          ca,
        });
        expect(one.problem).toBeUndefined();
        return one;
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(seen.hops.map(({ url, status }) => `${status} ${url.href}`)).toEqual([
      `308 http://www.a.example:${http}/a/path?of=a-visitor`,
      `308 https://www.a.example:${https}/a/path?of=a-visitor`,
      `200 https://a.example:${https}/a/path?of=a-visitor`,
    ]);
    for (const { headers } of seen.hops) expect(headers['strict-transport-security']).toBeUndefined();
  } finally {
    service.close();
  }
});
