import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';
import { digitaloceanTarget } from '../../src/targets/digitalocean/index.ts';
import { createDigitalOcean } from '../../src/targets/digitalocean/target.ts';
import type { TargetKind } from '../../src/targets/kind.ts';
import { railwayTarget } from '../../src/targets/railway/index.ts';
import { createRailway } from '../../src/targets/railway/target.ts';
import { renderTarget } from '../../src/targets/render/index.ts';
import { createRender } from '../../src/targets/render/target.ts';
import type { Platform } from './crm.ts';
import { openDigitalOcean } from './digitalocean-bench.ts';
import { openRailway } from './railway-bench.ts';
import { RailwayTwin } from './railway-twin.ts';
import { openRender } from './render-bench.ts';

const exec = promisify(execFile);
const main = path.resolve(import.meta.dirname, '../../src/main.ts');
const names = ['backend', 'worker', 'scheduler', 'frontend'];

/** How a platform is named in the config, and the same target with the twin's clock. */
interface Place {
  readonly open: () => Promise<Platform>;
  readonly kind: (platform: Platform) => TargetKind;
  readonly settings: (platform: Platform) => object;
  readonly token: readonly [name: string, value: string];
  readonly images?: boolean;
}

const places: Readonly<Record<string, Place>> = {
  Railway: {
    open: () => openRailway(),
    kind: ({ twin: { clock } }) => ({
      ...railwayTarget,
      create: (context) => createRailway(context as never, { clock }),
    }),
    settings: ({ twin }) => ({ repository: 'example/crm', api: `${twin.url}/` }),
    token: ['RAILWAY_API_TOKEN', 'railway-token'],
  },
  Render: {
    open: () => openRender(),
    kind: ({ twin: { clock } }) => ({
      ...renderTarget,
      create: (context) => createRender(context as never, { clock }),
    }),
    settings: ({ twin }) => ({
      repository: 'https://github.com/example/crm',
      workspace: 'tea-1',
      mongodb: {},
      api: `${twin.url}/v1`,
    }),
    token: ['RENDER_API_KEY', 'render-key'],
  },
  DigitalOcean: {
    open: () => openDigitalOcean(),
    kind: ({ twin: { clock } }) => ({
      ...digitaloceanTarget,
      create: (context) => createDigitalOcean(context as never, { clock }),
    }),
    settings: ({ twin }) => ({ api: twin.url }),
    token: ['DIGITALOCEAN_TOKEN', 'do-token'],
    images: true,
  },
};

/** Four services with fifteen settings each, in a repository of their own. */
class Project {
  readonly folder: string;
  readonly #place: Place;
  readonly #platform: Platform;

  constructor(folder: string, place: Place, platform: Platform) {
    this.folder = folder;
    this.#place = place;
    this.#platform = platform;
  }

