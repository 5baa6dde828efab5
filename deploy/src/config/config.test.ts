import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConductorError } from '../errors.ts';
import { defineTarget } from '../targets/index.ts';
import type { ProjectInput } from './input.generated.ts';
import { checkConfig, loadProject } from './load.ts';
import { secretLink } from './secret-link.ts';
import { generated, service, store } from './settings.ts';

const settings = 'services.backend.settings';
const target = 'environments.local.target';

const kinds = [
  defineTarget({
    kind: 'here',
    proxies: ['192.0.2.1', '198.51.100.0/24'],
    settings: z.strictObject({ port: z.int().min(1).max(65_535).default(8080) }),
    create: () => Promise.reject(new Error('not made in these tests')),
  }),
];

const good = (): ProjectInput => ({
  project: 'shop',
  stores: { mongodb: { kind: 'mongodb', needs: ['transactions'] } },
  services: {
    backend: {
      start: 'node backend/src/api.ts',
      paths: ['/api'],
      health: { path: '/api/health' },
      settings: {
        MONGO_URL: store('mongodb').url,
        KEY: generated(32),
        FRONT: service('frontend').url,
        WORKERS: 2,
      },
    },
    frontend: { start: "node 'my server.js' --port 1", paths: ['/'] },
  },
  environments: { local: { target: { kind: 'here', settings: {} } } },
});

const link = secretLink({
  page: 'frontend',
  path: '/door',
  token: 'KEY',
  while: { path: '/api/open', contains: 'true' },
  otherwise: 'It is used up.',
});

/** The message of the one error that the good config gives with these values put in, by path. */
function mistake(values: Record<string, unknown>): string {
  const config: Record<string, unknown> = { ...good() };
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce((found, key) => found[key] as Record<string, unknown>, config);
    parent[last] = value;
  }
  try {
    checkConfig(config, kinds);
  } catch (error) {
    expect(error).toBeInstanceOf(ConductorError);
    expect((error as ConductorError).exit).toBe(2);
    return (error as ConductorError).message;
  }
  throw new Error('the config was accepted');
}

