import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConductorError, exitCode } from '../../errors.ts';
import { portTaken } from '../../gateway/port-taken.ts';
import type { Change } from '../../model/change.ts';
import type { Finding } from '../../model/finding.ts';
import type { Observed, WarmRelease } from '../../model/observed.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Traits } from '../../model/traits.ts';
import type { TargetContext } from '../index.ts';
import type {
  CommandOrder,
  DeployOptions,
  LogLine,
  LogQuery,
  Maintenance,
  Progress,
  ServiceTraffic,
  Started,
  Target,
} from '../target.ts';
import { prune } from './builder/prune.ts';
import { BuildFailed, type BuiltRelease, buildRelease, clearDrafts } from './builder/release-folder.ts';
import { checkLocal } from './check.ts';
import { asError, HostClient, HostLost, HostSilent } from './host/client.ts';
import { megabytes, memoryOf } from './host/memory.ts';
import { isFree } from './host/ports.ts';
import type { HostObserved, RolloutEvent, RolloutSpec } from './host/protocol.ts';
import { lastGeneration, readState } from './host/state.ts';
import { storeUrl } from './host/store.ts';
import { lastKnown } from './last-known.ts';
import { readLogs } from './logs.ts';
import { localMaintenance } from './maintenance.ts';
import { type LocalPaths, localPaths, prepareFolders } from './paths.ts';
import { rememberedPort, rememberPort } from './port.ts';
import { runCommand } from './run-command.ts';
import { type LocalSettings, usualPort } from './settings.ts';
import { start } from './start.ts';
import { storePrograms } from './store-programs.ts';

/** This machine. The work is done by the host, a process that outlives this command; see `host/main.ts`. */
export class LocalTarget implements Target {
  readonly name: string;
  readonly traits: Traits = {
    overlap: true,
    gate: true,
    drain: true,
    warm: true,
    replicas: true,
    releaseTask: true,
    commits: true,
    images: false,
    stores: ['mongodb', 'redis'],
    // mongod is started as a replica set of one, and embedded-mongo behaves as one.
    storesCan: { mongodb: ['transactions'] },
    domains: false,
    selfContained: true,
  };
  readonly maintenance: Maintenance;
  readonly #context: TargetContext<LocalSettings>;
  readonly #paths: LocalPaths;
  readonly #host: HostClient;