  /** Writes the config and commits it. */
  async describe(level: string, code: string): Promise<void> {
    const settings = {
      ...Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`SETTING_${i}`, `value ${i}`])),
      LOG_LEVEL: level,
      MONGO_URL: { kind: 'store', store: 'mongodb', property: 'url' },
      REDIS_URL: { kind: 'store', store: 'redis', property: 'url' },
      KEY: { kind: 'secret', name: 'CRM_KEY' },
    };
    const service = (name: string) => ({
      dockerfile: 'Dockerfile',
      start: `node ${name}.ts`,
      health: { path: '/health' },
      settings,
      ...(this.#place.images && { image: `ghcr.io/example/crm@sha256:${code.repeat(64)}` }),
      ...(name === 'backend' && { paths: ['/api'] }),
      ...(name === 'frontend' && { paths: ['/'] }),
      ...(name === 'scheduler' && { singleton: true }),
    });
    const config = {
      project: 'crm',
      stores: { mongodb: { kind: 'mongodb', needs: ['transactions'] }, redis: { kind: 'redis' } },
      services: Object.fromEntries(names.map((name) => [name, service(name)])),
      release: { service: 'backend', command: 'node release.ts' },
      environments: {
        production: {
          target: {
            kind: this.#place.kind(this.#platform).kind,
            settings: this.#place.settings(this.#platform),
          },
          bake: 0,
          checks: { only: ['settings', 'stores-able', 'target'] },
        },
      },
    };
    await writeFile(
      path.join(this.folder, 'conductor.config.ts'),
      `export default ${JSON.stringify(config)};\n`,
    );
    await writeFile(path.join(this.folder, 'code.ts'), `// ${code}\n`);
    const git = (...words: string[]) =>
      exec('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], {
        cwd: this.folder,
      });
    await git('init', '-q');
    await writeFile(path.join(this.folder, '.gitignore'), '.conductor\n');
    await git('add', '-A');
    await git('commit', '-qm', code);
    const { stdout } = await git('rev-parse', 'HEAD');
    const { twin } = this.#platform as unknown as { twin: { commits?: Set<string> } };
    twin.commits?.add(stdout.trim());
  }

  async run(line: string) {
    let stdout = '';
    let stderr = '';
    const stream = (write: (text: string) => void) => ({ write });
    const output = new Output(
      stream((text) => {
        stdout += text;
      }),
      stream((text) => {
        stderr += text;
      }),
      { NO_COLOR: '1' },
    );
    const code = await run(line.split(' '), {
      folder: this.folder,
      output,
      interrupt: new AbortController().signal,
      ask: undefined,
      kinds: [this.#place.kind(this.#platform)],
    });
    return { code, stderr, json: () => JSON.parse(stdout.trimEnd().split('\n').at(-1)!) };
  }
}

