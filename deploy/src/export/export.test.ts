import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe as about, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { storedJson } from '../../test/platforms/contracts/stored.ts';
import { OpenApi } from '../../test/platforms/openapi.ts';
import { describe } from '../config/description.ts';
import type { ProjectInput } from '../config/input.generated.ts';
import { checkConfig } from '../config/load.ts';
import type { Repository } from '../config/repository.ts';
import { generated, optional, secret, service, store } from '../config/settings.ts';
import { targetKinds } from '../targets/index.ts';
import { environmentFor, formats } from './formats.ts';
import { imagesJobs } from './github-images.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const digest = `sha256:${'ab12'.repeat(16)}`;

const config = (target: { kind: string; settings: object }, images = false): ProjectInput => {
  const image = images ? { image: `ghcr.io/example/shop@${digest}` } : {};
  const settings = {
    MONGO_URL: store('mongodb').url,
    REDIS_URL: store('redis').url,
    WEB_URL: service('web').url,
    KEY: generated(32),
    TOKEN: secret('SHOP_TOKEN'),
    SENTRY_DSN: optional(secret('SENTRY_DSN')),
    PRICE: '$5',
  };
  return {
    project: 'shop',
    stores: { mongodb: { kind: 'mongodb' }, redis: { kind: 'redis' } },
    services: {
      web: {
        ...image,
        dockerfile: 'docker/web/Dockerfile',
        start: 'node web.ts',
        imageStart: './start.sh',
        paths: ['/'],
        health: { path: '/health' },
        replicas: 2,
        settings,
      },
      worker: { ...image, dockerfile: 'docker/worker/Dockerfile', start: 'node worker.ts', settings },
    },
    release: { service: 'worker', command: 'node release.ts' },
    commands: { test: 'npm test' },
    environments: { production: { target, domains: { web: ['shop.example.com'] } } },
  };
};

async function made(
  format: string,
  target: { kind: string; settings: object },
  images = false,
  repository?: Repository,
): Promise<string> {
  const project = checkConfig(config(target, images), targetKinds);
  const { make } = formats[format]!;
  const description = describe(project, environmentFor(formats[format]!, project));
  return make({ ...description, ...(repository && { repository }) }, project, root);
}

/** YAML without a single thing that its parser has against it. */
function strictly(text: string) {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  expect([...document.errors, ...document.warnings]).toEqual([]);
  return document.toJS();
}

type Blueprint = Record<'services' | 'envVarGroups', { name: string; envVars: Variable[] }[]>;
interface Variable {
  key?: string;
  fromGroup?: string;
}

const places: Readonly<Record<string, { kind: string; settings: object }>> = {
  railway: { kind: 'railway', settings: { repository: 'example/shop' } },
  render: { kind: 'render', settings: { repository: 'https://github.com/example/shop', mongodb: {} } },
  digitalocean: { kind: 'digitalocean', settings: {} },
};

