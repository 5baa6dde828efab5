import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
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
import { openRender } from './render-bench.ts';

const exec = promisify(execFile);
export const names = ['backend', 'worker', 'scheduler', 'frontend'];

/** How a platform is named in the config, and the same target with the twin's clock. */
export interface Place {
  readonly open: () => Promise<Platform>;
  readonly kind: (platform: Platform) => TargetKind;
  readonly settings: (platform: Platform) => object;
  readonly token: readonly [name: string, value: string];
  readonly images?: boolean;
}

export const places: Readonly<Record<string, Place>> = {
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
export class Project {
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

/** What the commands need of their environment: the tokens of the platforms and the project's own secret. */
export const variables = {
  ...Object.fromEntries(Object.values(places).map(({ token }) => token)),
  CRM_KEY: 'a-key-of-the-crm-0123',
};