describe('The command line', () => {
  const variables = {
    ...Object.fromEntries(Object.values(places).map(({ token }) => token)),
    CRM_KEY: 'a-key-of-the-crm-0123',
  };
  beforeAll(() => void Object.assign(process.env, variables));
  afterAll(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });

  // About ten seconds each, so the short run goes through one of them: the recommended one.
  const chosen = Object.entries(places).filter(
    ([name]) => name === 'Railway' || process.env.CONDUCTOR_STORIES === 'full',
  );
  it.each(chosen)(
    'goes on %s from an empty account to live, through a change, a broken release and a rollback',
    { timeout: 120_000 },
    async (name, place) => {
      const platform = await place.open();
      const folder = await mkdtemp(path.join(tmpdir(), 'conductor-command-'));
      const project = new Project(folder, place, platform);
      const serving = () => names.map((name) => platform.twin.serving(name));
      try {
        await project.describe('info', 'a');
        // As a user would: a process, which knows the platform by its address and the token in its environment.
        const before = platform.twin.requests.length;
        const { stdout } = await exec(process.execPath, [main, 'plan', '--json'], {
          cwd: folder,
        });
        expect(platform.twin.requests.length - before).toBeGreaterThan(0);
        expect(platform.twin.requests.length - before).toBeLessThanOrEqual(12);
        const empty = JSON.parse(stdout);
        expect(empty).toMatchObject({ live: null, drift: [], destructive: false });
        expect(empty.differences.filter(({ what }: { what: string }) => what === 'service')).toHaveLength(4);

        const beforeFirst = platform.twin.requests.length;
        const first = await project.run('deploy --json');
        const usedFirst = platform.twin.requests.length - beforeFirst;
        console.info(`${name}: first deploy takes ${usedFirst} requests`);
        expect(first.code, first.stderr).toBe(0);
        const { version } = first.json();
        expect(serving()).toEqual(names.map(() => version));
        if (platform.twin instanceof RailwayTwin) expect(platform.twin.hasTransactions('MongoDB')).toBe(true);
        expect((await project.run('plan --json')).json()).toMatchObject({
          live: version,
          differences: [],
          drift: [],
        });

        await project.describe('debug', 'b');
        const again = platform.twin.requests.length;
        const changed = (await project.run('plan --json')).json().differences;
        const used = platform.twin.requests.length - again;
        console.info(`${name}: plan takes ${used} requests`);
        expect(used).toBeGreaterThan(0);
        expect(used).toBeLessThanOrEqual(12);
        expect(changed.map((each: { what: string; name: string }) => `${each.what} ${each.name}`)).toEqual([
          'release release',
          ...names.map(() => 'variable LOG_LEVEL'),
        ]);
        expect(changed.at(-1)).toMatchObject({ from: 'info', to: 'debug' });
        const beforeSecond = platform.twin.requests.length;
        const second = await project.run('deploy --json');
        const usedSecond = platform.twin.requests.length - beforeSecond;
        console.info(`${name}: deploy takes ${usedSecond} requests`);
        if (platform.twin instanceof RailwayTwin) {
          // Its free plan has a hundred an hour.
          expect(used).toBeLessThanOrEqual(6);
          expect(usedFirst).toBeLessThanOrEqual(60);
          expect(usedSecond).toBeLessThanOrEqual(30);
        }
        expect(second.code, second.stderr).toBe(0);
        expect(serving()).toEqual(names.map(() => second.json().version));

        await project.describe('broken', 'c');
        platform.twin.behave = (service, { LOG_LEVEL }) =>
          service === 'worker' && LOG_LEVEL === 'broken' ? 'health-fails' : 'good';
        const beforeBroken = platform.twin.requests.length;
        const broken = await project.run('deploy --json');
        console.info(`${name}: failed deploy takes ${platform.twin.requests.length - beforeBroken} requests`);
        expect(broken.code, broken.stderr).toBe(4);
        expect(broken.json()).toMatchObject({ verdict: 'failed', previous: second.json().version });
        expect(serving()).toEqual(names.map(() => second.json().version));

        // What failed has left nothing that a redeploy by hand would start with.
        expect((await project.run('plan --json')).json()).toMatchObject({
          live: second.json().version,
          drift: [],
        });

        const back = await project.run('rollback --json');
        expect(back.code, back.stderr).toBe(0);
        expect(serving()).toEqual(names.map(() => version));

        platform.drift('worker', 'LOG_LEVEL', 'trace');
        const { drift } = (await project.run('plan --json')).json();
        expect(drift).toEqual([
          expect.objectContaining({
            what: 'variable',
            action: 'change',
            name: 'LOG_LEVEL',
            service: 'worker',
            from: 'info',
            to: 'trace',
          }),
        ]);
        expect(platform.twin.violations).toEqual([]);
      } finally {
        await platform.close();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );

  it('stops before anything is changed where the MongoDB that is there has no transactions', async () => {
    const place = places.Railway!;
    const platform = await openRailway();
    const folder = await mkdtemp(path.join(tmpdir(), 'conductor-command-'));
    const project = new Project(folder, place, platform);
    try {
      platform.twin.addTemplateMongo();
      await platform.twin.clock.sleep(600_000);
      expect(platform.twin.hasTransactions('MongoDB')).toBe(false);
      await project.describe('info', 'a');
      const before = platform.inventory();
      const refused = await project.run('deploy --json');
      expect(refused.code, refused.stderr).toBe(3);
      expect(refused.stderr).toContain('conductor deploy production --adopt crm --adopt mongodb');
      const { code, stderr } = await project.run('deploy --json --adopt crm --adopt mongodb');
      expect(code, stderr).toBe(3);
      expect(stderr).toContain('The mongodb that is there (mongo:7) has no transactions.');
      expect(stderr).toMatch(
        /Give environments\.production\.stores\.mongodb .* or rename it on the platform.*docs\/guides\/stores\.md/,
      );
      expect(platform.inventory()).toEqual(before);
      expect(platform.twin.service('MongoDB').deployments).toHaveLength(1);

      // The way out: renamed, it stays as it is, and the deploy makes one that can.
      Object.assign(platform.twin.service('MongoDB'), { name: 'MongoDB-old' });
      const again = await project.run('deploy --json --adopt crm');
      expect(again.code, again.stderr).toBe(0);
      expect(platform.twin.hasTransactions('MongoDB')).toBe(true);
      expect(platform.twin.service('MongoDB-old').deployments).toHaveLength(1);
      expect(platform.twin.service('backend').config.variables?.MONGO_URL?.value).toBe(
        `$${'{{MongoDB.MONGO_URL}}'}`,
      );
      expect(platform.twin.violations).toEqual([]);
    } finally {
      await platform.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
