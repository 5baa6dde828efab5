import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pid as hostPid } from 'node:process';
import { Gateway } from '../../../gateway/gateway.ts';
import { RoutingTable } from '../../../gateway/routing-table.ts';
import type { State as ServiceState } from '../../../model/state.ts';
import { readMaintenance } from '../maintenance.ts';
import type { LocalPaths } from '../paths.ts';
import { marksOf } from './environment.ts';
import { Generation, type Member } from './generation.ts';
import { removePipe } from './log-pipe.ts';
import { availableMemory, memoryOf, shortage } from './memory.ts';
import { endOrphans } from './orphans.ts';
import type { HostObserved, HostTraffic, RolloutSpec, ServiceSpec, StoreSpec } from './protocol.ts';
import { atRest, type GenerationState, readState, type State, writeState } from './state.ts';
import { Store } from './store.ts';

/** Everything that the host owns: the gateway, the stores, and the generations of services. */
export class House {
  readonly gateway = new Gateway();
  readonly paths: LocalPaths;
  #stores = new Map<string, Store>();
  #generations: Generation[] = [];
  #port: number | null = null;
  /** What was live when everything was stopped. */
  #resting: GenerationState | null = null;
  #written = '';
  #retiring = new Set<Promise<void>>();
  #closed = false;

  private constructor(paths: LocalPaths) {
    this.paths = paths;
  }

