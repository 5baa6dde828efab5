import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbeddedMongo } from '../embedded-mongo/src/index.ts';
import { buildBases } from './docker/engine.ts';
import { underLoad } from './local/load.ts';
import { type Outcome, Project } from './local/project.ts';
import { memoryOf } from './swarm/memory.ts';
import { letOut } from './swarm/outside.ts';
import { image, loadImage, Network, noServers, type Server } from './swarm/server.ts';

const root = join(import.meta.dirname, '..');
const reason =
  process.env.CONDUCTOR_STORIES === 'full'
    ? noServers()
    : 'builds the images of the CRM on a server, some minutes: npm run stories';

/** The CRM's own config with one more environment: a server with its edge, switch and Redis, and MongoDB outside (there is no image of it here). */
const environment = ({ socket, address }: Server, mongo: string) => `environments: {
    server: {
      target: swarm({
        host: 'unix://${socket}',
        address: '${address}',
        images: { switch: '${image}', edge: '${image}', redis: '${image}' },
      }),
      stores: { mongodb: { url: '${mongo}' } },
      backups: { store: 'file:.conductor/backups', recipients: 'none' },
      checks: { only: ['settings', 'stores-able', 'target'] },
      bake: 0,
    },`;

describe('Conductor CRM on one server', () => {
  if (reason !== null) {
    test('starts, is changed and taken back quickly, in little memory', ({ skip }) => skip(reason));
    return;
  }
  let network: Network;
  let server: Server;
  let project: Project;
  let mongo: Awaited<ReturnType<typeof startEmbeddedMongo>>;
  let letIn: (() => void) | undefined;

  const read = (file: string) => readFileSync(join(project.root, file), 'utf8');

  beforeAll(async () => {
    network = await Network.open();
    server = await network.add();
    letIn = letOut(server);
    const { folder, socket } = server;
    await buildBases({ folder, socket, run: (...args) => server.docker(...args) }, root);
    await server.docker('tag', 'base/node', 'node:24-bookworm-slim');
    await server.docker('tag', 'base/debian', 'debian:bookworm-slim');
    await loadImage([server]);
    await server.init();
    mongo = await startEmbeddedMongo({
      data: join(network.folder, 'mongo'),
      port: 0,
      host: `${server.address.split('.').slice(0, 3).join('.')}.1`,
    });
    project = await Project.crm({ fromNothing: true });
    const config = read('conductor.config.ts');
    project.write(
      'conductor.config.ts',
      config
        .replace('store,\n', 'store,\n  swarm,\n')
        .replace('environments: {', environment(server, mongo.url)),
    );
    project.commit();
  }, 600_000);

  afterAll(async () => {
    letIn?.();
    await network?.close();
    await mongo?.close();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  const change = async (what: string): Promise<Outcome> => {
    const said = await project.run([what, 'server', '--yes', '--json']);
    if (said.code !== 0) throw new Error(`${what} ended with ${said.code}:\n${said.stderr}\n${said.stdout}`);
    return { ...JSON.parse(said.stdout), seconds: said.seconds };
  };
  const url = () => `http://${server.address}`;
  const ready = async (): Promise<boolean> => {
    const answer = await fetch(`${url()}/api/v1/health/ready`, { headers: { connection: 'close' } }).catch(
      () => null,
    );
    return answer?.ok ?? false;
  };
  const releaseAt = async (): Promise<string | null> => {
    const answer = await fetch(`${url()}/api/v1/health/simple`);
    await answer.arrayBuffer();
    return answer.headers.get('x-release');
  };
  /** Seconds in which visitors are with the release, from now on. */
  const arrival = async (version: string, begun = Date.now()): Promise<number> => {
    while ((await releaseAt()) !== version) await sleep(50);
    return (Date.now() - begun) / 1_000;
  };
  /** A line of a program is changed, as somebody would who mends a fault. */
  const changeLine = (file: string, line: string) => {
    project.write(file, `${read(file)}\n// ${line}\n`);
    project.commit();
  };

  test('is deployed from nothing, in the memory of a small server', { timeout: 900_000 }, async () => {
    const outcome = await change('deploy');
    expect(outcome.verdict).toBe('live');
    expect(await ready()).toBe(true);
    for (let turn = 0; turn < 200; turn++) await (await fetch(`${url()}/openapi.json`)).arrayBuffer();
    const memory = await memoryOf(server);
    const sum = Object.values(memory).reduce((all, one) => all + one, 0);
    console.log(
      `first deploy ${outcome.seconds.toFixed(1)} s; memory without MongoDB ${sum} MB: ${JSON.stringify(memory)}`,
    );
    expect(Object.keys(memory).length).toBe(8);
    expect(sum).toBeLessThan(1_024);
  });

  test('a changed line is live within a minute, and the way back is short, without a lost request', {
    timeout: 600_000,
  }, async () => {
    const before = (await releaseAt())!;
    const seconds: Record<string, number> = {};
    const seen = await underLoad(url(), { rate: 50, kinds: [] }, async () => {
      changeLine('backend/src/api.ts', 'one line');
      seconds['a line of the api'] = (await change('deploy')).seconds;
      const [back, { seconds: whole }] = await Promise.all([arrival(before), change('rollback')]);
      Object.assign(seconds, { 'visitors are back': back, 'rollback as a whole': whole });
      changeLine('frontend/src/main.tsx', 'one line');
      seconds['a line of the client'] = (await change('deploy')).seconds;
    });
    console.log(`${JSON.stringify(seconds)}; ${JSON.stringify(seen)}`);
    expect(seen.failures).toEqual([]);
    expect(seen.failed).toBe(0);
    expect(seconds['a line of the api']).toBeLessThan(60);
  });

  test('visitors are back within five seconds where the release before is kept running', {
    timeout: 300_000,
  }, async () => {
    const before = (await releaseAt())!;
    const seconds: Record<string, number> = {};
    const seen = await underLoad(url(), { rate: 50, kinds: [] }, async () => {
      project.write(
        'conductor.config.ts',
        read('conductor.config.ts').replace("host: 'unix:", "warm: true, host: 'unix:"),
      );
      changeLine('backend/src/api.ts', 'another line');
      seconds.deploy = (await change('deploy')).seconds;
      const kept = await memoryOf(server);
      expect(Object.keys(kept).length).toBe(10);
      const [back, { seconds: whole }] = await Promise.all([arrival(before), change('rollback')]);
      Object.assign(seconds, { 'visitors are back': back, 'rollback as a whole': whole });
    });
    console.log(`kept warm: ${JSON.stringify(seconds)}; ${JSON.stringify(seen)}`);
    expect(seen.failures).toEqual([]);
    expect(seconds['visitors are back']).toBeLessThan(5);
  });

  test('answers by itself after the power was away', { timeout: 300_000 }, async () => {
    const before = await releaseAt();
    await server.crash();
    const begun = Date.now();
    await server.boot();
    while (!(await ready())) {
      expect(Date.now() - begun).toBeLessThan(120_000);
      await sleep(100);
    }
    const seconds = (Date.now() - begun) / 1_000;
    console.log(`from the start of the engine to the first answer: ${seconds.toFixed(1)} s`);
    expect(await releaseAt()).toBe(before);
  });
});
