import { randomBytes } from 'node:crypto';
import { ConductorError, exitCode } from '../errors.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { type Route, RoutingTable } from '../gateway/routing-table.ts';
import { Upstream } from '../gateway/upstream.ts';
import type { Names, Resolve } from './names.ts';
import type { Drained, RoutedService, SwitchClosed, SwitchTraffic, SwitchView, Table } from './protocol.ts';
import { type SwitchState, writeSwitchState } from './state.ts';

/** ms in which a replica has to take a connection; one on a machine that is gone never refuses. */
const connectWithin = 2_000;
/** ms between two looks at what has ended. */
const sweepMs = 1_000;

/** A replica of a service, and which one of this switch's it is. */
interface Member {
  readonly process: string;
  readonly upstream: Upstream;
}

/** What is routed to where, and what is still under way with what is routed no more. */
export class Switch {
  readonly #gateway: Gateway;
  readonly #names: Names;
  readonly #file: string;
  #state: SwitchState;
  /** By service, release and address. */
  #serving = new Map<string, Member>();
  /** Finish what they have. */
  readonly #leaving = new Set<Member>();
  readonly #run = randomBytes(4).toString('hex');
  #members = 0;
  readonly #sweeper: NodeJS.Timeout;
  #last: Promise<unknown> = Promise.resolve();

