import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project, type Said } from './local/project.ts';

describe('bad input is a clear error, and nothing is changed', () => {
  let project: Project;
  let version: string;
  let config: string;
  beforeAll(async () => {
    project = await Project.sample();
    ({ version } = await project.change(['deploy']));
    config = readFileSync(join(project.root, 'conductor.config.ts'), 'utf8');
  });
  afterAll(() => project?.close());

  /** Runs a command that must fail, and looks that the release before serves as if nothing had happened. */
  async function refused(args: readonly string[], options?: Parameters<Project['run']>[1]): Promise<Said> {
    const said = await project.run(args, options);
    project.write('conductor.config.ts', config);
    expect((await project.host.observe())?.live).toBe(version);
    const answer = await fetch(project.url);
    expect([answer.status, answer.headers.get('x-release')]).toEqual([200, version]);
    return said;
  }
  const withConfig = (from: string, to: string) => {
    expect(config).toContain(from);
    project.write('conductor.config.ts', config.replace(from, to));
  };

  test('an unknown environment', async () => {
    const { code, stderr } = await refused(['deploy', 'nowhere']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/nowhere[\s\S]*local/);
  });

  test('a typo in a config key', async () => {
    withConfig('replicas: 2', 'replica: 2');
    const { code, stderr } = await refused(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/services\.web[\s\S]*replica[\s\S]*replicas/);
  });

  test('a reference to a store that is not there', async () => {
    withConfig("store('redis').url", "store('rediss').url");
    const { code, stderr } = await refused(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/REDIS_URL[\s\S]*rediss/);
  });

  test('a reference to a service that is not there', async () => {
    withConfig("REDIS_URL: store('redis').url", "OTHER: service('wev').url");
    project.write(
      'conductor.config.ts',
      readFileSync(join(project.root, 'conductor.config.ts'), 'utf8').replace(
        'local, store',
        'local, service',
      ),
    );
    const { code, stderr } = await refused(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/OTHER[\s\S]*wev/);
  });

  test.each([
    ['missing', "required('A_KEY')"],
    ['blank', "secret('A_KEY')"],
  ])('a required setting that is %s', async (_how, setting) => {
    withConfig("REDIS_URL: store('redis').url", `A_KEY: ${setting}`);
    const changed = readFileSync(join(project.root, 'conductor.config.ts'), 'utf8');
    project.write('conductor.config.ts', changed.replace('local, store', 'local, required, secret'));
    const { code, stderr } = await refused(['deploy'], { env: { A_KEY: '' } });
    expect([2, 3]).toContain(code);
    expect(stderr).toMatch(/A_KEY/);
  });

  test('a config file that throws', async () => {
    withConfig('export default', "throw new Error('of its own making');\nexport default");
    const { code, stderr } = await refused(['deploy']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/conductor\.config\.ts[\s\S]*of its own making/);
  });

  test('a folder without a project', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'conductor-nowhere-'));
    try {
      const { code, stderr } = await refused(['deploy'], { cwd: elsewhere });
      expect(code).toBe(2);
      expect(stderr).toMatch(/conductor\.config\.ts/);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const { port } = other.address() as { port: number };
      const { code, stderr } = await refused(['deploy', '--port', String(port)]);
      expect(code).toBe(3);
      expect(stderr).toMatch(new RegExp(`Port ${port} .* taken`));
    } finally {
      other.close();
    }
  });

  test('no redis-server, and no way to install it', async () => {
    const bin = join(project.folder, 'bin');
    mkdirSync(bin);
    for (const program of ['git', 'tar']) {
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim(),
        join(bin, program),
      );
    }
    const { code, stderr } = await refused(['deploy'], { env: { PATH: bin } });
    expect(code).toBe(3);
    expect(stderr).toMatch(/redis-server[\s\S]*apt-get install/);
  });

  test('no space left on the disk', async ({ skip }) => {
    if (process.getuid?.() !== 0 || process.platform !== 'linux')
      skip('mounts a small disk, which needs root on Linux');
    const small = await Project.sample();
    const disk = join(small.root, '.conductor');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
    try {
      const { code, stderr } = await small.run(['deploy', '--port', String(small.port)]);
      expect(code).toBe(3);
      expect(stderr).toMatch(/disk .* has \d+ MiB free/);
      expect(await small.host.observe()).toBeNull();
      expect(existsSync(join(disk, 'local', 'target', 'releases'))).toBe(false);
    } finally {
      execFileSync('umount', [disk]);
      await small.close();
    }
  });
});
