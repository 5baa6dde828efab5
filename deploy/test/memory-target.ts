import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { ConductorError, exitCode } from '../src/errors.ts';
import type { Change } from '../src/model/change.ts';
import type { Finding } from '../src/model/finding.ts';
import type { MaintenanceNotice } from '../src/model/maintenance.ts';
import type { Foreign, Observed, ObservedService, StoreUpgrade } from '../src/model/observed.ts';
import type { Release } from '../src/model/release.ts';
import type { Service } from '../src/model/service.ts';
import type { State } from '../src/model/state.ts';
import type { Traits } from '../src/model/traits.ts';
import { defineTarget, type TargetContext } from '../src/targets/index.ts';
import { PlatformRefusal } from '../src/targets/refusal.ts';
import type { CommandOrder, LogLine, Progress, Started, Target } from '../src/targets/target.ts';

/** How a service of a test behaves, given as its variable BEHAVIOUR. */
export type Behaviour =
  | 'good'
  /** Never becomes healthy. */
  | 'unhealthy'
  /** Fails before it is up. */
  | 'crash'
  /** Is live, and answers with 500 afterwards. */
  | 'errors'
  /** Serves, and yet names another version. */
  | 'impostor'
  /** Serves, and names no version. */
  | 'nameless'
  /** Names its version every other time. */
  | 'forgetful'
  /** Answers well four times, and then with 500. */
  | 'fickle'
  /** Answers every third request with 500. */
  | 'moody'
  /** Answers well twenty times, and then with 500. */
  | 'tired';

interface Running {
  readonly release: Release;
  readonly services: readonly Service[];
}

/** The place itself: it outlives the targets that are made for it, as a platform outlives the commands. */
export class MemoryPlace {
  live: Running | null = null;
  /** What was live when everything was stopped. */
  resting: Running | null = null;
  /** What `start` brings back does not become healthy. */
  neverUp = false;
  /** It waits before its cutover until it is told to go on. */
  gated = true;
  /** What visitors are told who are kept out. */
  notice: MaintenanceNotice | null = null;
  /** How it keeps visitors out: with a message, and whoever has the pass gets through; with a page, and nobody does; or not at all. */
  keepsOut: 'message' | 'page' | null = 'message';
  /** `stop` fails. */
  neverDown = false;
  /** Releases of which it was said that those before them may end. */
  readonly retired: string[] = [];
  /** Why what was kept of releases before does not end; undefined: it does. */
  lingers: string | undefined;
  candidate: Running | null = null;
  readonly stores = new Set<string>();
  /** Versions of its stores, where the settings name another one. */
  upgrade: StoreUpgrade | undefined;
  readonly domains = new Map<string, string>();
  /** What somebody else has made under our names; what is adopted leaves it. */
  foreign: Foreign[] = [];
  readonly lines: (LogLine & { version: string })[] = [];
  /** Times that a service was really started, by `service version`. */
  readonly starts = new Map<string, number>();
  /** Services that were said to be live, and yet go on running this version, whatever is deployed. */
  readonly behind = new Map<string, string>();
  /** A service that the place does not know how it left, when a release that failed was rolled back. */
  doubtful: string | null = null;
  readonly pass = 'let-me-through';
  /** Requests to the public address since the last cutover. */
  asked = 0;
  findings: Finding[] = [];
  /** What a failed service wrote last. */
  lastWords = 'Error: it broke';
  /** Why a service failed, in the place's own words. */
  reason = 'it ended with 1';
  /** Times that it was looked at: on a platform each costs several requests. */
  inspected = 0;
  /** Commands that ran beside services; `ends` is how the next ones end, undefined: the place can run none. */
  readonly ran: Pick<CommandOrder, 'service' | 'version' | 'words'>[] = [];
  ends: number | undefined = 0;
  /** Address of its stores for this machine, which leads through the command that asks for it; undefined: they have none. */
  tunnel: string | undefined;
  /** What the public address answers, by path, in place of the usual: a text, or a status. */
  readonly answers = new Map<string, string | number>();
  /** Nobody can ask it anything. */
  unreachable = false;
  /** Its public address ends every connection without an answer. */
  silent = false;
  /** Whose word it is which release runs, for services that do not say so; undefined: nobody's. */
  word: string | undefined;
  /** Called for each request with how many there were; false has it answered with an error. */
  onAsked: (times: number) => boolean = () => true;
  /** Called before each look, with how many there were. */
  onInspect: (times: number) => void = () => {};
  /** Called at each of the place's own stages; a test kills or stops the deploy from here. */
  onStage: (stage: string) => void | Promise<void> = () => {};
  #server: Server | undefined;

