import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Seen, underLoad } from './local/load.ts';
import { type Outcome, Project } from './local/project.ts';
import { image, loadImage, Network, noServers, type Server } from './swarm/server.ts';

const full = process.env.CONDUCTOR_STORIES === 'full';
const changes = full ? 20 : 4;
const reason = noServers();

/** The sample of small servers, for a server of one's own: the same services, built there from a Dockerfile. */
const config = (
  { socket, address }: Server,
  drain = 5,
) => `import { defineConfig, swarm, store } from 'conductor-deploy';
const health = { path: '/health', deadline: 10 };
const start = 'node server.ts';
const dockerfile = 'Dockerfile';
export default defineConfig({
  project: 'sample',
  stores: { redis: { kind: 'redis' } },
  services: {
    web: { start, dockerfile, paths: ['/'], health, replicas: 2, drain: ${drain}, settings: { REDIS_URL: store('redis').url }, commands: { tell: ['sh', '-c', 'echo one; sleep 4; echo two >&2; echo three; exit 3'] } },
    clock: { start, dockerfile, health, drain: 5, singleton: true },
  },
  environments: {
    server: {
      target: swarm({
        host: 'unix://${socket}',
        address: '${address}',
        images: { switch: '${image}', edge: '${image}', redis: '${image}' },
      }),
      backups: { store: 'file:.conductor/backups', recipients: 'none' },
      checks: { required: [] },
      bake: 0,
    },
  },
});
`;

