import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startS3Twin } from '../backup/test/s3-twin/twin.ts';
import { startEmbeddedMongo } from '../embedded-mongo/src/index.ts';
import { buildBases, Engine, noEngine } from './docker/engine.ts';
import { freePort } from './setup/ports.ts';
import { startRedis } from './setup/redis.ts';

const root = join(import.meta.dirname, '..');
const reason =
  process.env.CONDUCTOR_STORIES === 'full'
    ? noEngine()
    : 'builds two images in a Docker engine of its own, about four minutes: npm run stories';

/** Status and location that headers are answered with; `fetch` sends no other Host than the address. */
const redirectOf = (port: number, path: string, headers: Record<string, string>): Promise<unknown[]> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
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
  const secretKey = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
  const created = '2026-01-01T00:00:00Z';
  const home = 'https://github.com/example/conductor-crm';
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();

  beforeAll(async () => {
    engine = await Engine.start();
    await buildBases(engine, root);
    const source = join(engine.folder, 'source');
    await mkdir(source);
    execFileSync('sh', ['-c', `git archive HEAD | tar -x -C ${source}`], { cwd: root });
    await build('backend');
    await build('frontend');
    mongo = await startEmbeddedMongo({ data: ':memory:', port: 0 });
    redis = await startRedis();
  }, 600_000);

  afterAll(async () => {
    await mongo?.close();
    await redis?.stop();
    await engine?.stop();
  });

  /** Builds an image as `crm/<name>:<tag>`, under another version where one is named. */
  const build = (name: string, tag = 'latest', named = version, ...flags: string[]) => {
    const source = join(engine.folder, 'source');
    const values = { VERSION: named, COMMIT: commit, CREATED: created, SOURCE: home };
    const bases = { BUILD_IMAGE: 'base/node', BASE_IMAGE: 'base/debian' };
    return engine.run(
      ...['build', '--network', 'host', '-t', `crm/${name}:${tag}`, ...flags],
      ...['-f', join(source, `docker/${name}/Dockerfile`)],
      ...Object.entries({ ...values, ...bases }).flatMap(([key, value]) => [
        '--build-arg',
        `${key}=${value}`,
      ]),
      source,
    );
  };
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

  test('are small, labelled, run as nobody in particular, and say what is in them', async () => {
    for (const [name, limit, holds] of [
      ['backend', 350e6, 'fastify'],
      ['frontend', 120e6, 'react'],
    ] as const) {
      const { Config, Size } = await inspect(`crm/${name}`);
      const { Size: base } = await inspect('base/debian');
      console.log(
        `image ${name}: ${Math.round(Size / 1e6)} MB, of which ${Math.round(base / 1e6)} MB are the base`,
      );
      expect(Size).toBeLessThan(limit);
      expect(Config.User).toBe('1000:1000');
      expect(Config.Healthcheck.Test[0]).toBe('CMD');
      expect(Config.Labels).toMatchObject({
        'org.opencontainers.image.version': version,
        'org.opencontainers.image.revision': commit,
        'org.opencontainers.image.created': created,
        'org.opencontainers.image.source': home,
      });
      const bill = JSON.parse(
        await engine.run('run', '--rm', '--network', 'host', `crm/${name}`, 'cat', 'sbom.cdx.json'),
      );
      const names = bill.components.map((component: { name: string }) => component.name);
      expect(names).toContain(holds);
      for (const absent of ['vitest', 'vite', 'typescript']) expect(names).not.toContain(absent);
    }
  });

  test('cost nothing but a name for another version of the same files, and are the same files when they are built again', async () => {
    for (const name of ['backend', 'frontend']) {
      const { RootFS } = await inspect(`crm/${name}`);
      const began = performance.now();
      await build(name, 'another', 'v20260102_000000');
      const seconds = (performance.now() - began) / 1000;
      console.log(`image ${name}: another version took ${seconds.toFixed(1)} s`);
      expect((await inspect(`crm/${name}:another`)).RootFS).toEqual(RootFS);
      // The image's own digest says besides when it was built, which only BuildKit takes from SOURCE_DATE_EPOCH.
      await build(name, 'again', version, '--no-cache');
      expect((await inspect(`crm/${name}:again`)).RootFS).toEqual(RootFS);
    }
  });

  test('are alive without their stores, say so for the engine in one request, and tell what they wait for', async () => {
    const dead = { MONGO_URL: 'mongodb://127.0.0.1:1/crm', REDIS_URL: 'redis://127.0.0.1:1' };
    const settings = {
      ENVIRONMENT: 'staging',
      SECRET_KEY: secretKey,
      ...dead,
    };
    const ports = { api: await freePort(), worker: await freePort(), scheduler: await freePort() };
    for (const [name, port] of Object.entries(ports))
      await start(
        `lonely-${name}`,
        'backend',
        { ...settings, PORT: String(port) },
        'node',
        `backend/src/${name}.ts`,
      );
    for (const [name, port] of Object.entries(ports)) {
      await answers(`http://127.0.0.1:${port}/api/v1/health/simple`);
      // As the engine asks it, each 10 s.
      const { Test } = (await inspect('crm/backend')).Config.Healthcheck;
      expect(await engine.run('exec', `lonely-${name}`, ...Test.slice(1))).toBe(
        'GET /api/v1/health/simple: HTTP/1.1 200 OK {"status":"ok"}',
      );
    }
    expect((await fetch(`http://127.0.0.1:${ports.worker}/health`)).status).toBe(503);
    const logs = await engine.run('logs', 'lonely-worker');
    expect(logs).toContain('worker waits for its stores');
    expect(logs).not.toContain('worker is ready');
    for (const name of Object.keys(ports)) await engine.run('rm', '-f', `lonely-${name}`);
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

  test('make a backup, prove it and put it back, with nothing else around but a bucket', async () => {
    const program = `
      const { createBackup, generateKeyPair, openStore, restoreBackup } = await import('/app/backup/src/index.ts');
      const { identity, recipient } = await generateKeyPair();
      const store = await openStore(JSON.parse(process.env.BUCKET));
      const scope = { project: 'crm', environment: 'image' };
      const url = process.env.MONGO_URL;
      const { verification, id } = await createBackup({ store, scope, source: { url }, recipients: [recipient] });
      const { restored } = await restoreBackup({ store, scope, id, identities: [identity], url: process.env.TARGET_URL });
      console.log(JSON.stringify([verification.state, restored]));
      process.exit();`;
    const bucket = await startS3Twin();
    const target = await startEmbeddedMongo({ data: ':memory:', port: 0 });
    const client = await new MongoClient(mongo.url).connect();
    const restored = await new MongoClient(target.url).connect();
    try {
      await client.db('proven').collection('leads').insertOne({ name: 'Ana' });
      const { endpoint, credentials, bucket: name } = bucket;
      const variables = {
        BUCKET: JSON.stringify({ kind: 's3', bucket: name, endpoint, credentials, pathStyle: true }),
        MONGO_URL: mongo.url.replace('/?', '/proven?'),
        TARGET_URL: target.url,
      };
      const said = await engine.run(
        ...['run', '--rm', '--network', 'host', '--read-only', '--tmpfs', '/tmp'],
        ...Object.entries(variables).flatMap(([key, value]) => ['-e', `${key}=${value}`]),
        ...['crm/backend', 'node', '--input-type=module', '-e', program],
      );
      expect(JSON.parse(said)).toEqual(['verified', ['proven.leads']]);
      expect(await restored.db('proven').collection('leads').findOne()).toMatchObject({ name: 'Ana' });
    } finally {
      await client.db('proven').dropDatabase();
      await Promise.all([client.close(), restored.close()]);
      await Promise.all([target.close(), bucket.close()]);
    }
  });

  test('run the whole stack with a read-only root file system, and stop within their drain', async () => {
    const [api, web] = [await freePort(), await freePort()];
    const settings = {
      ENVIRONMENT: 'staging',
      SECRET_KEY: secretKey,
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
    const worker = await freePort();
    await start('worker', 'backend', { ...settings, PORT: String(worker) }, 'node', 'backend/src/worker.ts');
    await start('web', 'frontend', { PORT: String(web), API_UPSTREAM: `http://127.0.0.1:${api}` });

    await answers(`http://127.0.0.1:${web}/api/v1/health/ready`);
    await answers(`http://127.0.0.1:${worker}/health`);
    const page = await answers(`http://127.0.0.1:${web}/`);
    expect(page.headers.get('x-release')).toBe(version);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self' 'sha256-");
    expect(await (await answers(`http://127.0.0.1:${web}/config.js`)).text()).toContain(
      `"release":"${version}"`,
    );
    const kindOf = async (path: string, headers = {}) => {
      const response = await fetch(`http://127.0.0.1:${web}${path}`, { headers });
      await response.body?.cancel();
      return [response.status, response.headers.get('content-type')];
    };
    for (const missing of ['/missing.js', '/missing.JS', '/assets/gone'])
      expect((await kindOf(missing))[0], missing).toBe(404);
    for (const screen of ['/leads/1', '/companies/acme.com'])
      expect(await kindOf(screen), screen).toEqual([200, 'text/html; charset=utf-8']);
    // All files of an image have one time, by which no page may pass for another.
    const known = { 'if-modified-since': new Date().toUTCString(), 'if-none-match': '"0-4636"' };
    expect((await kindOf('/', known))[0]).toBe(200);
    expect(page.headers.get('etag')).toBeNull();

    const host = 'www.crm.test';
    expect(await redirectOf(web, '/a?b=1', { host })).toEqual([301, 'http://crm.test/a?b=1']);
    expect(await redirectOf(web, '/', { host: `${host}:8443`, 'x-forwarded-proto': 'https' })).toEqual([
      301,
      'https://crm.test:8443/',
    ]);
    expect(await redirectOf(web, '/', { host, 'x-forwarded-proto': 'javascript' })).toEqual([
      301,
      'http://crm.test/',
    ]);
    expect(await (await answers(`http://127.0.0.1:${web}/api/v1/health`)).json()).toMatchObject({
      status: 'healthy',
    });

    expect(await Promise.all(['web', 'api', 'worker'].map(stopped))).toEqual([0, 0, 0]);
  });

  test('stop at once while they still start', async () => {
    // A process that has not come to handle signals yet.
    await start('early', 'backend', {}, 'node', '-e', 'setInterval(() => {}, 1000)');
    await engine.run('stop', '-t', '30', 'early');
    // Ended by the signal itself, and not killed when its time was up.
    expect(await engine.run('inspect', '--format', '{{.State.ExitCode}}', 'early')).toBe('143');
  });

  test('end in time with a WebSocket open, and refuse an address that is none', async () => {
    const upstream = createServer().on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    });
    const behind = await freePort();
    await new Promise<void>((resolve) => upstream.listen(behind, '127.0.0.1', resolve));
    const port = await freePort();
    await start('live', 'frontend', { PORT: String(port), API_UPSTREAM: `http://127.0.0.1:${behind}` });
    await answers(`http://127.0.0.1:${port}/health`);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    try {
      socket.write('GET /ws HTTP/1.1\r\nhost: crm.test\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
      const [first] = (await once(socket, 'data')) as [Buffer];
      expect(first.toString()).toMatch(/^HTTP\/1\.1 101 /);
      // Ten seconds is what the service may take, and what an engine waits for that nobody told otherwise.
      await engine.run('stop', '-t', '10', 'live');
      expect(await engine.run('inspect', '--format', '{{.State.ExitCode}}', 'live')).toBe('0');
    } finally {
      socket.destroy();
      upstream.closeAllConnections();
      upstream.close();
    }

    const refused = await engine.try(
      'run',
      '--rm',
      '--network',
      'host',
      '-e',
      'API_URL=api.crm.test',
      'crm/frontend',
    );
    expect([refused.status, refused.stderr]).toEqual([
      78,
      expect.stringContaining('API_URL must be empty, a path,'),
    ]);
  });
});