  /** A place with a public address on a free port. */
  static async open(): Promise<MemoryPlace> {
    const place = new MemoryPlace();
    place.#server = createServer((request, response) => {
      if (place.notice && request.headers['x-pass'] !== place.pass) return response.writeHead(503).end();
      const live = place.live;
      const service = live?.services.find(({ paths }) => paths.some((path) => request.url?.startsWith(path)));
      if (!live || !service) return response.writeHead(503).end();
      const answer = place.answers.get(request.url ?? '');
      if (typeof answer === 'number') return response.writeHead(answer).end();
      if (answer !== undefined) return response.writeHead(200).end(answer);
      const behaviour = behaviourOf(service);
      place.asked++;
      const wanted = place.onAsked(place.asked);
      const release = behaviour === 'impostor' ? 'v00000000_000000' : live.release.version;
      const broken =
        !wanted ||
        behaviour === 'errors' ||
        (behaviour === 'fickle' && place.asked > 4) ||
        (behaviour === 'tired' && place.asked > 20) ||
        (behaviour === 'moody' && place.asked % 3 === 0);
      if (place.silent) return response.destroy();
      const silent = behaviour === 'nameless' || (behaviour === 'forgetful' && place.asked % 2 === 0);
      const named = silent ? {} : { 'x-release': release };
      return response.writeHead(broken ? 500 : 200, named).end('ok');
    });
    await new Promise<void>((resolve) => place.#server!.listen(0, '127.0.0.1', resolve));
    return place;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server!.closeAllConnections();
    await new Promise((resolve) => this.#server!.close(resolve));
  }

  start(service: Service, release: Release): void {
    const key = `${service.name} ${release.version}`;
    this.starts.set(key, (this.starts.get(key) ?? 0) + 1);
    this.log(service.name, release, `${service.name} starts`);
  }

  log(service: string, release: Release, text: string): void {
    this.lines.push({ service, at: new Date().toISOString(), text, version: release.version });
  }
}

const behaviourOf = (service: Service): Behaviour => {
  const variable = service.variables.BEHAVIOUR;
  return variable?.kind === 'plain' ? (variable.value as Behaviour) : 'good';
};

/** A target without processes: everything that the interface promises, and nothing else. */
export class MemoryTarget implements Target {
  readonly name: string;
  readonly traits: Traits;
  readonly maintenance: Target['maintenance'];
  readonly run: Target['run'];
  readonly byHand: Target['byHand'];
  readonly storeUrl: Target['storeUrl'];
  readonly tunnels: boolean;
  readonly #place: MemoryPlace;
  readonly #fingerprint: TargetContext['fingerprint'];

  constructor(
    place: MemoryPlace,
    { environment, fingerprint }: Pick<TargetContext, 'environment' | 'fingerprint'>,
  ) {
    this.name = `${environment} in memory`;
    this.#place = place;
    this.#fingerprint = fingerprint;
    this.traits = {
      overlap: true,
      gate: place.gated,
      drain: true,
      warm: true,
      replicas: true,
      releaseTask: true,
      commits: true,
      images: true,
      stores: ['mongodb', 'redis'],
      domains: true,
      ...(place.word !== undefined && { word: place.word }),
    };
    const { ends, keepsOut, tunnel } = place;
    this.tunnels = tunnel !== undefined;
    if (this.tunnels) this.storeUrl = async () => tunnel;
    if (keepsOut)
      this.maintenance = {
        says: keepsOut,
        read: async () => place.notice,
        set: async (notice) => {
          place.notice = notice;
        },
        ...(keepsOut === 'message' && {
          pass: async (): Promise<Record<string, string>> => {
            this.#assertReachable();
            return place.notice ? { 'x-pass': place.pass } : {};
          },
        }),
      };
    if (ends === undefined) {
      this.byHand = {
        command: async ({ service, words }) => [`remote ${service} ${words.join(' ')}`],
        store: async (store) => [`remote ${store}`],
        maintenance: 'Hang a sign on its door.',
      };
      return;
    }
    this.run = async ({ service, version, words, output }) => {
      place.ran.push({ service, version, words });
      output?.(`ran ${words.join(' ')}`);
      return ends;
    };
  }

  async check(): Promise<Finding[]> {
    this.#assertReachable();
    return this.#place.findings;
  }

