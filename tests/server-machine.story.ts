import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from './local/project.ts';
import { Machine, noMachines } from './swarm/machine.ts';
import { image, Network, noServers } from './swarm/server.ts';
import { answers, noSsh, Ssh } from './swarm/ssh.ts';
import { until } from './swarm/swarm.ts';

// Somebody with a new machine of a provider's and the guide of the own server, from the first look to a machine that lost its power.

const full = process.env.CONDUCTOR_STORIES === 'full';
const reason = full
  ? (noServers() ?? noSsh() ?? (await noMachines()))
  : 'the full stories have it (CONDUCTOR_STORIES=full)';

const config = (address: string) => `import { defineConfig, swarm } from 'conductor-deploy';
export default defineConfig({
  project: 'sample',
  services: { web: { start: 'node server.ts', dockerfile: 'Dockerfile', paths: ['/'], health: { path: '/health' }, replicas: 2 } },
  environments: {
    server: {
      target: swarm({ host: 'ssh://deploy@${address}', images: { switch: '${image}', edge: '${image}' } }),
      checks: { required: [] },
      bake: 0,
    },
  },
});
`;

/** Images are not fetched from anywhere: one for all that runs there, of the machine's own system with Node and Caddy. */
function makeImage(root: string, archive: string): void {
  const beside = mkdtempSync(join(tmpdir(), 'image-'));
  const bin = join(beside, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  const caddy = execFileSync('which', ['caddy'], { encoding: 'utf8' }).trim();
  execFileSync('cp', ['-L', process.execPath, join(bin, 'node')]);
  execFileSync('cp', ['-L', caddy, join(bin, 'caddy')]);
  writeFileSync(join(bin, 'docker-entrypoint.sh'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  execFileSync('tar', ['-cf', archive, '--exclude=./usr/local', '-C', root, '.', '-C', beside, 'usr/local']);
  rmSync(beside, { recursive: true });
}

/** Which of the machine's ports take connections from outside. */
async function openPorts(host: string): Promise<number[]> {
  const opens = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port, timeout: 2_000 });
      const end = (open: boolean) => () => {
        socket.destroy();
        resolve(open);
      };
      socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
    });
  const asked = [22, 80, 2375, 2376, 2377, 4789, 7946];
  const found = await Promise.all(asked.map(opens));
  return asked.filter((_, at) => found[at]);
}

describe('a new machine of a provider’s, with systemd', () => {
  if (reason !== null) {
    test('becomes the server, and comes back by itself', ({ skip }) => skip(reason));
    return;
  }
  let network: Network;
  let enclose: () => Promise<unknown>;
  let machine: Machine;
  let ssh: Ssh;
  let project: Project;

  beforeAll(async () => {
    network = await Network.open();
    enclose = await network.leadOut();
    const name = `cm${process.pid}`;
    machine = new Machine(join(network.folder, name), network.link(name, 5));
    ssh = new Ssh(join(network.folder, 'ssh'));
    ssh.know(machine.address, machine.install(ssh.key));
    makeImage(machine.root, archive());
    await machine.boot();
    project = await Project.sample();
    project.env.PATH = ssh.path;
    await until('it takes logins', () => answers(machine.address));
  }, 300_000);

  afterAll(async () => {
    await machine?.close();
    await enclose?.();
    await ssh?.close();
    await network?.close();
    if (project) rmSync(project.folder, { recursive: true, force: true });
  });

  const add = async (...words: string[]) => {
    const said = await project.run(['server', 'add', `ssh://root@${machine.address}`, ...words, '--json']);
    console.log(`server add ${words.join(' ')}: ${said.seconds.toFixed(1)} s`);
    return { ...said, json: () => JSON.parse(said.stdout) };
  };
  const archive = () => join(network.folder, 'image.tar');
  /** Runs a command on the machine; all that it says. */
  const there = async (user: string, command: string, input?: string): Promise<string> => {
    const child = spawn(
      join(network.folder, 'ssh/bin/ssh'),
      [`${user}@${machine.address}`, `(${command}) 2>&1`],
      {
        stdio: [input === undefined ? 'ignore' : openSync(input, 'r'), 'pipe', 'ignore'],
      },
    );
    return (await text(child.stdout!)).trim();
  };
  const served = async (): Promise<boolean> =>
    fetch(`http://${machine.address}/`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2_000),
    }).then(
      (answer) => answer.ok,
      () => false,
    );
  /** All is as it was. */
  const isBack = async () => {
    await until('it serves', served, 90_000);
    expect(await there('root', 'systemctl is-active docker unattended-upgrades; ufw status | head -1')).toBe(
      'active\nactive\nStatus: active',
    );
    expect(await openPorts(machine.address)).toEqual([22, 80]);
  };

  test('says what is missing, is prepared, and then nothing is left to be done', async () => {
    const looked = await add();
    expect(looked.code, looked.stderr).toBe(3);
    expect(await there('root', 'command -v docker ufw; getent passwd deploy')).toBe('');
    const first = await add('--install');
    expect(first.code, first.stderr).toBe(0);
    expect(first.json()).toMatchObject({
      ready: true,
      role: 'manager',
      advertised: machine.address,
      config: [`target: swarm({ host: 'ssh://deploy@${machine.address}' }),`],
    });
    const again = await add('--install');
    expect([again.code, again.json().done], again.stderr).toEqual([0, []]);
    expect(await there('deploy', 'docker version')).toContain('Server:');
    expect(await there('root', 'systemctl is-system-running')).toBe('running');
  });

  test('serves what is deployed, and lets in what has to be reached from outside, nothing else', async () => {
    expect(await there('root', `docker import - ${image}`, archive())).toMatch(/^sha256:/);
    project.write('conductor.config.ts', config(machine.address));
    project.write(
      'Dockerfile',
      `FROM ${image}\nWORKDIR /app\nCOPY server.ts *.txt ./\nUSER 1000:1000\nCMD ["node", "server.ts"]\n`,
    );
    project.write('change.txt', '0');
    project.commit();
    const said = await project.run(['deploy', 'server', '--yes', '--json']);
    expect(said.code, said.stderr).toBe(0);
    expect(JSON.parse(said.stdout).verdict).toBe('live');
    await isBack();
  });

  test('comes back by itself when it is restarted, loses its power, or its Docker is restarted', async () => {
    const timed = async (what: string, act: () => Promise<unknown>) => {
      const began = performance.now();
      await act();
      await isBack();
      console.log(`${what}: all is back after ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    };
    await timed('restarted', async () => {
      await there('root', 'systemctl reboot');
      await machine.restarted();
    });
    await timed('power lost', async () => {
      await machine.crash();
      await machine.restarted();
    });
    await timed('Docker restarted', () => there('root', 'systemctl restart docker'));
    const status = await project.run(['status', 'server', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'live' });
  });
});
