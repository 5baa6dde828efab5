import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, Project, type Said, type Status } from '../local/project.ts';
import { image, loadImage, Network, type Server } from './server.ts';

/** What `status --json` says of a place that others keep. */
export type Told = Status & { readonly seen: boolean };

/** What is said with `--json` where a command ends with an error. */
export interface Failed {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

/** Of the service that visitors ask: one on each server. */
export const replicas = 3;

/** The sample of small servers, for servers of one's own: the same services, built there from a Dockerfile. */
const config = (
  host: Server,
  others: readonly string[],
  often: number,
) => `import { defineConfig, swarm, store } from 'conductor-deploy';
const health = { path: '/health', deadline: 15 };
const start = 'node server.ts';
const dockerfile = 'Dockerfile';
export default defineConfig({
  project: 'sample',
  stores: { redis: { kind: 'redis' } },
  services: {
    web: { start, dockerfile, paths: ['/'], health, replicas: ${often}, drain: 3, settings: { REDIS_URL: store('redis').url }, commands: { wait: ['sleep', '600'] } },
    clock: { start, dockerfile, health, drain: 3, singleton: true },
  },
  environments: {
    server: {
      target: swarm({
        host: 'unix://${host.socket}',
        nodes: ${JSON.stringify(others.map((socket) => `unix://${socket}`))},
        address: '${host.address}',
        images: { switch: '${image}', edge: '${image}', redis: '${image}' },
      }),
      backups: { store: 'file:.conductor/backups', recipients: 'none' },
      checks: { required: [] },
      bake: 0,
    },
  },
});
`;

const dockerfile = `FROM ${image}\nWORKDIR /app\nCOPY server.ts *.txt ./\nUSER 1000:1000\nCMD ["node", "server.ts"]\n`;

/** Three servers that are the managers of one swarm, and a project that is deployed to them. The first has the edge; the second leads. */
export class Swarm {
  readonly network: Network;
  readonly host: Server;
  readonly second: Server;
  readonly third: Server;
  readonly project: Project;
  #turn = 0;

  private constructor(network: Network, project: Project) {
    this.network = network;
    [this.host, this.second, this.third] = network.servers as [Server, Server, Server];
    this.project = project;
  }

  static async open(): Promise<Swarm> {
    const network = await Network.open();
    try {
      for (let i = 0; i < 3; i++) await network.add();
      const swarm = new Swarm(network, await Project.sample());
      const { host, second, third, project } = swarm;
      await loadImage([host]);
      await second.init();
      for (const server of [host, third]) await server.join(second);
      swarm.name([second, third]);
      project.write('Dockerfile', dockerfile);
      swarm.changed();
      return swarm;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.network.close();
    rmSync(this.project.folder, { recursive: true, force: true });
  }

  /** Which nodes the config names beside the host. @param often replicas of the service that visitors ask */
  name(others: readonly Server[], often = replicas): void {
    this.project.write(
      'conductor.config.ts',
      config(
        this.host,
        others.map(({ socket }) => socket),
        often,
      ),
    );
  }

  /** There is something to deploy. @param files that are written before it is committed */
  changed(files: Readonly<Record<string, string>> = {}): void {
    for (const [name, content] of Object.entries({ ...files, 'change.txt': `${++this.#turn}` }))
      this.project.write(name, content);
    this.project.commit();
  }

  /** The image is built as it is at first, but for these lines at its end. */
  image(lines = ''): void {
    this.project.write('Dockerfile', `${dockerfile}${lines}`);
  }

  get url(): string {
    return `http://${this.host.address}`;
  }

  /** Runs `conductor COMMAND server …`. */
  command(...args: string[]): Promise<Said> {
    return this.project.run([args[0]!, 'server', ...args.slice(1), '--json']);
  }

  /** A deploy or rollback that becomes live. @throws {Error} with all that was said when it does not */
  async change(...args: string[]): Promise<Outcome> {
    const said = await this.command(...args, '--yes');
    if (said.code !== 0)
      throw new Error(`${args.join(' ')} ended with ${said.code}:\n${said.stderr}\n${said.stdout}`);
    return { ...JSON.parse(said.stdout), seconds: said.seconds };
  }

  async status(): Promise<Told> {
    return JSON.parse((await this.command('status')).stdout);
  }

  /** The release that answers visitors. */
  async release(): Promise<string> {
    return (await fetch(this.url)).headers.get('x-release') ?? 'none';
  }

  /** Names of the servers that replicas of a release run on, as the swarm says it; one for each replica. */
  async serversOf(version: string, service = 'web'): Promise<string[]> {
    const name = `sample-server-${service}-${version.slice(1).replace('_', '-')}`;
    const format = ['--format', '{{.Node}} {{.CurrentState}}', '--filter', 'desired-state=running'];
    const lines = (await this.host.docker('service', 'ps', name, ...format)).split('\n');
    return lines
      .filter((line) => line.includes(' Running '))
      .map((line) => line.split(' ')[0]!)
      .sort();
  }

  /** Everything that the swarm keeps: services, secrets and networks, by name. */
  async things(): Promise<string[]> {
    const kinds = ['service', 'secret', 'network'] as const;
    const all: string[] = [];
    for (const kind of kinds)
      for (const name of (await this.host.docker(kind, 'ls', '--format', '{{.Name}}')).split('\n'))
        all.push(`${kind} ${name}`);
    return all.sort();
  }

  /** Images of the project on a server, by name. */
  async images(server: Server): Promise<string[]> {
    const all = await server.docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}');
    return all
      .split('\n')
      .filter((name) => name.startsWith('sample-server/'))
      .sort();
  }

  /** The swarm hears of a server. */
  async hears({ name }: Server): Promise<boolean> {
    return (await this.host.docker('node', 'inspect', name, '--format', '{{.Status.State}}')) === 'ready';
  }
}

/** Waits until something is so. @returns seconds that it took */
export async function until(what: string, holds: () => Promise<boolean>, within = 60_000): Promise<number> {
  const began = performance.now();
  while (!(await holds().catch(() => false))) {
    if (performance.now() - began > within) throw new Error(`Not within ${within / 1_000} s: ${what}`);
    await sleep(200);
  }
  return (performance.now() - began) / 1_000;
}
