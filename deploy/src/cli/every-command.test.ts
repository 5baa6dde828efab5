import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestProject } from '../../test/project.ts';
import { commands } from './commands.ts';

let project: TestProject;
beforeEach(async () => {
  vi.stubEnv('CONDUCTOR_AGE_KEY', undefined);
  project = await TestProject.create();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await project.remove();
});

/** A line that works for each command after a second deploy, and its exit code. */
const good: Readonly<Record<string, readonly [line: string, code: number]>> = {
  // There is a config already.
  init: ['init', 2],
  deploy: ['deploy', 0],
  plan: ['plan', 0],
  rollback: ['rollback', 0],
  status: ['status', 0],
  releases: ['releases', 0],
  run: ['run', 0],
  // A place in memory lets nobody in.
  connect: ['connect db', 2],
  check: ['check', 0],
  domains: ['domains', 0],
  export: ['export compose', 0],
  secrets: ['secrets recipients', 0],
  // Nothing was interrupted.
  resume: ['resume', 2],
  abort: ['abort', 2],
  lock: ['lock', 0],
  // The project keeps no backups.
  backup: ['backup', 2],
  restore: ['restore', 2],
  start: ['start', 0],
  stop: ['stop', 0],
  maintenance: ['maintenance', 0],
  service: ['service status', 0],
  // A place in memory has no servers of its own.
  server: ['server list', 2],
};

/** The only line of stdout. */
const document = (stdout: string): unknown => {
  expect(stdout.match(/\n/g)).toHaveLength(1);
  return JSON.parse(stdout);
};

describe('every command', () => {
  it.each(Object.entries(good))(
    '%s gives one JSON document, with --yes and by the environment as a word or -e',
    async (_name, [line, code]) => {
      await project.run('deploy');
      await project.run('deploy');
      for (const where of [`${line} test`, `${line} -e test`, `${line} --environment test`]) {
        const result = await project.run(`${where} --json --yes`);
        expect([where, result.code, result.stderr]).toEqual([where, code, expect.any(String)]);
        expect(document(result.stdout)).toEqual(
          code === 0 ? expect.anything() : { error: expect.anything() },
        );
        if (line === 'rollback') await project.run('deploy');
      }
    },
    30_000,
  );

  it('is in that list, but the logs, which give a line for each line', async () => {
    expect(Object.keys(commands).sort()).toEqual([...Object.keys(good), 'logs'].sort());
    await project.run('deploy');
    const { code, stdout } = await project.run('logs test web --json --yes');
    expect(code).toBe(0);
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ service: 'web' });
  });

  it.each(Object.keys(commands))('%s gives its failures as JSON too', async (name) => {
    const { code, stdout, stderr } = await project.run(`${name} --nonsense --json`);
    expect(code).toBe(2);
    expect(document(stdout)).toMatchObject({ error: { code: 'cli.usage', hint: expect.any(String) } });
    expect(stderr).toContain('--nonsense is not known');
  });

  it.each(Object.keys(commands))('%s explains itself, also as JSON', async (name) => {
    const [asOption, asWord, json] = [
      await project.run(`${name} --help`),
      await project.run(`help ${name}`),
      await project.run(`${name} --help --json`),
    ];
    expect(asOption.stdout).toContain(`Usage: conductor ${name}`);
    expect(asOption.stdout).toContain('-e, --environment NAME');
    expect(asWord.stdout).toBe(asOption.stdout);
    expect(document(json.stdout)).toEqual({ help: asOption.stdout.trimEnd() });
  });
});

describe('conductor itself', () => {
  it('says which it is', async () => {
    const { stdout, code } = await project.run('--version');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^conductor \d+\.\d+\.\d+( \([0-9a-f]{7}\))?\n$/);
    expect((await project.run('-v')).stdout).toBe(stdout);
    const json = document((await project.run('--version --json')).stdout) as {
      version: string;
      commit: unknown;
    };
    expect(stdout).toContain(json.version);
    expect(json).toHaveProperty('commit');
  });

  it('takes what every command knows before the command, too', async () => {
    expect((await project.run('-e other --json status')).json()).toMatchObject({ environment: 'other' });
    const { code, stderr } = await project.run('--versoin');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean --version?')]);
  });
});

describe('without a terminal', () => {
  it('an editor is not opened unless one is named', async () => {
    vi.stubEnv('EDITOR', undefined);
    vi.stubEnv('VISUAL', undefined);
    const { code, stderr } = await project.run('secrets edit --yes');
    expect(code).toBe(2);
    expect(stderr).toContain('needs a terminal');
  });
});
