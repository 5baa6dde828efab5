import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { targetKinds } from '../targets/index.ts';
import { Output } from './output.ts';
import { run } from './run.ts';

/** What a target cannot be described without. */
const needed: Readonly<Record<string, object>> = { swarm: { host: 'ssh://deploy@server.example.com' } };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conductor-offline-'));
  const target = Object.fromEntries(
    targetKinds.map(({ kind }) => [
      kind,
      { target: { kind, settings: needed[kind] ?? {} }, domains: { web: [`${kind}.example.com`] } },
    ]),
  );
  const settings = {
    LEVEL: 'info',
    TOKEN: { kind: 'secret', name: 'SHOP_TOKEN' },
    KEY: { kind: 'generated', bytes: 32 },
  };
  const config = {
    project: 'shop',
    stores: { db: { kind: 'mongodb' } },
    services: {
      web: { start: 'node web.ts', paths: ['/'], replicas: 2, settings },
      worker: { start: 'node worker.ts', settings },
    },
    environments: target,
  };
  await writeFile(join(folder, 'conductor.config.ts'), `export default ${JSON.stringify(config)};\n`);
  // A team's remote that cannot be reached, and secrets that nobody here can read.
  const git = (...args: string[]) => expect(spawnSync('git', ['-C', folder, ...args]).status).toBe(0);
  git('init', '--quiet');
  git('remote', 'add', 'origin', 'https://127.0.0.1:1/shop.git');
  for (const name of [
    'RAILWAY_API_TOKEN',
    'RAILWAY_TOKEN',
    'RENDER_API_KEY',
    'DIGITALOCEAN_TOKEN',
    'CONDUCTOR_AGE_KEY',
  ])
    vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function offline(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const told = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      told[name] += text;
    },
  });
  const output = new Output(stream('stdout'), stream('stderr'), { NO_COLOR: '1' });
  const none = new AbortController().signal;
  const code = await run(line.split(' '), {
    folder,
    output,
    interrupt: none,
    ask: undefined,
    kinds: targetKinds,
  });
  return { code, ...told };
}

it.each(targetKinds.map(({ kind }) => kind))(
  'shows what would be made on %s, and no request leaves',
  async (kind) => {
    const refuse = vi.fn(() => {
      throw new Error('a request has left');
    });
    vi.stubGlobal('fetch', refuse);
    vi.spyOn(Socket.prototype, 'connect').mockImplementation(refuse);
    const { code, stdout, stderr } = await offline(`plan ${kind} --offline`);
    expect([code, refuse.mock.calls]).toEqual([0, []]);
    expect(stderr).toContain(`A preview of ${kind} as if nothing existed: the platform was not asked.`);
    expect(stderr).toContain(`\`conductor secrets set ${kind} NAME\`:\n  SHOP_TOKEN\n`);
    expect(stdout.trimEnd().split('\n')).toEqual([
      '+ release  no commit + changes',
      '+ store db  mongodb',
      '+ service web  2 replicas of node web.ts',
      '+ service worker  1 replica of node worker.ts',
      '+ variable LEVEL of web, worker  info',
      '+ variable TOKEN of web, worker  secret SHOP_TOKEN',
      '+ variable KEY of web, worker  random, made once',
      `+ domain ${kind}.example.com of web`,
    ]);

    const json = JSON.parse((await offline(`plan ${kind} --offline --json`)).stdout);
    expect(json).toMatchObject({
      environment: kind,
      offline: true,
      live: null,
      drift: [],
      destructive: false,
    });
    expect(json.secrets).toEqual(['SHOP_TOKEN']);
    expect(json.differences).toHaveLength(11);
    expect(refuse).not.toHaveBeenCalled();
    expect(existsSync(join(folder, '.conductor'))).toBe(false);
  },
);

it('asks where it is not offline, so that the test before would see it', async () => {
  vi.stubEnv('RENDER_API_KEY', 'a-key');
  spawnSync('git', ['-C', folder, 'remote', 'remove', 'origin']);
  const asked = vi.fn(async () => new Response('{}', { status: 401 }));
  vi.stubGlobal('fetch', asked);
  expect((await offline('plan render')).code).not.toBe(0);
  expect(asked).toHaveBeenCalled();
});

it('ends with 10 where that is asked for, and with 2 for an environment that there is not', async () => {
  expect((await offline('plan local --offline --detailed-exit-code')).code).toBe(10);
  expect((await offline('plan nowhere --offline')).code).toBe(2);
});
