import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const repository = join(import.meta.dirname, '../..');
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const needed = ['dockerd', 'docker', 'containerd', 'debootstrap', 'ip', 'nsenter'];

/** Why no servers with a Docker engine can be made here; null when they can. */
export function noServers(): string | null {
  const missing = needed.filter(
    (name) => !env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name))),
  );
  if (missing.length > 0)
    return `needs ${missing.join(', ')} (Debian: apt-get install docker.io debootstrap iproute2)`;
  return process.getuid?.() === 0 ? null : 'needs root, to start Docker engines of its own';
}

const run = (command: string, ...args: string[]) =>
  execute(command, args, { env, maxBuffer: 64 * 1024 * 1024 });

/** A network of servers, each in a network namespace of its own with a Docker engine of its own. */
export class Network {
  readonly folder = mkdtempSync(join(tmpdir(), 'conductor-swarm-'));
  readonly servers: Server[] = [];
  /** Second part of the addresses: so that runs side by side do not meet. */
  readonly #part = 64 + (process.pid % 128);
  readonly #bridge = `cb${process.pid}`;

  static async open(): Promise<Network> {
    const network = new Network();
    await run('ip', 'link', 'add', network.#bridge, 'type', 'bridge');
    await run('ip', 'addr', 'add', `10.${network.#part}.0.1/24`, 'dev', network.#bridge);
    await run('ip', 'link', 'set', network.#bridge, 'up');
    return network;
  }

  /** Another server, with an engine that is in no swarm. */
  async add(): Promise<Server> {
    const at = this.servers.length + 1;
    const name = `cs${process.pid}-${at}`;
    const address = `10.${this.#part}.0.${at + 10}`;
    await run('ip', 'netns', 'add', name);
    await run('ip', 'link', 'add', `v${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await run('ip', 'link', 'set', `v${name}`, 'master', this.#bridge, 'up');
    await run('ip', '-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    for (const link of ['lo', 'eth0']) await run('ip', '-n', name, 'link', 'set', link, 'up');
    await run('ip', '-n', name, 'route', 'add', 'default', 'via', `10.${this.#part}.0.1`);
    const server = new Server(join(this.folder, name), name, address);
    this.servers.push(server);
    await server.start();
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
    await run('ip', 'link', 'del', this.#bridge);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server of a team's own. */
export class Server {
  readonly folder: string;
  readonly address: string;
  readonly #namespace: string;
  #daemon: ChildProcess | undefined;

  constructor(folder: string, namespace: string, address: string) {
    this.folder = folder;
    this.#namespace = namespace;
    this.address = address;
    mkdirSync(folder, { recursive: true });
  }

  get socket(): string {
    return join(this.folder, 'docker.sock');
  }

  /** Its engine starts, with all that it had. */
  async start(): Promise<void> {
    const place = (name: string) => join(this.folder, name);
    const log = openSync(place('log'), 'a');
    // `ip netns exec` would hide the control groups.
    this.#daemon = spawn(
      'nsenter',
      [
        `--net=/run/netns/${this.#namespace}`,
        ...['dockerd', '--data-root', place('data'), '--exec-root', place('exec'), '--pidfile', place('pid')],
        ...['-H', `unix://${this.socket}`, '--default-ulimit', 'nofile=1024:20000'],
      ],
      { stdio: ['ignore', log, log], env },
    );
    for (const deadline = Date.now() + 60_000; ; ) {
      if (
        await this.docker('info').then(
          () => true,
          () => false,
        )
      )
        return;
      if (this.#daemon.exitCode !== null || Date.now() > deadline)
        throw new Error(
          `The Docker engine did not start:\n${readFileSync(place('log'), 'utf8').slice(-2_000)}`,
        );
      await sleep(100);
    }
  }

  /** Runs `docker …` there. */
  async docker(...args: string[]): Promise<string> {
    const { stdout } = await execute('docker', ['-H', `unix://${this.socket}`, ...args], {
      env: { ...env, DOCKER_BUILDKIT: '0' },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  }

  /** The first server of a swarm. */
  async init(): Promise<void> {
    const at = ['--advertise-addr', this.address, '--listen-addr', `${this.address}:2377`];
    await this.docker('swarm', 'init', ...at);
  }

  /** Its engine ends in the middle of whatever it does; containers go on. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    // Services would be started again and again while they are being removed.
    await this.docker('swarm', 'leave', '--force').catch(() => {});
    await this.#end('SIGTERM');
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((each) => each.startsWith(`${this.folder}/`)).reverse())
      await run('umount', mount).catch(() => {});
    await run('ip', 'netns', 'del', this.#namespace);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    await gone;
  }
}

/** One image for all that runs there: Debian with Node, Caddy and Redis, in the shape of the official images. */
export const image = 'conductor-test/all';

/** Loads {@link image} into servers. Made once a run: it takes a minute. */
export async function loadImage(network: Network, servers: readonly Server[]): Promise<void> {
  const archive = join(network.folder, 'image.tar');
  if (!existsSync(archive)) {
    const root = join(network.folder, 'root');
    const include = '--include=ca-certificates,caddy,redis-server';
    execFileSync('debootstrap', ['--variant=minbase', include, 'bookworm', root], { env, stdio: 'ignore' });
    execFileSync('cp', [
      '-L',
      join(repository, 'node_modules/node/bin/node'),
      join(root, 'usr/local/bin/node'),
    ]);
    const entry = join(root, 'usr/local/bin/docker-entrypoint.sh');
    writeFileSync(entry, '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    execFileSync('tar', ['-C', root, '-cf', archive, '.'], { env });
    rmSync(root, { recursive: true, force: true });
  }
  for (const server of servers) await server.docker('import', archive, image);
}