describe('a config', () => {
  it('keeps the commands of its services, as words or as links', () => {
    const config = good();
    const commands = { fix: "node 'fix it.ts'", list: ['node', 'list.ts'], door: link };
    Object.assign(config.services.backend!, { commands });
    expect(checkConfig(config, kinds).services.backend?.commands).toEqual({
      fix: ['node', 'fix it.ts'],
      list: ['node', 'list.ts'],
      door: link,
    });
  });

  it('gets its defaults, and its commands as words', () => {
    const project = checkConfig(good(), kinds);
    expect(project.services.backend).toMatchObject({ root: '.', replicas: 1, drain: 30, singleton: false });
    expect(project.services.backend?.health).toEqual({ path: '/api/health', deadline: 60 });
    expect(project.services.frontend?.start).toEqual(['node', 'my server.js', '--port', '1']);
    expect(project.environments.local?.target.settings).toEqual({ port: 8080 });
    expect(project.environments.local?.bake).toBe(120);
    expect(project.environments.local?.checks).toEqual({ only: undefined, off: [] });
  });

  it('gets what its kind of target says where it says nothing itself, and no more', () => {
    const lenient = kinds.map((kind) => ({ ...kind, usual: { bake: 0, only: ['settings'] } }));
    const of = (environment: object) => {
      const config = good();
      Object.assign(config.environments.local!, environment);
      const { bake, checks } = checkConfig(config, lenient).environments.local!;
      return { bake, ...checks };
    };
    expect(of({})).toEqual({ bake: 0, only: ['settings'], off: [] });
    expect(of({ bake: 30, checks: { only: [] } })).toEqual({ bake: 30, only: [], off: [] });
    // Who says which are required wants them asked.
    expect(of({ checks: { required: ['tests'] } })).toMatchObject({ only: undefined, required: ['tests'] });
    expect(of({ checks: { off: ['target'] } })).toMatchObject({ only: ['settings'], off: ['target'] });
  });

  it('describes a service whose files are served, which nothing starts', () => {
    const config = good();
    const { start: _, ...page } = config.services.frontend!;
    config.services.frontend = { ...page, static: 'dist', fallback: 'index.html' };
    expect(checkConfig(config, kinds).services.frontend).toMatchObject({
      static: 'dist',
      fallback: 'index.html',
    });
    const wrong = (frontend: object) => mistake({ 'services.frontend': frontend });
    expect(wrong(page)).toContain('services.frontend.start: is missing; give the command that starts it, or');
    expect(wrong({ ...page, static: 'dist', start: 'node a.js' })).toMatch(/frontend\.start: .*is never run/);
    expect(wrong({ ...page, static: 'dist', paths: [] })).toMatch(/frontend\.paths: .*is empty/);
    expect(wrong({ ...page, start: 'node a.js', fallback: 'a.html' })).toMatch(
      /frontend\.fallback: .*is for `static`/,
    );
    expect(wrong({ ...page, static: '../dist' })).toMatch(/frontend\.static: .*leaves the project/);
  });

  it.each<[string, string, unknown, string]>([
    [
      'a typo in a key',
      'services.backend.health.pathh',
      '/x',
      '.pathh: is not known here; did you mean "path"?',
    ],
    [
      'a command that needs a shell',
      'services.backend.commands',
      { fix: 'a | b' },
      'commands.fix: "a | b" has |',
    ],
    [
      'a command with a name that nobody can type',
      'services.backend.commands',
      { 'Fix it': 'node fix.ts' },
      'services.backend.commands.Fix it: is not a name',
    ],
    [
      'a link without an end',
      'services.backend.commands',
      { door: { ...link, while: undefined } },
      'is not a link: while: is missing',
    ],
    [
      'a link to a page that nobody serves',
      'services.backend.commands',
      { door: { ...link, page: 'fronted' } },
      'commands.door.page: there is no public service "fronted"; did you mean "frontend"?',
    ],
    [
      'a link with a secret that the service has not',
      'services.backend.commands',
      { door: { ...link, token: 'KEYS' } },
      'commands.door.token: there is no setting "KEYS" of backend; did you mean "KEY"?',
    ],
    ['a need that no store has', 'stores.mongodb.needs', ['joins'], 'stores.mongodb.needs[0]'],
    [
      'a need of a redis',
      'stores.mongodb',
      { kind: 'redis', needs: ['transactions'] },
      'is for MongoDB; a redis store needs nothing',
    ],
    ['an unknown key', 'services.backend.xyz', 1, '.xyz: is not known here; known: root, dockerfile,'],
    ['a missing value', 'services.backend.start', undefined, '.start: is missing'],
    ['a wrong type', 'services.backend.replicas', 'two', '.replicas: "two" is not a number'],
    ['too small a number', 'services.backend.replicas', 0, '.replicas: 0 is too small; at least 1'],
    [
      'an unknown word',
      'stores.mongodb.kind',
      'mongo',
      '.kind: "mongo" is not known; did you mean "mongodb"?',
    ],
    [
      'a missing store',
      `${settings}.MONGO_URL`,
      store('mongo').url,
      'no store "mongo"; did you mean "mongodb"?',
    ],
    [
      'a missing service',
      `${settings}.FRONT`,
      service('web').url,
      'no service "web"; known: backend, frontend',
    ],
    ['a shell', 'services.backend.start', 'a && b', '.start: "a && b" has &, which needs a shell'],
    [
      'an image by its tag',
      'services.backend.image',
      'ghcr.io/shop/backend:latest',
      '.image: "ghcr.io/shop/backend:latest" is not an image by digest',
    ],
    ['an unknown target', `${target}.kind`, 'hare', 'there is no target "hare"; did you mean "here"?'],
    ["a target's setting", `${target}.settings.prot`, 1, '.prot: is not known here; did you mean "port"?'],
    ['a setting of nobody', 'environments.local.settings', { WORKER: 1 }, 'did you mean "WORKERS"?'],
    ['an undefined setting', `${settings}.KEY`, undefined, '.KEY: is undefined; leave the setting out'],
    [
      'a secret that is no reference',
      `${settings}.KEY`,
      { secret: 'X' },
      '.KEY: {"secret":"X"} is not a setting',
    ],
    [
      'a path served twice',
      'services.frontend.paths',
      ['/', '/api'],
      '.paths[1]: "/api" is already served by backend',
    ],
  ])('names %s by its path, with the way out', (_, path, value, expected) => {
    const message = mistake({ [path]: value });
    expect(message).toContain(expected);
    expect(message).toContain(`  ${path.split('.').slice(0, 3).join('.')}`);
  });

  it('names every mistake at once', () => {
    const values = { projekt: 1, 'services.backend.replicas': -1, 'services.frontend.drain': 'long' };
    const message = mistake(values);
    expect(message).toContain('3 mistakes');
    for (const path of Object.keys(values)) expect(message).toContain(`  ${path}: `);
  });

  it.each([null, undefined, 7, 'x', [], () => 1])('refuses %s in place of a config', (value) => {
    expect(() => checkConfig(value, kinds)).toThrow(/conductor\.config\.ts has/);
  });
});

describe('a config file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conductor-config-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const failure = async (text: string): Promise<ConductorError> => {
    await writeFile(join(folder, 'conductor.config.ts'), text);
    return loadProject(folder, kinds).then(
      () => {
        throw new Error('the file was accepted');
      },
      (error) => error,
    );
  };

  it('that throws is named with the line', async () => {
    const error = await failure("const x = 1;\nthrow new Error('no such luck');\n");
    expect(error).toMatchObject({ code: 'config.throws', exit: 2 });
    expect(error.message).toContain('no such luck');
  });

  it('without a default export is told how to begin', async () => {
    expect(await failure('export const x = 1;')).toMatchObject({ code: 'config.no-default', exit: 2 });
  });

  it('with a syntax error is not a stack trace', async () => {
    const error = await failure('export default {{');
    expect(error).toMatchObject({ code: 'config.throws', exit: 2 });
    expect(error.message).not.toContain('    at ');
  });

  it('that is not there is said so', async () => {
    await expect(loadProject(folder, kinds)).rejects.toMatchObject({ code: 'config.no-project', exit: 2 });
  });
});