  /** Goes on with `state`: its names are followed at once, and requests wait until they are found. */
  constructor(gateway: Gateway, names: Names, file: string, state: SwitchState) {
    this.#gateway = gateway;
    this.#names = names;
    this.#file = file;
    this.#state = state;
    gateway.closed = state.closed;
    names.onChange = () => this.#refresh();
    this.#follow();
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs);
  }

  get view(): SwitchView {
    const { table, closed } = this.#state;
    const names = table?.services.map(({ name }) => name) ?? [];
    return {
      table,
      addresses: Object.fromEntries(names.map((name) => [name, [...this.#names.of(name)]])),
      maintenance: closed && {
        since: closed.since,
        ...(closed.message !== undefined && { message: closed.message }),
      },
    };
  }

  /**
   * THE CUTOVER: from when this resolves, every new request goes to where `table` says. It is written down first, so a switch that starts
   * after this one does the same. Called while another one is under way, it waits for that.
   * @param within seconds in which each name has to be found
   * @param signal nobody waits for this any more: nothing changes, if nothing has
   * @throws {ConductorError} `switch.unresolved`, `switch.not-written`; nothing has changed then
   */
  route(table: Table, within: number, signal: AbortSignal): Promise<SwitchView> {
    return this.#inTurn(async () => {
      const names = table.services.map(({ name }) => name);
      const missing = await this.#names.missing(names, within * 1_000, signal);
      if (missing.length > 0) {
        this.#follow();
        throw unresolved(missing, within);
      }
      signal.throwIfAborted();
      this.#write({ ...this.#state, table });
      this.#follow();
      return this.view;
    });
  }

  /** How names are found. */
  get resolve(): Resolve {
    return this.#names.resolve;
  }

  get closed(): SwitchClosed | null {
    return this.#state.closed;
  }

  /**
   * Keeps visitors out, or lets them in.
   * @throws {ConductorError} `switch.not-written`; nothing has changed then
   */
  close(closed: SwitchClosed | null): Promise<SwitchClosed | null> {
    return this.#inTurn(async () => {
      this.#write({ ...this.#state, closed });
      this.#gateway.closed = closed;
      return closed;
    });
  }

  /** What visitors were answered, for each process that serves or still has something open. Counted anew by each switch. */
  get traffic(): SwitchTraffic {
    return [...this.#serving.values(), ...this.#leaving].map(({ process, upstream }) => {
      const { answers, errors, buckets } = upstream.traffic.counts;
      return {
        release: upstream.release ?? '',
        service: upstream.service,
        process,
        answers,
        errors,
        buckets: buckets.map(([seconds, count]) => [seconds, count]),
      };
    });
  }

  /**
   * Waits until no request is under way with a release, or so many seconds have passed; then ends what is left with it, and what has no
   * end of its own: WebSockets with the word that they are to connect anew, event streams.
   * @throws {ConductorError} `switch.serving` for a release that serves
   */
  async drained(release: string, within: number): Promise<Drained> {
    this.#refuseServing(release);
    const members = [...this.#leaving].filter(({ upstream }) => upstream.release === release);
    await soon(
      members.map(({ upstream }) => upstream.idle()),
      within * 1_000,
    );
    this.#refuseServing(release);
    const sum = (count: (upstream: Upstream) => number) =>
      members.reduce((all, { upstream }) => all + count(upstream), 0);
    const left = { requests: sum(({ active }) => active), webSockets: sum(({ tunnels }) => tunnels) };
    for (const { upstream } of members) upstream.letGo();
    return { release, ...left };
  }

  /**
   * Ends: takes no more connections, tells WebSockets to connect anew, finishes what is under way for so many seconds, and cuts off the rest.
   */
  async end(grace: number): Promise<void> {
    const closing = this.#gateway.closeAllBut(null, grace * 1_000);
    const upstreams = [...this.#serving.values(), ...this.#leaving].map(({ upstream }) => upstream);
    for (const upstream of upstreams) upstream.letTunnelsGo();
    // Event streams have no other end.
    for (const upstream of upstreams) void upstream.idle().then(() => upstream.letGo());
    await closing;
    clearInterval(this.#sweeper);
    this.#names.close();
    for (const upstream of upstreams) upstream.close();
  }

  #write(state: SwitchState): void {
    writeSwitchState(this.#file, state);
    this.#state = state;
  }

  /** One change at a time, in the order of asking. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }

  #refuseServing(release: string): void {
    if (!this.#state.table?.services.some((each) => each.release === release)) return;
    throw new ConductorError({
      code: 'switch.serving',
      message: `${release} serves visitors: what they have open with it is not ended.`,
      hint: 'Route them to another release first.',
      exit: exitCode.unknown,
    });
  }

  #follow(): void {
    this.#names.follow(this.#state.table?.services.map(({ name }) => name) ?? []);
    this.#refresh();
  }

  /** Brings the gateway's table up to what is known of the names. Replicas that are routed no more finish what they have. */
  #refresh(): void {
    const { table } = this.#state;
    if (table === null) return;
    const before = this.#serving;
    this.#serving = new Map();
    const routes = table.services.flatMap((service): Route[] => {
      const upstreams = this.#names.of(service.name).map((address) => {
        const key = JSON.stringify([service.service, service.release, address, service.port, service.health]);
        const member = before.get(key) ?? this.#member(service, address);
        this.#serving.set(key, member);
        return member.upstream;
      });
      const { hosts, paths } = service;
      return paths.map((prefix) => ({ prefix, upstreams, ...(hosts && { hosts }) }));
    });
    this.#gateway.route(new RoutingTable(routes));
    for (const [key, member] of before) if (!this.#serving.has(key)) this.#leaving.add(member);
  }

  #member({ service, release, port, health }: RoutedService, host: string): Member {
    const options = { host, release, connectWithin, ...(health !== undefined && { health }) };
    return {
      process: `${this.#run} ${++this.#members} ${service} ${host}`,
      upstream: new Upstream(service, port, options),
    };
  }

  #sweep(): void {
    for (const member of this.#leaving) {
      const { upstream } = member;
      if (upstream.active === 0) upstream.retire();
      if (upstream.active === 0 && upstream.connections === 0) this.#leaving.delete(member);
    }
  }
}

/** Resolves when all have, or after so many ms. */
async function soon(all: readonly Promise<unknown>[], ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
}

const unresolved = (names: readonly string[], within: number): ConductorError =>
  new ConductorError({
    code: 'switch.unresolved',
    message: `No address was found within ${within} s for ${names.join(', ')}. What served goes on serving.`,
    hint: 'None of its tasks is healthy, or it is not in the network of the switch.',
    exit: exitCode.deployFailed,
  });