  constructor(context: TargetContext<LocalSettings>) {
    this.#context = context;
    this.#paths = localPaths(context.root, context.state);
    this.#host = new HostClient(this.#paths, context.environment);
    this.maintenance = localMaintenance(this.#paths, this.#host);
    this.name = context.environment === 'local' ? 'this machine' : `${context.environment} on this machine`;
  }

  async check(): Promise<Finding[]> {
    const host = await this.#host.observe();
    return checkLocal(
      this.#context.stores,
      await this.#port(false),
      this.#paths,
      host,
      this.#context.environment,
    );
  }

  async inspect(): Promise<Observed> {
    const { host, trouble } = await this.#look();
    const observed = host ?? lastKnown(readState(this.#paths.state));
    const port = this.#portOf(host, true);
    const urls = observed.services.flatMap(({ name, paths: [path] }) =>
      path === undefined ? [] : [[name, `http://localhost:${port}`] as const],
    );
    return {
      live: observed.live,
      warm: await warmOf(host),
      services: observed.services.map(({ ready, wanted, paths: _paths, ...service }) => ({
        name: service.name,
        state: service.state,
        version: service.version,
        replicas: { ready, wanted },
        restarts: service.restarts,
        variables: service.variables,
        ...(urls.some(([name]) => name === service.name)
          ? { url: Object.fromEntries(urls)[service.name] }
          : {}),
      })),
      stores: observed.stores.map(({ name, kind, state, provider }) => ({ name, kind, state, provider })),
      domains: [],
      urls: Object.fromEntries(urls),
      maintenance: await this.maintenance.read(),
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  /** What the host says of its environment, or why nobody says anything of it. */
  async #look(): Promise<{ host: HostObserved | null; trouble?: string }> {
    try {
      const host = await this.#host.observe();
      const lives = readState(this.#paths.state)?.generations.some(({ role }) => role === 'live') ?? false;
      return host === null && lives
        ? { host, trouble: 'The supervisor process has ended, and nothing starts it again.' }
        : { host };
    } catch (error) {
      if (!(error instanceof HostSilent)) throw error;
      return { host: null, trouble: error.message };
    }
  }

  /** A release brings its services, settings and stores along, so a deploy makes them; only a removal is a change of its own. */
  async apply(change: Change): Promise<void> {
    if (change.kind === 'domain') {
      throw new ConductorError({
        code: 'local.domain',
        message: `${change.host}: this machine serves no domains; it is reached at http://localhost:${await this.#port(true)}.`,
        hint: 'Take the domain out of the environment, or deploy to another target.',
        exit: exitCode.usage,
      });
    }
    if (change.kind === 'service' && change.action === 'remove') await this.remove(change.service.name);
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    const proven = options.proven ?? false;
    if (signal.aborted) {
      yield* this.#calledOff(release, services);
      return;
    }
    const port = await this.#port(proven);
    await this.#requirePort(port);
    prepareFolders(this.#paths);
    rememberPort(this.#paths.port, port);
    let built: BuiltRelease;
    try {
      built = yield* buildRelease(this.#paths, release, services, {
        proven,
        signal,
        pass: this.#context.pass,
      });
    } catch (error) {
      if (signal.aborted) yield* all(services, 'canceled', 'called off while it was built');
      else if (error instanceof BuildFailed) yield* failedBecauseOf(error, services);
      else throw error;
      return;
    }
    const notes: string[] = [];
    const node = nodeOf(built, this.#paths);
    const stores = await storePrograms(release.stores, built.folder, this.#paths.root, node, (detail) =>
      notes.push(detail),
    );
    for (const detail of notes) yield { service: null, state: 'pending', detail };
    await this.#host.ensure();
    const spec = this.#spec(release, services, built, {
      port,
      stores,
      // Who goes back seldom wants to return to what was bad.
      keepPrevious: Math.max(options.keepPrevious ?? 0, proven ? 0 : this.#context.settings.warm),
      proven,
    });
    yield* this.#rollOut(spec, services, signal);
    await prune(this.#paths, this.#context.settings.keep, inUse(this.#paths, release.version));
  }

  async *logs(service: string, query: LogQuery): AsyncGenerator<LogLine> {
    const live =
      (await this.#look()).host?.live ?? lastGeneration(readState(this.#paths.state))?.spec.version;
    this.#learnPasswords();
    yield* readLogs(this.#paths.logs, service, live ?? null, query);
  }

  async remove(service: string): Promise<void> {
    if ((await this.#host.observe()) !== null) await this.#host.removeService(service);
  }

  async storeUrl(name: string): Promise<string | undefined> {
    this.#learnPasswords();
    const found = readState(this.#paths.state)?.stores.find(({ spec }) => spec.name === name);
    return found === undefined || found.stopped ? undefined : storeUrl(found);
  }

  run(order: CommandOrder): Promise<number> {
    this.#learnPasswords();
    return runCommand(readState(this.#paths.state), order, this.#context.environment);
  }

  async traffic(version: string): Promise<ServiceTraffic[]> {
    const all = await this.#host.traffic();
    return all
      .filter((each) => each.version === version)
      .map(({ version: _, buckets, ...counts }) => ({
        ...counts,
        buckets: [...buckets, [Number.POSITIVE_INFINITY, counts.answers]],
      }));
  }

  async replicaUrls(service: string): Promise<string[]> {
    const live = readState(this.#paths.state)?.generations.find(({ role }) => role === 'live');
    const replicas = live?.replicas.filter((each) => each.service === service) ?? [];
    return replicas.map(({ port }) => `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    await this.#host.stop();
  }

  start(signal: AbortSignal): Promise<Started> {
    return start({ paths: this.#paths, host: this.#host, environment: this.#context.environment, signal });
  }

  async *#rollOut(
    spec: RolloutSpec,
    services: readonly Service[],
    signal: AbortSignal,
  ): AsyncGenerator<Progress> {
    const settled = new Set<string>();
    try {
      for await (const event of this.#host.rollOut(spec, signal)) {
        this.#learnPasswords();
        if (event.kind === 'error') throw asError(event);
        const progress = asProgress(event);
        if (progress === null) continue;
        if (progress.service !== null && isSettled(progress)) settled.add(progress.service);
        yield progress;
      }
    } catch (error) {
      if (!(error instanceof HostLost)) throw error;
      // The keeper has started another host by now. What it says is true: either the cutover was written down, or it was not.
      const live = (await this.#host.observe())?.live;
      const rest = services.filter(({ name }) => !settled.has(name));
      if (live === spec.version) yield* all(rest, 'live', 'serves');
      else
        yield* all(
          rest,
          'failed',
          'the supervisor process ended during the deploy; the release was rolled back',
        );
    }
  }

  /** Services are given the stores' passwords, and may say them when they fail. */
  #learnPasswords(): void {
    for (const { spec, password } of readState(this.#paths.state)?.stores ?? []) {
      if (password !== '') this.#context.learn?.(password, `password of ${spec.name}`);
    }
  }

  /** Waits until the host has rolled back what a killed command has left, and says what is true. */
  async *#calledOff(release: Release, services: readonly Service[]): AsyncGenerator<Progress> {
    if (existsSync(this.#paths.releases)) await clearDrafts(this.#paths);
    let host = await this.#host.observe();
    while (host !== null && host.rollout === release.version) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      host = await this.#host.observe();
    }
    if (host?.live === release.version) yield* all(services, 'live', 'serves already');
    else yield* all(services, 'canceled', 'called off before it began');
  }

  /** The public port: going back to a release does not move the address, nor does a first deploy that failed. */
  async #port(proven: boolean): Promise<number> {
    return this.#portOf(await this.#host.observe(), proven);
  }

  #portOf(host: HostObserved | null, proven: boolean): number {
    const current = host?.ports[0] ?? readState(this.#paths.state)?.port ?? undefined;
    const { port } = this.#context.settings;
    return (proven ? (current ?? port) : (port ?? current)) ?? rememberedPort(this.#paths.port) ?? usualPort;
  }

  /** @throws {ConductorError} `local.port-taken`, unless the port is free or our own host's. */
  async #requirePort(port: number): Promise<void> {
    const ours = (await this.#host.observe())?.ports.includes(port) ?? false;
    if (ours) return;
    const free = (await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'));
    if (!free) throw portTaken(port);
  }

  #fingerprinted(variables: Service['variables']): RolloutSpec['services'][number]['variables'] {
    return Object.fromEntries(
      Object.entries(variables).map(([name, variable]) => [
        name,
        variable.kind === 'secret'
          ? { ...variable, fingerprint: this.#context.fingerprint(name, variable.value) }
          : variable,
      ]),
    );
  }

  #spec(
    release: Release,
    services: readonly Service[],
    built: BuiltRelease,
    rest: Pick<RolloutSpec, 'port' | 'stores' | 'keepPrevious' | 'proven'>,
  ): RolloutSpec {
    const { version, commit, environment, task } = release;
    return {
      version,
      commit,
      environment,
      folder: built.folder,
      bin: [dirname(nodeOf(built, this.#paths))],
      compileCache: join(this.#paths.cache, built.modules ?? 'no-modules'),
      services: services.map((service) => ({
        name: service.name,
        cwd: join(built.folder, service.root),
        start: [...service.start],
        ...(service.static && {
          files: {
            folder: join(built.folder, service.root, service.static.folder),
            paths: [...service.paths],
            fallback: service.static.fallback,
          },
        }),
        paths: [...service.paths],
        ...(service.health ? { health: service.health } : {}),
        replicas: service.replicas,
        drain: service.drain,
        singleton: service.singleton,
        variables: this.#fingerprinted(service.variables),
      })),
      task: task ? { service: task.service, command: [...task.command], deadline: task.deadline } : null,
      ...rest,
    };
  }
}

async function warmOf(host: HostObserved | null): Promise<WarmRelease | null> {
  if (!host?.warm) return null;
  const { version, until, pids } = host.warm;
  return { version, until: new Date(until).toISOString(), megabytes: megabytes(await memoryOf(pids)) };
}

/** The Node that a release brings along, else the one that runs this. */
function nodeOf({ modules }: BuiltRelease, paths: LocalPaths): string {
  const own = modules === null ? null : join(paths.modules, modules, 'node_modules', 'node', 'bin', 'node');
  return own !== null && existsSync(own) ? own : process.execPath;
}

/** Versions that must stay on disk: what runs or is kept warm, and the one whose code a store still runs. */
function inUse(paths: LocalPaths, deployed: string): Set<string> {
  const state = readState(paths.state);
  const entries = (state?.stores ?? []).flatMap(({ spec }) => ('entry' in spec ? [spec.entry] : []));
  const versions = existsSync(paths.releases) ? readdirSync(paths.releases) : [];
  const ofStores = versions.filter((version) =>
    entries.some((entry) => entry.startsWith(join(paths.releases, version, '/'))),
  );
  const generations = [...(state?.generations ?? []), ...(state?.resting ? [state.resting] : [])];
  return new Set([deployed, ...generations.map(({ spec }) => spec.version), ...ofStores]);
}

function asProgress(event: Exclude<RolloutEvent, { kind: 'error' }>): Progress | null {
  if (event.kind === 'end') return null;
  if (event.kind === 'gate')
    return { service: null, state: 'starting', detail: event.detail, gate: 'cutover' };
  const { service, state, detail, url } = event;
  return { service, state, detail, ...(url === undefined ? {} : { url }) };
}

const isSettled = ({ state }: Progress) =>
  ['live', 'failed', 'canceled', 'superseded', 'unknown'].includes(state);

function* all(services: readonly Service[], state: Progress['state'], detail: string): Generator<Progress> {
  for (const { name } of services) yield { service: name, state, detail };
}

function* failedBecauseOf(
  { service: guilty, message, lines }: BuildFailed,
  services: readonly Service[],
): Generator<Progress> {
  for (const { name } of services) {
    if (name === guilty) yield { service: name, state: 'failed', detail: message, evidence: lines };
    else yield { service: name, state: 'canceled', detail: `not started, because ${guilty} failed` };
  }
}