  async inspect(): Promise<Observed> {
    this.#place.onInspect(++this.#place.inspected);
    this.#assertReachable();
    const { live, url } = this.#place;
    return {
      live: live?.release.version ?? null,
      services: (live?.services ?? []).map((service) => this.#observed(service, live!.release)),
      stores: [...this.#place.stores].map((name) => ({
        name,
        kind: 'mongodb',
        state: 'live',
        provider: 'memory',
        ...(this.#place.upgrade && { upgrade: this.#place.upgrade }),
      })),
      domains: [...this.#place.domains].map(([host, service]) => ({
        host,
        service,
        records: [],
        certificate: 'valid',
      })),
      foreign: this.#place.foreign,
      maintenance: this.#place.notice,
      urls: Object.fromEntries(
        (live?.services ?? []).filter(({ paths }) => paths.length > 0).map(({ name }) => [name, url]),
      ),
    };
  }

  async apply(change: Change): Promise<void> {
    await this.#place.onStage(`apply ${change.kind}`);
    if (change.kind === 'adopt') {
      this.#place.foreign = this.#place.foreign.filter(({ name }) => name !== change.name);
      if (change.what === 'store') this.#place.stores.add(change.name);
    }
    if (change.kind === 'upgrade') this.#place.upgrade = undefined;
    if (change.kind === 'store')
      this.#place.stores[change.action === 'create' ? 'add' : 'delete'](change.store.name);
    if (change.kind === 'domain') {
      if (change.action === 'create') this.#place.domains.set(change.host, change.service);
      else this.#place.domains.delete(change.host);
    }
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
  ): AsyncGenerator<Progress> {
    const place = this.#place;
    const all = (state: State, detail: string): Progress[] =>
      services.map(({ name }) => ({ service: name, state, detail }));
    if (place.live?.release.version === release.version) return yield* all('live', 'already live');
    for (const service of services) {
      if (signal.aborted) break;
      if (place.candidate?.release.version !== release.version) place.start(service, release);
      yield { service: service.name, state: 'starting', detail: 'waiting until it is healthy' };
      await place.onStage(`start ${service.name}`);
    }
    place.candidate = { release, services };
    const bad = services.find((service) => ['crash', 'unhealthy'].includes(behaviourOf(service)));
    if (bad && !signal.aborted) {
      place.log(bad.name, release, place.lastWords);
      place.candidate = null;
      for (const { name } of services) {
        yield name === bad.name
          ? {
              service: name,
              state: 'failed',
              detail: behaviourOf(bad) === 'crash' ? place.reason : 'not healthy in time',
              evidence: place.lastWords.split('\n'),
            }
          : name === place.doubtful
            ? { service: name, state: 'unknown', detail: `${name} could not be rolled back` }
            : { service: name, state: 'canceled', detail: `${bad.name} failed` };
      }
      return;
    }
    if (!signal.aborted) yield { service: null, state: 'starting', detail: 'all are ready', gate: 'cutover' };
    if (signal.aborted) {
      place.candidate = null;
      return yield* all('canceled', 'rolled back');
    }
    await place.onStage('cutover');
    place.live = { release, services };
    place.candidate = null;
    place.asked = 0;
    yield* all('live', 'serves');
  }

  async *logs(
    service: string,
    { lines = 100, version }: { lines?: number; version?: string },
  ): AsyncGenerator<LogLine> {
    const all = this.#place.lines.filter(
      (line) => line.service === service && (version === undefined || line.version === version),
    );
    for (const { version: _, ...line } of all.slice(-lines)) yield line;
  }

  async retire(version: string): Promise<void> {
    this.#place.retired.push(version);
    if (this.#place.lingers !== undefined) throw new Error(this.#place.lingers);
  }

  async remove(service: string): Promise<void> {
    const { live } = this.#place;
    if (live) this.#place.live = { ...live, services: live.services.filter(({ name }) => name !== service) };
  }

  async stop(): Promise<void> {
    if (this.#place.neverDown) throw new Error('It does not end.');
    this.#place.resting = this.#place.live ?? this.#place.resting;
    this.#place.live = null;
  }

  async start(): Promise<Started> {
    const place = this.#place;
    const running = place.live ?? place.resting;
    if (running === null) {
      throw new ConductorError({
        code: 'start.nothing',
        message: 'Nothing was ever live.',
        exit: exitCode.usage,
      });
    }
    const began = place.live === null;
    Object.assign(place, { live: running, resting: null });
    if (place.neverUp) {
      throw new ConductorError({
        code: 'start.not-up',
        message: 'Not all of it was healthy in time.',
        exit: exitCode.unknown,
      });
    }
    return { version: running.release.version, began };
  }

  #assertReachable(): void {
    if (this.#place.unreachable) throw new PlatformRefusal('the place', 'unreachable', {});
  }

  #observed(service: Service, release: Release): ObservedService {
    const variables = Object.entries(service.variables).map(([name, variable]) => [
      name,
      variable.kind === 'secret'
        ? { fingerprint: this.#fingerprint(name, variable.value) }
        : { value: variable.kind === 'plain' ? variable.value : `<${variable.kind}>` },
    ]);
    return {
      name: service.name,
      state: 'live',
      version: this.#place.behind.get(service.name) ?? release.version,
      replicas: { ready: service.replicas, wanted: service.replicas },
      restarts: 0,
      variables: Object.fromEntries(variables),
      ...(service.paths.length > 0 && { url: this.#place.url }),
      ...(this.#place.word !== undefined && { deployment: `${service.name}-1` }),
    };
  }
}

/** The kind of target that a test's config names `memory`, all on one place. */
export const memoryKind = (place: MemoryPlace) =>
  defineTarget({
    kind: 'memory',
    proxies: ['192.0.2.0/24'],
    settings: z.strictObject({ port: z.int().optional() }),
    create: async (context) => new MemoryTarget(place, context),
  });
