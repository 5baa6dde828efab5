import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const onPath = (name: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) =>
    existsSync(join(folder, name)),
  );

/** Why no Docker engine can be started here; null when one can. */
export function noEngine(): string | null {
  const missing = ['dockerd', 'docker', 'containerd', 'debootstrap'].filter((name) => !onPath(name));
  if (missing.length > 0)
    return `needs ${missing.join(', ')} (Debian: apt-get install docker.io debootstrap)`;
  return process.getuid?.() === 0 ? null : 'needs root, to start a Docker engine of its own';
}

/** A Docker engine of a test's own: own socket, own images, and nothing of it left afterwards. */
export class Engine {
  readonly folder: string;
  private readonly daemon: ChildProcess;

  private constructor(folder: string, daemon: ChildProcess) {
    this.folder = folder;
    this.daemon = daemon;
  }

  static async start(): Promise<Engine> {
    const folder = await mkdtemp(join(tmpdir(), 'conductor-docker-'));
    const place = (name: string) => join(folder, name);
    const daemon = spawn(
      'dockerd',
      [
        ...['--data-root', place('data'), '--exec-root', place('exec'), '--pidfile', place('pid')],
        ...['-H', `unix://${place('socket')}`, '--default-ulimit', 'nofile=1024:20000', '--bridge', 'none'],
        // Containers here use the host's network; the engine leaves the machine's firewall alone.
        ...['--iptables=false', '--ip6tables=false'],
      ],
      { stdio: 'ignore', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` } },
    );
    const engine = new Engine(folder, daemon);
    for (const deadline = Date.now() + 30_000; ; ) {
      if (engine.try('info').status === 0) return engine;
      if (daemon.exitCode !== null || Date.now() > deadline)
        throw new Error('the Docker engine did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Runs `docker …` and gives its output; throws with the output when it fails. */
  run(...args: string[]): string {
    const { status, stdout, stderr } = this.try(...args);
    if (status !== 0)
      throw new Error(`docker ${args[0]} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
    return stdout.trim();
  }

  try(...args: string[]) {
    return spawnSync('docker', args, {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      // The classic builder needs no plugin beside the engine.
      env: { ...process.env, DOCKER_HOST: `unix://${join(this.folder, 'socket')}`, DOCKER_BUILDKIT: '0' },
    });
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.daemon.once('exit', resolve));
    this.daemon.kill('SIGTERM');
    await gone;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Stand-ins for the base images of a registry, from Debian's packages: `base/debian`, and `base/node` with this Node and npm on it.
 */
export async function buildBases(engine: Engine, root: string): Promise<void> {
  const folder = join(engine.folder, 'base');
  const shell = (script: string) => {
    const { status, stderr, stdout } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
        DOCKER_HOST: `unix://${join(engine.folder, 'socket')}`,
      },
    });
    if (status !== 0)
      throw new Error(`building the base images failed:\n${`${stdout}${stderr}`.slice(-4_000)}`);
  };
  await mkdir(join(folder, 'node/usr/local/bin'), { recursive: true });
  shell(`
    debootstrap --variant=minbase --include=ca-certificates bookworm ${folder}/debian
    # The certificates that this machine trusts, so that npm reaches the registry as it does here.
    cp /etc/ssl/certs/ca-certificates.crt ${folder}/debian/etc/ssl/certs/
    tar -C ${folder}/debian -c . | docker import - base/debian >/dev/null
    mkdir -p ${folder}/node/usr/local/lib/node_modules
    cp -L ${root}/node_modules/node/bin/node ${folder}/node/usr/local/bin/node
    cp -r "$(npm root -g)/npm" ${folder}/node/usr/local/lib/node_modules/
    ln -s ../lib/node_modules/npm/bin/npm-cli.js ${folder}/node/usr/local/bin/npm
    printf 'FROM base/debian\\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\\nCOPY . /\\n' > ${folder}/Dockerfile
  `);
  engine.run(
    'build',
    '--network',
    'host',
    '-t',
    'base/node',
    '-f',
    join(folder, 'Dockerfile'),
    join(folder, 'node'),
  );
}
