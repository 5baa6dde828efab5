import type { LookupFunction } from 'node:net';
import { systemClock } from 'conductor-backup/retry';
import { ConductorError } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import type { Finding } from '../../model/finding.ts';
import type { Observed } from '../../model/observed.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Traits } from '../../model/traits.ts';
import type { TargetContext } from '../kind.ts';
import { SecretsSeen } from '../secrets-seen.ts';
import type { Servers } from '../servers.ts';
import type { Surroundings } from '../surroundings.ts';
import type {
  ApplyOptions,
  CommandOrder,
  DeployOptions,
  LogLine,
  LogQuery,
  Progress,
  ServiceTraffic,
  Target,
} from '../target.ts';
import { applyChange, removeFromLive } from './apply.ts';
import { swarmFindings } from './check.ts';
import { deployRelease, retireBefore } from './deploy.ts';
import type { Dial } from './dial.ts';
import { requireImage } from './images.ts';
import type { SwarmSettings } from './index.ts';
import { followLogs } from './logs.ts';
import { swarmMaintenance } from './maintenance.ts';
import { observe, observedUrls } from './observe.ts';
import { runCommand } from './run.ts';
import { serversOf } from './server/place.ts';
import { openSite, type Site } from './site.ts';
import { runningStore } from './stores.ts';
import { readTraffic, type SwitchProgram, talkWithSwitch } from './switch.ts';
import { openTunnel } from './tunnel.ts';

/** What a test replaces: the way to the engine, time, the resolver of names, and the program of the switch. */
export interface SwarmSurroundings extends Surroundings {
  readonly dial?: Dial;
  readonly lookup?: LookupFunction;
  readonly program?: SwitchProgram;
}

/** Makes the target. Asks the engine nothing yet. */
export async function createSwarm(
  context: TargetContext<SwarmSettings>,
  surroundings: SwarmSurroundings = {},
): Promise<Target> {
  return new SwarmTarget(context, surroundings);
}

const bundled: SwitchProgram = async () => (await import('../../switch/bundle.ts')).switchProgram();

class SwarmTarget implements Target {
  readonly traits: Traits = {
    overlap: true,
    gate: true,
    drain: true,
    warm: true,
    replicas: true,
    releaseTask: true,
    commits: true,
    images: true,
    stores: ['mongodb', 'redis'],
    storesCan: { mongodb: ['transactions'] },
    domains: true,
    selfContained: true,
  };
  readonly maintenance = swarmMaintenance(() => this.#site());
  readonly servers: Servers;
  readonly roots: string | undefined;
  readonly #context: TargetContext<SwarmSettings>;
  readonly #surroundings: SwarmSurroundings;
  readonly #seen = new SecretsSeen();
  #opened: Promise<Site> | undefined;

  constructor(context: TargetContext<SwarmSettings>, surroundings: SwarmSurroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.roots = context.settings.certificates.roots;
    this.#seen.know(context.services, context.stores);
    this.servers = serversOf(context, surroundings, this.#seen);
  }

  get name(): string {
    return `${this.#context.environment} on swarm`;
  }

  async check(): Promise<Finding[]> {
    try {
      return await swarmFindings(await this.#site());
    } catch (error) {
      // One thing that is wrong, among what else there is to say.
      if (!(error instanceof ConductorError)) throw error;
      return [{ level: 'failure', title: error.message, fix: error.hint ?? 'See what Docker says.' }];
    }
  }

  async inspect(): Promise<Observed> {
    return observe(await this.#site());
  }

  async urls(): Promise<Observed['urls']> {
    return observedUrls(await this.#site());
  }

  async apply(change: Change, options: ApplyOptions = {}): Promise<void> {
    if (change.kind === 'service') this.#seen.know([change.service]);
    if (change.kind === 'variables') this.#seen.know([{ name: change.service, variables: change.set }]);
    await applyChange(await this.#site(), change, this.#program, options);
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    this.#seen.know(services, release.stores);
    for (const service of services) requireImage(service);
    const order = {
      release,
      services,
      proven: options.proven ?? false,
      keepPrevious: (options.keepPrevious ?? 0) > 0,
      program: this.#program,
    };
    for await (const progress of deployRelease(await this.#site(), order, signal))
      yield this.#seen.clean(progress);
  }

  async retire(version: string): Promise<void> {
    await retireBefore(await this.#site(), version);
  }

  async *logs(service: string, query: LogQuery): AsyncGenerator<LogLine> {
    for await (const line of followLogs(await this.#site(), service, query))
      yield { ...line, text: this.#seen.redact(line.text) };
  }

  async run(order: CommandOrder): Promise<number> {
    const output = order.output ?? ((text: string) => void process.stdout.write(text));
    const write = { stdout: output, stderr: (text: string) => void process.stderr.write(text) };
    return runCommand(await this.#site(), order, (text, from) => write[from](this.#seen.redact(text)));
  }

  readonly tunnels = true;

  /** The network of the stores is the server's own: a port of this machine leads there, through the switch. */
  async storeUrl(name: string): Promise<string | undefined> {
    const found = this.#context.stores.find((store) => store.name === name);
    const site = await this.#site();
    const store = found && (await runningStore(site, found));
    if (!store) return undefined;
    const port = await openTunnel(() => talkWithSwitch(site, ['tunnel']), store.at);
    return store.addressBy(port);
  }

  /** What the switch has counted: it sees every answer. */
  async traffic(version: string): Promise<readonly ServiceTraffic[]> {
    const counted = await readTraffic(await this.#site());
    return counted
      .filter(({ release }) => release === version)
      .map(({ release: _, ...one }) => ({
        ...one,
        buckets: [...one.buckets, [Infinity, one.answers] as const],
      }));
  }

  async remove(service: string): Promise<void> {
    await removeFromLive(await this.#site(), service);
  }

  get #program(): SwitchProgram {
    return this.#surroundings.program ?? bundled;
  }

  #site(): Promise<Site> {
    this.#opened ??= openSite(this.#context, this.#surroundings, {
      clock: this.#surroundings.clock ?? systemClock,
      seen: this.#seen,
    });
    return this.#opened;
  }
}
