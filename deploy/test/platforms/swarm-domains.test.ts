import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';
import { openSwarm, type SwarmPlatform } from './swarm-bench.ts';

const exec = promisify(execFile);

let platform: SwarmPlatform;
let folder: string;
beforeEach(async () => {
  platform = await openSwarm();
  folder = await mkdtemp(path.join(tmpdir(), 'conductor-domains-'));
});
afterEach(async () => {
  await platform.close();
  await rm(folder, { recursive: true, force: true });
  expect(platform.twin.violations).toEqual([]);
});

/** `conductor deploy` of a project with these hosts. */
async function deploy(hosts: readonly string[]): Promise<void> {
  const config = {
    project: 'crm',
    services: {
      web: {
        start: 'node web.ts',
        image: `ghcr.io/example/web@sha256:${'a'.repeat(64)}`,
        paths: ['/'],
        health: { path: '/health' },
      },
    },
    environments: {
      production: {
        target: { kind: platform.kind.kind, settings: platform.settings },
        domains: hosts.length > 0 ? { web: hosts } : {},
        bake: 0,
        checks: { only: ['target'] },
      },
    },
  };
  await writeFile(path.join(folder, 'conductor.config.ts'), `export default ${JSON.stringify(config)};\n`);
  await writeFile(path.join(folder, '.gitignore'), '.conductor\n');
  const git = (...words: string[]) =>
    exec('git', ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', ...words], { cwd: folder });
  await git('init', '-q');
  await git('add', '-A');
  await git('commit', '-qm', `hosts: ${hosts}`);
  let said = '';
  const output = new Output(
    { write: () => true },
    {
      write: (text: string) => {
        said += text;
      },
    },
    { NO_COLOR: '1' },
  );
  const code = await run(['deploy', '--yes', '--confirm-destructive'], {
    folder,
    output,
    interrupt: new AbortController().signal,
    ask: undefined,
    kinds: [platform.kind],
  });
  expect(code, said).toBe(0);
}

/** How often the edge was told something else than before: each time Caddy reads all of it anew. */
const reloads = (): number =>
  platform.twin.told.filter(
    ({ variables }, at, all) => variables.CONDUCTOR_EDGE !== all[at - 1]?.variables.CONDUCTOR_EDGE,
  ).length;

it('tells the edge with the next deploy of hosts that an interrupted one has not told it of', async () => {
  await deploy([]);
  const { CONDUCTOR_EDGE: before } = platform.twin.told.at(-1)!.variables;
  const target = await platform.target();
  const domain = { kind: 'domain', action: 'create', service: 'web' } as const;
  await target.apply({ ...domain, host: 'crm.example.com' }, { more: true });
  expect(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE).toBe(before);
  await deploy(['crm.example.com']);
  expect(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE).toContain('crm.example.com');
});

it('tells the edge of all hosts that one deploy brings at once, and of all that it takes away', async () => {
  const hosts = ['crm.example.com', 'shop.example.com', 'help.example.com'];
  await deploy([]);
  const before = reloads();
  await deploy(hosts);
  expect(reloads() - before).toBe(1);
  for (const host of hosts) expect(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE).toContain(host);
  await deploy([]);
  expect(reloads() - before).toBe(2);
  expect(platform.twin.told.at(-1)!.variables.CONDUCTOR_EDGE).not.toContain('example.com');
});
