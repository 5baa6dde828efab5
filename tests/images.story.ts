import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedMongo } from '../embedded-mongo/src/index.ts';
import { buildBases, Engine, noEngine } from './docker/engine.ts';
import { freePort } from './setup/ports.ts';
import { startRedis } from './setup/redis.ts';

const root = join(import.meta.dirname, '..');
const reason =
  process.env.CONDUCTOR_STORIES === 'full'
    ? noEngine()
    : 'builds two images in a Docker engine of its own, about four minutes: npm run stories';

/** Status and location that a host name is answered with; `fetch` sends no other Host than the address. */
const redirectOf = (port: number, path: string, host: string): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers: { host }, agent: false }, (response) => {
      response.resume();
      resolve([response.statusCode, response.headers.location]);
    }).on('error', reject);
  });

describe('the images of the CRM', () => {
  if (reason !== null) {
    test('are built, run the whole stack, and stop gracefully', ({ skip }) => skip(reason));
    return;
  }

  let engine: Engine;
  let mongo: Awaited<ReturnType<typeof startEmbeddedMongo>>;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  const version = 'v20260101_000000';
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

  beforeAll(async () => {
    engine = await Engine.start();
    await buildBases(engine, root);
    const source = join(engine.folder, 'source');
    await mkdir(source);
    execFileSync('sh', ['-c', `git archive HEAD | tar -x -C ${source}`], { cwd: root });
    const build = (name: string, ...args: string[]) =>
      engine.run(
        ...[
          'build',
          '--network',
          'host',
          '-t',
          `crm/${name}`,
          '-f',
          join(source, `docker/${name}/Dockerfile`),
        ],
        ...['--build-arg', `VERSION=${version}`, '--build-arg', `COMMIT=${commit}`, ...args, source],
      );
    await build('backend', '--build-arg', 'BASE_IMAGE=base/node');
    await build('frontend', '--build-arg', 'BUILD_IMAGE=base/node', '--build-arg', 'BASE_IMAGE=base/debian');
    mongo = await startEmbeddedMongo({ data: ':memory:', port: 0 });
    redis = await startRedis();
  }, 600_000);

  afterAll(async () => {
    await mongo?.close();
    await redis?.stop();
    await engine?.stop();
  });

  const inspect = async (image: string) => JSON.parse(await engine.run('image', 'inspect', image))[0];
  const start = async (
    name: string,
    kind: string,
    environment: Record<string, string>,
    ...command: string[]
  ): Promise<void> => {
    const variables = Object.entries(environment).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    await engine.run(
      ...[
        'run',
        '-d',
        '--name',
        name,
        '--network',
        'host',
        '--read-only',
        '--tmpfs',
        '/tmp',
        '--cap-drop',
        'ALL',
      ],
      ...['--security-opt', 'no-new-privileges', ...variables, `crm/${kind}`, ...command],
    );
  };
  const answers = async (url: string): Promise<Response> => {
    for (const deadline = Date.now() + 60_000; ; ) {
      const response = await fetch(url).catch(() => undefined);
      if (response?.ok) return response;
      if (Date.now() > deadline)
        throw new Error(`${url} did not answer: ${response?.status ?? 'no connection'}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const stopped = async (name: string): Promise<number> => {
    await engine.run('stop', '-t', '30', name);
    return Number(await engine.run('inspect', '--format', '{{.State.ExitCode}}', name));
  };

  test('are labelled, run as nobody in particular, and say how they are', async () => {
    for (const name of ['backend', 'frontend']) {
      const { Config, Size } = await inspect(`crm/${name}`);
      const { Size: base } = await inspect(name === 'backend' ? 'base/node' : 'base/debian');
      console.log(
        `image ${name}: ${Math.round(Size / 1e6)} MB, of which ${Math.round(base / 1e6)} MB are the base`,
      );
      expect(Config.User).toBe('1000:1000');
      expect(Config.Healthcheck.Test[0]).toBe('CMD');
      expect(Config.Labels).toMatchObject({
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': commit,
      });
    }
  });

  test('hold nothing that only development needs', async () => {
    const list = await engine.run(
      'run',
      '--rm',
      '--network',
      'host',
      'crm/backend',
      'ls',
      'node_modules',
      'backend/src',
    );
    for (const name of ['vitest', 'typescript', 'vite', 'autocannon'])
      expect(list.split('\n')).not.toContain(name);
    const tests = [
      'run',
      '--rm',
      '--network',
      'host',
      'crm/backend',
      'find',
      'backend',
      '-name',
      '*.test.ts',
    ];
    expect(await engine.run(...tests)).toBe('');
  });

  test('can make a backup and prove it, with nothing else around', async () => {
    const program = `
      const { createBackup, openStore } = await import('/app/backup/src/index.ts');
      const store = await openStore({ kind: 'file', path: '/tmp/bucket' });
      const scope = { project: 'crm', environment: 'image' };
      const { verification } = await createBackup({ store, scope, source: { url: process.env.MONGO_URL }, recipients: null });
      console.log(verification.state);`;
    const client = await new MongoClient(mongo.url).connect();
    try {
      await client.db('proven').collection('leads').insertOne({ name: 'Ana' });
      const url = mongo.url.replace('/?', '/proven?');
      const said = await engine.run(
        ...['run', '--rm', '--network', 'host', '--read-only', '--tmpfs', '/tmp', '-e', `MONGO_URL=${url}`],
        ...['crm/backend', 'node', '--input-type=module', '-e', program],
      );
      expect(said.trim()).toBe('verified');
    } finally {
      await client.db('proven').dropDatabase();
      await client.close();
    }
  });

  test('run the whole stack with a read-only root file system, and stop within their drain', async () => {
    const [api, web] = [await freePort(), await freePort()];
    const settings = {
      ENVIRONMENT: 'staging',
      SECRET_KEY: Buffer.from('0123456789abcdef0123456789abcdef').toString('base64'),
      API_TOKEN: 'token-of-the-story-0123456789abcdef',
      METRICS_TOKEN: 'metrics-of-the-story-0123456789abcdef',
      BACKEND_URL: `http://127.0.0.1:${web}`,
      FRONTEND_URL: `http://127.0.0.1:${web}`,
      CORS_ORIGINS: `http://127.0.0.1:${web}`,
      ALLOWED_HOSTS: '127.0.0.1',
      MONGO_URL: mongo.url,
      REDIS_URL: redis.url,
    };
    await engine.run(
      ...['run', '--rm', '--network', 'host', '--read-only', '--tmpfs', '/tmp'],
      ...Object.entries(settings).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
      ...['crm/backend', 'node', 'backend/src/release.ts'],
    );
    await start('api', 'backend', { ...settings, PORT: String(api) });
    await start(
      'worker',
      'backend',
      { ...settings, PORT: String(await freePort()) },
      'node',
      'backend/src/worker.ts',
    );
    await start('web', 'frontend', { PORT: String(web), API_UPSTREAM: `http://127.0.0.1:${api}` });

    await answers(`http://127.0.0.1:${web}/api/v1/health/ready`);
    const page = await answers(`http://127.0.0.1:${web}/`);
    expect(page.headers.get('x-release')).toBe(version);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self' 'sha256-");
    expect(await (await answers(`http://127.0.0.1:${web}/config.js`)).text()).toContain(
      `"release":"${version}"`,
    );
    expect((await fetch(`http://127.0.0.1:${web}/missing.js`)).status).toBe(404);
    expect((await answers(`http://127.0.0.1:${web}/leads/1`)).headers.get('content-type')).toContain(
      'text/html',
    );
    expect(await redirectOf(web, '/a?b=1', 'www.crm.test')).toEqual([301, 'http://crm.test/a?b=1']);
    expect(await (await answers(`http://127.0.0.1:${web}/api/v1/health`)).json()).toMatchObject({
      status: 'healthy',
    });

    expect(await Promise.all(['web', 'api', 'worker'].map(stopped))).toEqual([0, 0, 0]);
  });
});