/** A step as GitHub runs it, with a docker that writes down what it is asked, and a commit of the first second of 2026. */
async function asGitHub({ run, env = {} }: { run: string; env?: Record<string, string> }) {
  const folder = await mkdtemp(path.join(tmpdir(), 'conductor-images-'));
  const program = (name: string, lines: string) =>
    writeFile(path.join(folder, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  try {
    await program('git', 'case "$*" in *%ct) echo 1767225600 ;; *%cI) echo 2026-01-01T00:00:00Z ;; esac');
    await program(
      'docker',
      `echo "$@" >> asked
      case "$2 $3" in 'imagetools inspect') echo '${digest}' ;; esac
      while [ $# -gt 0 ]; do
        [ "$1" = --metadata-file ] && echo '{"containerimage.digest": "${digest}"}' > "$2"
        shift
      done`,
    );
    const { status, stderr } = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', run], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: [folder, path.dirname(process.execPath), process.env.PATH].join(':'),
        GITHUB_REPOSITORY: 'Example/Shop',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_SHA: 'c0ffee',
        GITHUB_OUTPUT: path.join(folder, 'output'),
        RUNNER_TEMP: folder,
        ...env,
      },
    });
    expect(status, stderr).toBe(0);
    const read = (name: string) => readFile(path.join(folder, name), 'utf8');
    return { asked: (await read('asked')).trim().split('\n'), output: await read('output') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

about('export', () => {
  it('makes a Blueprint of Render', async () => {
    const document = strictly(await made('render', places.render!));
    const validate = new Ajv2020({ strict: false, logger: false }).compile(
      storedJson('render.blueprint.generated.json'),
    );
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    const web = document.services.find(({ name }: { name: string }) => name === 'shop-production-web');
    expect(web).toMatchObject({ type: 'web', dockerCommand: './start.sh', domains: ['shop.example.com'] });
    expect(web.envVars).toContainEqual({ key: 'TOKEN', sync: false });
    expect(web).toMatchObject({ repo: 'https://github.com/example/shop', autoDeployTrigger: 'off' });
    const mongo = document.services.find(({ name }: { name: string }) => name === 'shop-production-mongodb');
    expect(mongo).toMatchObject({ type: 'pserv', dockerCommand: `/bin/sh -c 'eval "$MONGO_START"'` });
    expect(mongo.envVars).toContainEqual({ key: 'MONGO_REPLICA_SET_KEY', generateValue: true });
  });

  it('gives the services of Render what they share by one group, so that what is random is the same for all', async () => {
    const { services, envVarGroups } = strictly(await made('render', places.render!)) as Blueprint;
    expect(envVarGroups).toEqual([
      {
        name: 'shop-production-shared',
        envVars: [
          { key: 'WEB_URL', value: 'https://shop.example.com' },
          { key: 'KEY', generateValue: true },
          { key: 'PRICE', value: '$5' },
        ],
      },
    ]);
    const variables = (name: string) => services.find((one) => one.name.endsWith(name))!.envVars;
    expect(variables('web')[0]).toEqual({ fromGroup: 'shop-production-shared' });
    expect(variables('worker')[0]).toEqual({ fromGroup: 'shop-production-shared' });
    // A group cannot hold what Render asks for: https://render.com/docs/blueprint-spec. It asks once, and the others get the same.
    const first = { type: 'web', name: 'shop-production-web', envVarKey: 'TOKEN' };
    expect(variables('worker')).toContainEqual({ key: 'TOKEN', fromService: first });
    expect(JSON.stringify([services, envVarGroups])).not.toContain('SENTRY_DSN');
  });

  const appSpec = async (images: boolean, repository?: Repository) => {
    const document = strictly(await made('digitalocean', places.digitalocean!, images, repository));
    expect(new OpenApi('digitalocean.openapi.generated.json').named('app_spec', document)).toEqual([]);
    return document;
  };

  it('makes an app spec of DigitalOcean from images', async () => {
    const document = await appSpec(true);
    expect(document.services[0].image).toMatchObject({ registry_type: 'GHCR', digest });
    expect(document.services[0].envs).toContainEqual({ key: 'TOKEN', type: 'SECRET', scope: 'RUN_TIME' });
    expect(document.ingress.rules[0].component.preserve_path_prefix).toBe(true);
    expect(document.jobs[0]).toMatchObject({ kind: 'PRE_DEPLOY', run_command: 'node release.ts' });
  });

  it.each([
    ['github.com', { github: { repo: 'example/shop', branch: 'main', deploy_on_push: false } }],
    ['gitlab.com', { gitlab: { repo: 'example/shop', branch: 'main', deploy_on_push: false } }],
    [
      'git.example.com',
      { git: { repo_clone_url: 'https://git.example.com/example/shop.git', branch: 'main' } },
    ],
  ])('makes an app spec of DigitalOcean from a repository on %s', async (host, source) => {
    const document = await appSpec(false, { host, name: 'example/shop' });
    for (const component of [document.services[0], document.workers[0], document.jobs[0]]) {
      expect(component).toMatchObject({ ...source, source_dir: '/' });
    }
    expect(document.services[0].dockerfile_path).toBe('docker/web/Dockerfile');
  });

  it.each(['digitalocean', 'railway'])(
    'refuses a file of %s where neither image nor repository is known',
    async (format) => {
      await expect(made(format, { kind: format, settings: {} })).rejects.toThrow(
        expect.objectContaining({ code: 'export.no-repository', exit: 2 }),
      );
    },
  );

  it.each(Object.keys(places))('says at the top of the file of %s what deploys on a push', async (format) => {
    const text = await made(format, places[format]!, format === 'digitalocean');
    const top = text.split('\n').slice(0, 6).join('\n');
    expect(top).toContain(
      'Deploy on push: .github/workflows/deploy.yml does it (`conductor export production github`)',
    );
    expect(text).not.toMatch(/deploy_on_push: true|autoDeploy(Trigger)?: "?(commit|checksPass|yes|true)/);
  });

  it('makes a file of Docker Compose', async () => {
    const text = await made('compose', places.railway!);
    const document = strictly(text);
    const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
    ajv.addMetaSchema({
      ...(ajv.getSchema('http://json-schema.org/draft-07/schema')!.schema as object),
      $id: 'https://json-schema.org/draft-07/schema',
    });
    const validate = ajv.compile(storedJson('compose.generated.json'));
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(document.services.web).toMatchObject({ command: ['./start.sh'], read_only: true });
    expect(document.services.web.environment).toMatchObject({
      TOKEN: '${' + 'SHOP_TOKEN:?is not set}',
      SENTRY_DSN: null,
      PRICE: '$$5',
    });
    // A parser of YAML 1.1 takes the bare words for booleans.
    expect(text).toContain('restart: "no"');
  });

  it('makes a file of Docker Compose that is open to this machine alone and cannot fill it', async () => {
    const { services, networks } = strictly(await made('compose', places.railway!));
    const published = Object.values(services as Record<string, { ports?: string[] }>).flatMap(
      ({ ports = [] }) => ports,
    );
    expect(published).toEqual(['127.0.0.1:${' + 'HTTP_PORT:-8080}:8080']);
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
        mem_limit: expect.stringMatching(/^\$\{[A-Z]+_MEMORY:-\d+[mg]\}$/),
        pids_limit: expect.any(Number),
      });
    }
    expect(services.web.init).toBe(true);
    // Whoever speaks on this network is another service or the proxy of this machine.
    expect(formats.compose!.proxies).toEqual(
      networks.default.ipam.config.map(({ subnet }: { subnet: string }) => subnet),
    );
  });

  it('gives the stores of Docker Compose passwords, and says at the top what it does not promise and what must be set', async () => {
    const text = await made('compose', places.railway!);
    const { services } = strictly(text);
    const { MONGO_URL, REDIS_URL } = services.web.environment;
    expect(MONGO_URL).toBe(
      'mongodb://conductor:${' +
        'MONGODB_PASSWORD:?is not set}@mongodb:27017/shop?replicaSet=rs0&directConnection=true&authSource=admin',
    );
    expect(REDIS_URL).toBe('redis://:${' + 'REDIS_PASSWORD:?is not set}@redis:6379');
    const [head = ''] = text.split('\n\n');
    expect(head).toMatch(/requests are lost[\s\S]*target `swarm`[\s\S]*up --build --detach --wait/);
    const named = [...head.matchAll(/^# {3}(\w+)=$/gm)].map(([, name]) => name);
    const asked = new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name));
    expect(named).toEqual([...asked]);
    expect(named).toEqual(
      expect.arrayContaining(['MONGODB_PASSWORD', 'MONGODB_KEY', 'REDIS_PASSWORD', 'SHOP_TOKEN', 'KEY']),
    );
  });

  it('makes a program of Railway that names every service with its settings, and keeps secrets as they are', async () => {
    const text = await made('railway', places.railway!);
    const nodes: Record<
      string,
      { env?: Record<string, unknown>; build?: object; deploy?: object; source?: unknown }
    > = {};
    const node = (name: string, fields: object = {}) => {
      nodes[name] = fields;
      return { name, env: new Proxy({}, { get: (_, key) => `${name}.${String(key)}` }) };
    };
    const railway = {
      defineRailway: (program: () => unknown) => program(),
      project: (name: string, definition: object) => ({ name, ...definition }),
      service: node,
      redis: node,
      volume: node,
      image: (name: string) => ({ image: name }),
      github: (repository: string, { branch }: { branch: string }) => ({ repository, branch }),
      preserve: () => 'preserved',
    };
    const code = stripTypeScriptTypes(text)
      .replace(/import (\{.*\}) from 'railway\/iac';/, 'const $1 = railway;')
      .replace('export default ', 'return ');
    const project = new Function('railway', code)(railway) as { name: string; resources: object[] };
    expect(project).toMatchObject({ name: 'shop', environments: ['production'] });
    expect(project.resources).toHaveLength(5);
    // Not Railway's template, which has no transactions.
    expect(nodes.MongoDB).toMatchObject({
      source: { image: expect.stringMatching(/mongo:\d/) },
      volumeMounts: { '/data/db': { name: 'mongodb-data' } },
      deploy: { startCommand: `/bin/sh -c 'eval "$MONGO_START"'` },
      env: {
        MONGO_START: expect.stringContaining('\nexec docker-entrypoint.sh mongod --replSet rs0'),
        MONGO_PASSWORD: 'preserved',
        MONGO_URL: expect.stringContaining('replicaSet=rs0'),
      },
    });
    expect(nodes.web).toMatchObject({
      source: { repository: 'example/shop' },
      deploy: { startCommand: './start.sh', numReplicas: 2, healthcheckPath: '/health' },
      env: { MONGO_URL: 'MongoDB.MONGO_URL', TOKEN: 'preserved', KEY: 'preserved', PRICE: '$5' },
    });
    expect(nodes.worker).toMatchObject({
      deploy: { preDeployCommand: ['node release.ts'], numReplicas: 1, restartPolicyType: 'ON_FAILURE' },
      env: { PORT: '8080', HOST: '::', SENTRY_DSN: 'preserved', REDIS_URL: 'Redis.REDIS_URL' },
    });
    // What Railway makes of it, against what it takes.
    const validate = new Ajv({ strict: false }).compile(
      storedJson('railway.environment-config.generated.json'),
    );
    const services = Object.entries(nodes).flatMap(([name, { build, deploy }]) =>
      deploy ? [[name, { build, deploy }]] : [],
    );
    expect(services).toHaveLength(3);
    expect(validate({ services: Object.fromEntries(services) }), JSON.stringify(validate.errors)).toBe(true);
    for (const once of ['TOKEN', 'PRICE', 'restartPolicyType', 'example/shop']) {
      expect(text.split(once), once).toHaveLength(2);
    }
  });

  it('makes a workflow that checks, waits for approval, and deploys one at a time with no more rights than that', async () => {
    const text = await made('github', places.render!);
    const { jobs, concurrency, permissions, on } = parse(text);
    expect(on).toEqual({ push: { branches: ['main'] } });
    expect(permissions).toEqual({});
    expect(concurrency).toEqual({ group: 'deploy-production', 'cancel-in-progress': false });
    expect(jobs.deploy).toMatchObject({ needs: 'checks', environment: 'production' });
    expect(jobs.checks.steps.map(({ run }: { run?: string }) => run)).toContain('npm test');
    expect(text).toContain('RENDER_API_KEY: ${' + '{ secrets.RENDER_API_KEY }}');
  });

  it('makes a workflow that builds the images of a place that runs nothing else, and tells the config their digests', async () => {
    const text = await made('github', places.digitalocean!);
    const { jobs } = parse(text);
    expect(jobs.images).toMatchObject({
      needs: 'checks',
      'runs-on': 'ubuntu-24.04',
      permissions: { contents: 'read', packages: 'write' },
    });
    expect(jobs.deploy.needs).toEqual(['checks', 'images']);
    const { WEB_IMAGE, WORKER_IMAGE } = jobs.deploy.steps.at(-1).env;
    expect([WEB_IMAGE, WORKER_IMAGE]).toEqual([
      '${' + '{ needs.images.outputs.web }}',
      '${' + '{ needs.images.outputs.worker }}',
    ]);
    expect(text).toContain('image: process.env.WEB_IMAGE');
    const web = jobs.images.steps.find(({ id }: { id?: string }) => id === 'web');
    const { asked, output } = await asGitHub(web);
    expect(output).toBe(`image=ghcr.io/example/shop/web@${digest}\n`);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^buildx build .* --file docker\/web\/Dockerfile \.$/);
    for (const part of [
      '--build-arg COMMIT=c0ffee',
      '--build-arg SOURCE_DATE_EPOCH=1767225600',
      '--label org.opencontainers.image.source=https://github.com/Example/Shop',
      '--label org.opencontainers.image.revision=c0ffee',
      '--label org.opencontainers.image.created=2026-01-01T00:00:00Z',
      '--tag ghcr.io/example/shop/web:c0ffee',
      '--output type=image,push=true,rewrite-timestamp=true',
    ])
      expect(asked[0]).toContain(part);
  });

  it('builds for several processors on a machine of each kind, and gives what they built one name', async () => {
    const image = { name: 'web', context: '.', dockerfile: 'docker/web/Dockerfile', variable: 'WEB_IMAGE' };
    const jobs = imagesJobs([image], ['amd64', 'arm64']) as Record<
      string,
      {
        needs: unknown;
        'runs-on': string;
        steps: { id?: string; run: string; env?: Record<string, string> }[];
      }
    >;
    expect(Object.entries(jobs).map(([name, job]) => [name, job['runs-on'], job.needs])).toEqual([
      ['images-amd64', 'ubuntu-24.04', 'checks'],
      ['images-arm64', 'ubuntu-24.04-arm', 'checks'],
      ['images', 'ubuntu-24.04', ['images-amd64', 'images-arm64']],
    ]);
    const step = (job: string) => jobs[job]!.steps.find(({ id }) => id === 'web')!;
    const { asked, output } = await asGitHub(step('images-arm64'));
    expect(asked[0]).toContain('name=ghcr.io/example/shop/web,push-by-digest=true');
    expect(asked[0]).not.toContain('--tag');
    expect(output).toBe(`image=ghcr.io/example/shop/web@${digest}\n`);

    expect(step('images').env).toEqual({
      AMD64: '${' + '{ needs.images-amd64.outputs.web }}',
      ARM64: '${' + '{ needs.images-arm64.outputs.web }}',
    });
    const env = { AMD64: 'web@sha256:a', ARM64: 'web@sha256:b' };
    const both = await asGitHub({ ...step('images'), env });
    expect(both.asked[0]).toBe(
      'buildx imagetools create --tag ghcr.io/example/shop/web:c0ffee web@sha256:a web@sha256:b',
    );
    expect(both.output).toBe(`image=ghcr.io/example/shop/web@${digest}\n`);
  });

  it('builds for the server’s processor, whichever it is, where its images come from GitHub’s registry', async () => {
    const registry = { server: 'ghcr.io', credentials: 'REGISTRY_LOGIN' };
    const host = 'ssh://deploy@203.0.113.10';
    const text = await made('github', { kind: 'swarm', settings: { host, registry } });
    const { jobs } = parse(text);
    expect(Object.keys(jobs)).toEqual(['checks', 'images-amd64', 'images-arm64', 'images', 'deploy']);
    expect(jobs.images.needs).toEqual(['images-amd64', 'images-arm64']);
    expect(jobs.deploy.needs).toEqual(['checks', 'images']);
    const { env } = jobs.deploy.steps.at(-1);
    expect([env.WEB_IMAGE, env.WORKER_IMAGE]).toEqual([
      '${' + '{ needs.images.outputs.web }}',
      '${' + '{ needs.images.outputs.worker }}',
    ]);
    expect(text).toContain('image: process.env.WEB_IMAGE');
    const web = jobs.images.steps.find(({ id }: { id?: string }) => id === 'web');
    const together = await asGitHub({ ...web, env: { AMD64: 'web@sha256:a', ARM64: 'web@sha256:b' } });
    expect(together.output).toBe(`image=ghcr.io/example/shop/web@${digest}\n`);
    expect(JSON.stringify(jobs.deploy.steps)).toContain('SSH_PRIVATE_KEY');

    // Into another one GitHub's own token does not let, and without one the server builds.
    for (const settings of [{ host }, { host, registry: { ...registry, server: 'registry.example.com' } }]) {
      const { jobs: others } = parse(await made('github', { kind: 'swarm', settings }));
      expect(Object.keys(others)).toEqual(['checks', 'deploy']);
      expect(others.deploy.needs).toBe('checks');
      expect(others.deploy.steps.at(-1).env).not.toHaveProperty('WEB_IMAGE');
    }
  });

  it('gives the workflow the key of a server that is reached by ssh, and only that step', async () => {
    const text = await made('github', { kind: 'swarm', settings: { host: 'ssh://deploy@203.0.113.10' } });
    const { steps } = parse(text).jobs.deploy;
    const withKey = steps.filter(({ env = {} }: { env?: object }) => JSON.stringify(env).includes('SSH_'));
    expect(withKey).toHaveLength(1);
    expect(text).toContain('SSH_PRIVATE_KEY, SSH_KNOWN_HOSTS.');
    const home = await mkdtemp(path.join(tmpdir(), 'conductor-ssh-'));
    try {
      const env = { HOME: home, PATH: process.env.PATH, SSH_PRIVATE_KEY: 'a key', SSH_KNOWN_HOSTS: 'a host' };
      expect(spawnSync('bash', ['-e', '-o', 'pipefail', '-c', withKey[0].run], { env }).status).toBe(0);
      const file = path.join(home, '.ssh/id_ed25519');
      expect(await readFile(file, 'utf8')).toBe('a key\n');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    } finally {
      await rm(home, { recursive: true });
    }
  });

  it('gives the workflow’s commands the variables that the config lets them have', async () => {
    const project = checkConfig(
      { ...config(places.render!), commands: { test: 'npm test', pass: ['NPM_TOKEN'] } },
      targetKinds,
    );
    const text = await formats.github!.make(describe(project, 'production'), project, root);
    const { jobs } = parse(text);
    const passed = '${' + '{ secrets.NPM_TOKEN || vars.NPM_TOKEN }}';
    expect(jobs.checks.env).toEqual({ NPM_TOKEN: passed });
    expect(jobs.deploy.steps.at(-1).env).toMatchObject({ NPM_TOKEN: passed });
    expect(text).toContain('for its own commands: NPM_TOKEN.');
  });

  it('gives the workflow what a deploy needs to read secrets that are kept elsewhere, and the other files their own names', async () => {
    const described = config(places.render!);
    Object.assign(described.environments.production!, {
      settings: { TOKEN: secret.from('op://team/shop/token') },
      notify: [{ kind: 'slack', url: secret.from('env:SLACK_URL') }],
    });
    const project = checkConfig(described, targetKinds);
    const { jobs } = parse(await formats.github!.make(describe(project, 'production'), project, root));
    const { steps } = jobs.deploy;
    expect(steps.at(-2).uses).toMatch(/^1password\/install-cli-action@[0-9a-f]{40}$/);
    expect(Object.keys(steps.at(-1).env)).toEqual(
      expect.arrayContaining(['OP_SERVICE_ACCOUNT_TOKEN', 'SLACK_URL']),
    );
    expect(jobs.checks.env).toBeUndefined();
    const compose = await formats.compose!.make(describe(project, 'production'), project, root);
    expect(compose).toContain('TOKEN: ${TOKEN:?');
    expect(compose).not.toContain('op://');
  });

  it('calls Conductor as the project has it: by its launcher, or installed by npm before', async () => {
    const project = checkConfig(config(places.render!), targetKinds);
    const deploySteps = async (folder: string) =>
      parse(await formats.github!.make(describe(project, 'production'), project, folder)).jobs.deploy.steps;
    const lines = async (folder: string) =>
      (await deploySteps(folder)).slice(-2).map(({ run }: { run: string }) => run);
    expect(await lines(root)).toEqual(['./conductor --version', './conductor deploy production']);
    expect(await lines(path.join(root, 'docs'))).toEqual(['npm ci', 'npx --no conductor deploy production']);
  });

  it('names actions by digest, and gives secrets to the step of the deploy alone', async () => {
    const project = checkConfig(config(places.render!), targetKinds);
    const text = await formats.github!.make(describe(project, 'production'), project, root);
    const used = [...text.matchAll(/uses: (\S+)(.*)/g)];
    expect(used.length).toBeGreaterThan(3);
    for (const [, action, version] of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(version).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
    const { jobs } = parse(text);
    const withSecrets = Object.values(jobs as Record<string, { steps: { name?: string; env?: object }[] }>)
      .flatMap(({ steps }) => steps)
      .filter(({ env }) => JSON.stringify(env ?? {}).includes('secrets.'));
    expect(withSecrets.map(({ name }) => name)).toEqual(['deploy']);
  });

  it.each(['compose', 'github'])('this repository’s own file of %s is up to date', (name) => {
    // To regenerate it: ./conductor export NAME
    const main = path.join(root, 'deploy/src/main.ts');
    const { status, stderr } = spawnSync(process.execPath, [main, 'export', name, '--check'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
});