  /**
   * Goes on where the last host has stopped, however it stopped: takes over what runs, starts what should run, serves again,
   * and ends what was on its way up, for whoever asked for that is not connected any more. What `stop` has ended stays so.
   */
  static async restore(paths: LocalPaths): Promise<House> {
    const state = readState(paths.state);
    const house = new House(paths);
    house.readMaintenance();
    if (state === null) return house;
    house.#port = state.port;
    house.#resting = state.resting;
    for (const each of state.stores) await house.#addStore(each).resume(each);
    for (const each of state.generations) {
      const generation = Generation.restored(each, house.#storeUrls(), paths.logs, house.#onChange);
      house.#generations.push(generation);
      for (const [at, member] of generation.members.entries()) {
        const id = each.replicas[at]?.id ?? null;
        const adopted = id !== null && member.replica.adopt(id);
        if (id !== null && !adopted)
          endOrphans(id, marksOf(each.spec.version, member.service.name, member.port));
        if (!adopted && generation.role !== 'live') await member.replica.stop(0);
      }
    }
    if (house.live !== null) await house.#goOn(house.live);
    house.#clearPipes();
    house.#refresh();
    if (house.#port !== null && house.live !== null) await house.gateway.listen(house.#port);
    for (const generation of [...house.#generations]) {
      if (generation.role === 'previous') house.#keepWarm(generation);
      else if (generation.role !== 'live') house.#retire(generation);
    }
    return house;
  }

  get live(): Generation | null {
    return this.#generations.find(({ role }) => role === 'live') ?? null;
  }

  /**
   * Makes what was live when everything was stopped serve again: its stores first, then its services. Nothing to do where a release
   * serves. Resolves when it is on its way; `observe` tells when it is up.
   * @throws {ConductorError} `local.port-taken`
   */
  async start(): Promise<void> {
    const resting = this.#resting;
    if (this.live !== null || resting === null) return;
    await this.gateway.listen(resting.spec.port);
    for (const [name, { record }] of this.#stores) {
      if (!record.stopped || !resting.spec.stores.some((store) => store.name === name)) continue;
      const again = Store.reopened(record, record.spec);
      await this.#addStore(again).resume(again);
    }
    this.#port = resting.spec.port;
    this.#resting = null;
    const generation = await this.#again(resting);
    this.#generations.push(generation);
    this.#save({ durable: true });
    this.#refresh();
    void this.#startWithStores(generation);
  }

  /** Makes the stores of a release run, and waits until they take requests. Those that run already are left as they are. */
  async openStores(specs: readonly StoreSpec[], signal: AbortSignal): Promise<void> {
    for (const spec of specs) {
      const current = this.#stores.get(spec.name);
      // Another provider, or another outside server, is another store; its data stays where it is.
      const same =
        current?.spec.provider === spec.provider &&
        (spec.provider !== 'external' ||
          (current.spec.provider === 'external' && current.spec.url === spec.url));
      if (same && !current.record.stopped) continue;
      await current?.stop();
      const fresh = same ? Store.reopened(current.record, spec) : await Store.fresh(spec, this.#reserved());
      await this.#addStore(fresh).resume(fresh);
      // Its password must not be lost once its data knows it, which begins when it is ready.
      this.#save({ durable: true });
    }
    await Promise.all(specs.map(({ name }) => this.#stores.get(name)?.ready(signal)));
  }

  /** Prepares the processes of a release, beside those that serve. Starts nothing. */
  async addCandidate(spec: RolloutSpec): Promise<Generation> {
    const candidate = await Generation.fresh(
      spec,
      this.#storeUrls(),
      this.#reserved(),
      this.paths.logs,
      this.#onChange,
    );
    const warm = this.#generations.find(
      ({ role, spec: { version, port } }) =>
        role === 'previous' && version === spec.version && port === spec.port,
    );
    if (spec.proven && warm !== undefined) candidate.takeWarm(warm);
    this.#generations.push(candidate);
    try {
      // Takes what room the cutover will need: the same is written then, in other roles.
      this.#save({ durable: true });
    } catch (error) {
      await this.takeBack(candidate);
      throw error;
    }
    return candidate;
  }

  /**
   * THE POINT OF NO RETURN: from here on the candidate serves, also for a host that starts after this one. It is written down
   * first, for that can fail (a broken disk), and the switch itself cannot. Until what served before is retired, the function
   * that it returns lets that serve again at once.
   */
  cutOver(candidate: Generation): () => void {
    const before = { live: this.live, port: this.#port, resting: this.#resting };
    const restore = () => {
      if (before.live !== null) before.live.role = 'live';
      this.#port = before.port;
      this.#resting = before.resting;
    };
    this.#resting = null;
    if (before.live !== null) before.live.role = 'draining';
    candidate.role = 'live';
    this.#port = candidate.spec.port;
    try {
      this.#save({ durable: true });
    } catch (error) {
      candidate.role = 'candidate';
      restore();
      throw error;
    }
    this.gateway.route(new RoutingTable(candidate.routes()));
    for (const { replica } of candidate.members) replica.supervise();
    return () => {
      candidate.role = 'draining';
      restore();
      this.gateway.route(before.live === null ? null : new RoutingTable(before.live.routes()));
      this.#save();
    };
  }

  /**
   * After a cutover: ends what served before, or keeps the part of it that takes requests warm for `keep` seconds. Does not wait for the
   * end. Says why it is not kept where it was to be.
   */
  async retirePrevious(previous: Generation | null, keep: number): Promise<string | null> {
    void this.gateway.closeAllBut(this.#port);
    for (const generation of [...this.#generations]) {
      if (generation.role === 'previous') this.#retire(generation);
    }
    if (previous === null) return null;
    const kept = previous.of(takesRequests).flatMap(({ replica }) => replica.pid ?? []);
    const short = keep > 0 ? shortage(await memoryOf(kept), await availableMemory()) : null;
    if (keep <= 0 || kept.length === 0 || short !== null) {
      this.#retire(previous);
      return short;
    }
    previous.role = 'previous';
    previous.until = Date.now() + keep * 1_000;
    this.#save();
    this.#keepWarm(previous);
    return null;
  }

  /** Ends a generation that never served. Resolves when nothing of it runs. */
  async takeBack(candidate: Generation): Promise<void> {
    await candidate.drain();
    this.#drop(candidate);
    // Where nothing serves, the port is others' to use.
    if (this.live === null) await this.gateway.closeAllBut(null);
    else await this.gateway.closeAllBut(this.#port);
  }

  /** Lets visitors in, or keeps them out, as is written down now. */
  readMaintenance(): void {
    this.gateway.closed = readMaintenance(this.paths.maintenance) ?? null;
  }

  /** The connection string of each store. Secret. */
  storeUrls(): ReadonlyMap<string, string> {
    return this.#storeUrls();
  }

  /** Ends one service for good. */
  async removeService(name: string): Promise<void> {
    for (const generation of this.#generations) {
      const members = generation.of((service) => service.name === name);
      generation.members.splice(
        0,
        Infinity,
        ...generation.members.filter((member) => !members.includes(member)),
      );
      this.#refresh();
      await generation.drain(members);
    }
    this.#save();
  }

  /** Ends everything: services, as gently as they allow, then the stores. Data stays, and so does what `start` needs. */
  async stop(): Promise<void> {
    await Promise.all([
      this.gateway.closeAllBut(null),
      ...this.#generations.map((generation) => generation.drain()),
    ]);
    this.gateway.route(null);
    await Promise.all([...this.#stores.values()].map((store) => store.stop()));
    const { resting } = atRest(this.#state);
    this.#generations = [];
    this.#resting = resting;
    this.#save({ durable: true });
    this.#closed = true;
  }

  /** Ends everything at once, because its folder is gone. */
  async abandon(): Promise<void> {
    this.#closed = true;
    const members = this.#generations.flatMap((generation) => generation.members);
    await Promise.all([
      this.gateway.closeAllBut(null, 1_000),
      ...members.map(({ replica }) => replica.stop(1_000)),
      ...[...this.#stores.values()].map((store) => store.stop(1_000)),
    ]);
  }

  /** From now on nothing is written: the host ends, and leaves all that runs to the next one. */
  leave(): void {
    this.#closed = true;
  }

  /** What is true right now. */
  async observe(): Promise<Omit<HostObserved, 'version' | 'pid' | 'keeper' | 'rollout'>> {
    const shown = this.live ?? this.#generations.find(({ role }) => role === 'candidate');
    return {
      live: this.gateway.ports.length > 0 ? (this.live?.spec.version ?? null) : null,
      warm: this.#warm,
      ports: this.gateway.ports,
      services: (shown?.spec.services ?? []).map((service) => {
        const members = shown?.of((each) => each === service) ?? [];
        return {
          name: service.name,
          state: serviceState(members),
          version: this.live?.spec.version ?? null,
          ready: members.filter(({ replica }) => replica.state === 'ready').length,
          wanted: service.replicas,
          restarts: members.reduce((sum, { replica }) => sum + replica.restarts, 0),
          pids: members.flatMap(({ replica }) => replica.pid ?? []),
          paths: [...service.paths],
          variables: shownVariables(service.variables),
        };
      }),
      stores: await Promise.all(
        [...this.#stores.values()].map(async (store) => ({
          name: store.spec.name,
          kind: store.spec.kind,
          state: await store.observe(),
          provider: store.spec.provider === 'external' ? 'outside server' : store.spec.label,
          restarts: store.restarts,
          pid: store.pid,
        })),
      ),
    };
  }

  /** The release before, where enough of it is kept to go back to at once. */
  get #warm(): HostObserved['warm'] {
    const kept = this.#generations.find(({ role }) => role === 'previous');
    const ready = kept?.of(takesRequests).filter(({ replica }) => replica.state === 'ready') ?? [];
    if (kept === undefined || ready.length === 0) return null;
    const pids = ready.flatMap(({ replica }) => replica.pid ?? []);
    return { version: kept.spec.version, until: kept.until ?? 0, pids };
  }

  /** Removes pipes that nothing writes to: a release task's that has ended, a replica's that is no more. */
  #clearPipes(): void {
    const { pipes } = this.paths;
    const used = new Set([
      ...this.#generations.flatMap(({ members }) => members.map(({ replica }) => replica.spec.pipe)),
      ...[...this.#stores.values()].map(({ pipe }) => pipe),
    ]);
    for (const name of readdirSync(pipes)) if (!used.has(join(pipes, name))) removePipe(join(pipes, name));
  }

  /** What was answered for each replica of every generation that runs. */
  traffic(): HostTraffic {
    return this.#generations.flatMap(({ id, spec, members }) =>
      members.map(({ service, index, upstream }) => {
        const { buckets, ...counts } = upstream.traffic.counts;
        // Counted anew by each host.
        const process = `${hostPid} ${id} ${service.name} ${index}`;
        return {
          version: spec.version,
          service: service.name,
          process,
          ...counts,
          buckets: buckets.map(([bound, answers]) => [bound, answers]),
        };
      }),
    );
  }

  #addStore(state: Parameters<Store['resume']>[0]): Store {
    const store = new Store(state, this.paths, this.#onChange);
    this.#stores.set(state.spec.name, store);
    return store;
  }

  /** Takes care of the live generation of a host before this one: of what still runs of it, or, where nothing does, of one like it. */
  async #goOn(live: Generation): Promise<void> {
    if (live.members.some(({ replica }) => replica.pid !== null)) {
      for (const { replica } of live.members) replica.supervise();
      return;
    }
    // The whole machine was restarted, or everything was killed: by now the ports may be others'.
    const again = await this.#again(live.record);
    this.#generations = this.#generations.map((each) => (each === live ? again : each));
    void this.#startWithStores(again);
  }

  /** A generation like an earlier one, live from the beginning, with new ports. Starts nothing. */
  async #again({ spec }: GenerationState): Promise<Generation> {
    const generation = await Generation.fresh(
      spec,
      this.#storeUrls(),
      this.#reserved(),
      this.paths.logs,
      this.#onChange,
    );
    generation.role = 'live';
    return generation;
  }

  /** A service that starts before its stores take requests ends at once, and is then started ever later; so they are waited for. */
  async #startWithStores(generation: Generation): Promise<void> {
    const opened = await Promise.allSettled([...this.#stores.values()].map((store) => store.ready()));
    for (const each of opened) if (each.status === 'rejected') console.error(each.reason);
    if (this.#closed || !this.#generations.includes(generation)) return;
    for (const { replica } of generation.members) {
      if (replica.state !== 'stopped') replica.start().supervise();
    }
  }

  #storeUrls(): ReadonlyMap<string, string> {
    return new Map([...this.#stores].map(([name, { url }]) => [name, url]));
  }

  #reserved(): Set<number> {
    return new Set([
      ...this.#generations.flatMap(({ members }) => members.map(({ port }) => port)),
      ...[...this.#stores.values()].map(({ port }) => port),
      ...this.gateway.ports,
    ]);
  }

  #keepWarm(generation: Generation): void {
    // Only one release works off the queues: what takes no requests is not kept.
    const ended = generation.drain(generation.of((service) => !takesRequests(service)));
    const letGo = generation.letGo();
    void Promise.all([ended, letGo]).catch((error: unknown) => console.error(error));
    const left = Math.max(0, (generation.until ?? 0) - Date.now());
    setTimeout(() => {
      if (generation.role === 'previous') this.#retire(generation);
    }, left).unref();
  }

  /** Drains and forgets, without being waited for. */
  #retire(generation: Generation): void {
    if (generation.role !== 'candidate') generation.role = 'draining';
    this.#save();
    const done = generation
      .drain()
      .catch((error: unknown) => console.error(error))
      .finally(() => {
        this.#retiring.delete(done);
        this.#drop(generation);
      });
    this.#retiring.add(done);
  }

  #drop(generation: Generation): void {
    this.#generations = this.#generations.filter((each) => each !== generation);
    this.#save();
  }

  #onChange = (): void => {
    this.#refresh();
    this.#save();
  };

  /** Takes replicas in and out of the rotation as they come and go. */
  #refresh(): void {
    const { live } = this;
    if (live !== null) this.gateway.route(new RoutingTable(live.routes()));
  }

  get #state(): State {
    return {
      format: 1,
      port: this.#port,
      generations: this.#generations.map(({ record }) => record),
      stores: [...this.#stores.values()].map(({ record }) => record),
      resting: this.#resting,
    };
  }

  #save({ durable = false } = {}): void {
    if (this.#closed) return;
    const state = this.#state;
    const text = JSON.stringify(state);
    if (text === this.#written && !durable) return;
    try {
      writeState(this.paths.state, state, { durable });
      this.#written = text;
    } catch (error) {
      // What matters is written durably and must succeed. Else a later change, or the next host, finds the processes again.
      if (durable) throw error;
      console.error(error);
    }
  }
}

/** Settings as `inspect` shows them: secrets by their fingerprints, references as the config spells them. */
function shownVariables(variables: RolloutSpec['services'][number]['variables']) {
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      if (variable.kind === 'secret') {
        return [name, { fingerprint: variable.fingerprint }];
      }
      if (variable.kind === 'plain') return [name, { value: variable.value }];
      const of = variable.kind === 'store' ? variable.store : variable.service;
      return [name, { value: `${variable.kind}('${of}').${variable.property}` }];
    }),
  );
}

const takesRequests = ({ paths, singleton }: ServiceSpec): boolean => paths.length > 0 && !singleton;

function serviceState(members: readonly Member[]): ServiceState {
  const states = members.map(({ replica }) => replica.state);
  if (states.includes('ready')) return 'live';
  if (states.includes('starting')) return 'starting';
  // A process that comes up, or is between two starts, is not lost yet; one that keeps falling is.
  const crashing = members.some(({ replica }) => replica.state === 'down' && replica.restarts >= 3);
  if (states.includes('down') && !crashing) return 'starting';
  return states.length > 0 && states.every((state) => state === 'stopped') ? 'stopped' : 'failed';
}