describe('a server of one’s own, with Docker Swarm', () => {
  if (reason !== null) {
    test('takes deploys and rollbacks without losing a request', ({ skip }) => skip(reason));
    return;
  }
  let network: Network;
  let server: Server;
  let project: Project;

  beforeAll(async () => {
    network = await Network.open();
    server = await network.add();
    await loadImage([server]);
    await server.init();
    project = await Project.sample();
    project.write('conductor.config.ts', config(server));
    project.write(
      'Dockerfile',
      `FROM ${image}\nWORKDIR /app\nCOPY server.ts *.txt ./\nUSER 1000:1000\nCMD ["node", "server.ts"]\n`,
    );
    project.write('change.txt', '0');
    project.commit();
  }, 600_000);

  afterAll(async () => {
    await network?.close();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  const change = async (args: readonly string[]): Promise<Outcome> => {
    const said = await project.run([args[0]!, 'server', ...args.slice(1), '--yes', '--json']);
    if (said.code !== 0) {
      const log = await server.docker('service', 'logs', '--tail', '40', 'sample-server-switch');
      const tasks = await server.docker('service', 'ps', '--no-trunc', 'sample-server-switch');
      throw new Error(
        `${args.join(' ')} ended with ${said.code}:\n${said.stderr}\n${said.stdout}\n${tasks}\n${log}`,
      );
    }
    return { ...JSON.parse(said.stdout), seconds: said.seconds };
  };
  const url = () => `http://${server.address}`;
  const releaseAt = async (): Promise<string | null> => (await fetch(url())).headers.get('x-release');

  test('is deployed to from nothing, and says itself which release it serves', async () => {
    const outcome = await change(['deploy']);
    expect(outcome.verdict).toBe('live');
    expect(await releaseAt()).toBe(outcome.version);
    const services = await server.docker('service', 'ls', '--format', '{{.Name}} {{.Replicas}}');
    console.log(`first deploy: ${outcome.seconds.toFixed(1)} s; ${services.split('\n').join(', ')}`);
  });

  test(`${changes} deploys and rollbacks lose no request: fast, 2 s long, 5 MB uploads, WebSockets, event streams`, async () => {
    const outcomes: Outcome[] = [];
    const seen: Seen = await underLoad(
      url(),
      { kinds: ['slow', 'upload', 'sockets', 'streams'] },
      async () => {
        for (let turn = 0; turn < changes; turn++) {
          if (turn % 2 === 0) {
            project.write('change.txt', `${turn + 1}`);
            project.commit();
            outcomes.push(await change(['deploy']));
          } else outcomes.push(await change(['rollback']));
        }
      },
    );
    const seconds = (of: number) =>
      Math.max(...outcomes.filter((_, turn) => turn % 2 === of).map((one) => one.seconds)).toFixed(1);
    console.log(
      `${changes} changes: ${JSON.stringify(seen)}; slowest deploy ${seconds(0)} s, rollback ${seconds(1)} s`,
    );
    expect(seen.failures).toEqual([]);
    expect(seen.failed).toBe(0);
    expect(seen.longestGapMs).toBeLessThan(250);
    expect(seen.releases).toBeGreaterThanOrEqual(2);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(outcomes.map(() => 'live'));
  });

  test.each(['crash', 'unhealthy'])(
    'a release that is a %s does not get a visitor, and nothing of it is left',
    async (behaviour) => {
      const before = await releaseAt();
      project.write('behaviour.txt', behaviour);
      project.commit();
      const seen = await underLoad(url(), { kinds: ['slow'] }, async () => {
        const said = await project.run(['deploy', 'server', '--yes', '--json']);
        expect(said.code, said.stderr).toBe(4);
        if (behaviour === 'crash') expect(said.stderr).toContain('this release is broken');
      });
      rmSync(join(project.root, 'behaviour.txt'));
      project.commit();
      expect(seen.failed).toBe(0);
      expect(seen.releases).toBe(1);
      expect(await releaseAt()).toBe(before);
      const left = await server.docker('service', 'ls', '--format', '{{.Name}}');
      // Two releases with two services each, the switch, the edge and the store.
      expect(left.split('\n').sort()).toHaveLength(7);
    },
  );

  test('the edge and the switch that are killed after a cutover come back to the same release', async () => {
    const before = await releaseAt();
    for (const name of ['conductor-edge', 'sample-server-switch']) {
      const container = await server.docker(
        'ps',
        '--quiet',
        '--filter',
        `label=com.docker.swarm.service.name=${name}`,
      );
      await server.docker('kill', container);
      const deadline = Date.now() + 30_000;
      let back: string | null = null;
      while (back === null && Date.now() < deadline) {
        await sleep(100);
        const answer = await fetch(url(), { headers: { connection: 'close' } }).catch(() => null);
        back = answer?.ok ? answer.headers.get('x-release') : null;
      }
      expect(back).toBe(before);
    }
  });

  test('its Redis is reached from here, by an address that is good as long as the command runs', async () => {
    const child = project.start(['connect', 'server', 'redis', '--print']);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.stderr.resume();
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { hostname, port, password } = new URL(line);
    const ask = async (): Promise<string> => {
      const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      socket.end(`AUTH ${password}\r\nPING\r\n`);
      return text(socket);
    };
    expect(await ask()).toBe('+OK\r\n+PONG\r\n');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
  });

  test('what a command writes comes while it runs, each stream by itself, and so does its end', async () => {
    const child = project.start(['run', 'server', 'web', 'tell']);
    const ended = once(child, 'close');
    let [out, error] = ['', ''];
    child.stderr.on('data', (data: Buffer) => {
      error += data;
    });
    let early = '';
    child.stdout.on('data', (data: Buffer) => {
      early ||= `${data}`;
      out += data;
    });
    expect((await ended)[0]).toBe(3);
    expect([early, out]).toEqual(['one\n', 'one\nthree\n']);
    expect(error).toContain('two\n');
  });

  test('a deploy that is killed at its gate is ended by resume, from another clone', async () => {
    const before = await releaseAt();
    project.write('change.txt', 'killed');
    project.commit();
    const child = project.start(['deploy', 'server', '--yes']);
    let said = '';
    child.stderr.on('data', (data: Buffer) => {
      said += data;
      if (said.includes('waiting until it is healthy')) child.kill('SIGKILL');
    });
    child.stdout.resume();
    await new Promise((resolve) => child.once('close', resolve));
    expect(await releaseAt()).toBe(before);
    const ended = await project.run(['resume', 'server', '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await releaseAt()).not.toBe(before);
  });
});
