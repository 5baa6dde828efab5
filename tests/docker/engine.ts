import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const onPath = (name: string): boolean =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) =>
    existsSync(join(folder, name)),
  );

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is. */
const ended = (command: string, args: readonly string[], env: Record<string, string>): Promise<Ended> =>
  new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } };
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
      resolve({ status: code, stdout, stderr });
    });
  });

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

  get socket(): string {
    return join(this.folder, 'socket');
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
      if ((await engine.try('info')).status === 0) return engine;
      if (daemon.exitCode !== null || Date.now() > deadline)
        throw new Error('the Docker engine did not start');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Runs `docker …` and gives its output; throws with the output when it fails. */
  async run(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.try(...args);
    if (status !== 0)
      throw new Error(`docker ${args[0]} ended with ${status}:\n${`${stdout}${stderr}`.slice(-4_000)}`);
    return stdout.trim();
  }

  /** Never blocks: containers may need a server that runs in this very process. */
  try(...args: string[]): Promise<Ended> {
    // The classic builder needs no plugin beside the engine.
    const env = { DOCKER_HOST: `unix://${this.socket}`, DOCKER_BUILDKIT: '0' };
    return ended('docker', args, env);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.daemon.once('exit', resolve));
    this.daemon.kill('SIGTERM');
    await gone;
    // The engine leaves its network namespaces mounted, and what is mounted cannot be removed.
    const mounts = (await readFile('/proc/self/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((each) => each.startsWith(`${this.folder}/`)).reverse())
      await ended('umount', [mount], {});
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Stand-ins for the base images of a registry, from Debian's packages: `base/debian`, without manuals and caches as the slim one is, and
 * `base/node` with this Node and npm on it.
 */
export async function buildBases(
  engine: { folder: string; socket: string; run(...args: string[]): Promise<string> },
  root: string,
): Promise<void> {
  const folder = join(engine.folder, 'base');
  const shell = async (script: string): Promise<void> => {
    const { status, stderr, stdout } = await ended('bash', ['-euo', 'pipefail', '-c', script], {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      DOCKER_HOST: `unix://${engine.socket}`,
    });
    if (status !== 0)
      throw new Error(`building the base images failed:\n${`${stdout}${stderr}`.slice(-4_000)}`);
  };
  await mkdir(join(folder, 'node/usr/local/bin'), { recursive: true });
  await shell(`
    debootstrap --variant=minbase --include=ca-certificates bookworm ${folder}/debian
    # The certificates that this machine trusts, so that npm reaches the registry as it does here.
    cp /etc/ssl/certs/ca-certificates.crt ${folder}/debian/etc/ssl/certs/
    (cd ${folder}/debian && rm -rf var/cache/apt/* var/lib/apt/lists/* usr/share/{doc,man,locale,info,lintian})
    printf 'path-exclude /usr/share/%s/*\\n' doc man locale info lintian > ${folder}/debian/etc/dpkg/dpkg.cfg.d/slim
    tar -C ${folder}/debian -c . | docker import - base/debian >/dev/null
    mkdir -p ${folder}/node/usr/local/lib/node_modules
    cp -L ${root}/node_modules/node/bin/node ${folder}/node/usr/local/bin/node
    cp -r "$(npm root -g)/npm" ${folder}/node/usr/local/lib/node_modules/
    ln -s ../lib/node_modules/npm/bin/npm-cli.js ${folder}/node/usr/local/bin/npm
    printf 'FROM base/debian\\nENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\\nCOPY . /\\n' > ${folder}/Dockerfile
  `);
  await engine.run(
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
