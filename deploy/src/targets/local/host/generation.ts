import { randomBytes } from 'node:crypto';
import { programOf } from 'conductor-backup/program';
import type { Route } from '../../../gateway/routing-table.ts';
import { Upstream } from '../../../gateway/upstream.ts';
import type { Files } from '../files/file-server.ts';
import { type Addresses, serviceEnvironment } from './environment.ts';
import { logPath } from './log-file.ts';
import { makePipes, pipePath, removePipe } from './log-pipe.ts';
import { freePort } from './ports.ts';
import { answerProbe, httpProbe, type Probe, runningProbe } from './probe.ts';
import type { RolloutSpec, ServiceSpec } from './protocol.ts';
import { Replica, type ReplicaSpec } from './replica.ts';
import type { GenerationState, Role } from './state.ts';

/** One replica of a service and its place behind the gateway. */
export interface Member {
  readonly service: ServiceSpec;
  readonly index: number;
  readonly port: number;
  /** Replaced when it has been stopped and must run again. */
  replica: Replica;
  readonly upstream: Upstream;
}

/** The running processes of one deploy of a release. */
export class Generation {
  readonly id: string;
  readonly spec: RolloutSpec;
  role: Role;
  until: number | null;
  readonly members: Member[];
  readonly #onChange: () => void;

  private constructor(state: GenerationState, addresses: Addresses, logs: string, onChange: () => void) {
    this.id = state.id;
    this.spec = state.spec;
    this.role = state.role;
    this.until = state.until;
    this.#onChange = onChange;
    this.members = state.replicas.flatMap(({ service: name, index, port, restarts }) => {
      const service = state.spec.services.find((each) => each.name === name);
      if (service === undefined) return [];
      const spec = replicaSpec(state.spec, service, index, port, addresses, logs);
      const replica = new Replica(spec, onChange, restarts);
      const upstream = new Upstream(name, port, {
        release: state.spec.version,
        ...(service.health && { health: service.health.path }),
      });
      return [{ service, index, port, replica, upstream }];
    });
  }

  /** A generation that has not run yet: each replica gets a port, nothing is started. */
  static async fresh(
    spec: RolloutSpec,
    stores: ReadonlyMap<string, string>,
    reserved: ReadonlySet<number>,
    logs: string,
    onChange: () => void,
  ): Promise<Generation> {
    const taken = new Set(reserved);
    const replicas: GenerationState['replicas'] = [];
    for (const service of spec.services) {
      for (let index = 1; index <= service.replicas; index++) {
        const port = await freePort(taken);
        taken.add(port);
        replicas.push({ service: service.name, index, port, id: null, restarts: 0 });
      }
    }
    const id = randomBytes(6).toString('hex');
    const state: GenerationState = { id, role: 'candidate', until: null, spec, replicas };
    const generation = Generation.restored(state, stores, logs, onChange);
    await makePipes(generation.members.map(({ replica }) => replica.spec.pipe));
    return generation;
  }

  /** A generation as an earlier host has left it; its processes are not looked for yet. */
  static restored(
    state: GenerationState,
    stores: ReadonlyMap<string, string>,
    logs: string,
    onChange: () => void,
  ): Generation {
    const ports = Map.groupBy(state.replicas, ({ service }) => service);
    const addresses: Addresses = {
      stores,
      ports: new Map([...ports].map(([name, replicas]) => [name, replicas.map(({ port }) => port)])),
    };
    return new Generation(state, addresses, logs, onChange);
  }

  get record(): GenerationState {
    return {
      id: this.id,
      role: this.role,
      until: this.until,
      spec: this.spec,
      replicas: this.members.map(({ service, index, port, replica }) => ({
        service: service.name,
        index,
        port,
        ...replica.record,
      })),
    };
  }

  /** What the gateway needs: ready replicas; where none is, those that still run, for their answer is better than none. */
  routes(): Route[] {
    return this.spec.services.flatMap((service) => {
      const members = this.members.filter((member) => member.service === service);
      const ready = members.filter(({ replica }) => replica.state === 'ready');
      const usable = ready.length > 0 ? ready : members.filter(({ replica }) => replica.state === 'unready');
      return service.paths.map((prefix) => ({ prefix, upstreams: usable.map(({ upstream }) => upstream) }));
    });
  }

  of(pick: (service: ServiceSpec) => boolean): Member[] {
    return this.members.filter(({ service }) => pick(service));
  }

  /** Takes over the replicas that an earlier generation of the same release still keeps warm, instead of starting its own. */
  takeWarm(previous: Generation): void {
    for (const [at, { service, index, replica }] of this.members.entries()) {
      const warm = previous.members.find(
        (each) =>
          each.service.name === service.name && each.index === index && each.replica.state === 'ready',
      );
      // What it refers to must still be where it was: a store may be another one by now, a service without paths has ended.
      if (warm === undefined || !isSame(warm.replica.spec, replica.spec)) continue;
      previous.members.splice(previous.members.indexOf(warm), 1);
      removePipe(replica.spec.pipe);
      this.members[at] = { ...warm, service };
    }
  }

  /**
   * Ends what clients still have open with a generation that is only kept warm, when each service's drain time is over, or nothing else is
   * under way with it: they are to come back, and get to the release that serves.
   */
  async letGo(): Promise<void> {
    await Promise.all(
      this.members.map(async (member) => {
        await idleWithin(member.upstream, member.service.drain);
        // By now it may serve again.
        if (this.role === 'previous' && this.members.includes(member)) member.upstream.letGo();
      }),
    );
  }

  /** Runs a replica again that has been stopped. */
  async restart(member: Member): Promise<void> {
    await makePipes([member.replica.spec.pipe]);
    member.replica = new Replica(member.replica.spec, this.#onChange, member.replica.restarts)
      .start()
      .supervise();
  }

  /**
   * Ends replicas without losing what they have under way: a service stops accepting when it is told to end, so it is told
   * only when the gateway has nothing under way with it. What is not finished within the service's drain time is cut off.
   */
  async drain(members: readonly Member[] = this.members): Promise<void> {
    await Promise.all(
      members.map(async ({ service, replica, upstream }) => {
        const end = performance.now() + service.drain * 1_000;
        await idleWithin(upstream, service.drain);
        await replica.stop(Math.max(500, end - performance.now()));
        upstream.close();
      }),
    );
  }
}

/** Resolves when nothing is under way, or after so many seconds. */
async function idleWithin(upstream: Upstream, seconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, seconds * 1_000);
  });
  await Promise.race([upstream.idle(), late]);
  clearTimeout(timer);
}

/** Whether two replicas of a release are the same but for their own port: what they refer to is where it was. */
function isSame(one: ReplicaSpec, other: ReplicaSpec): boolean {
  const essence = ({ command, cwd, env: { PORT: _port, ...env } }: ReplicaSpec) =>
    JSON.stringify([command, cwd, Object.entries(env).sort()]);
  return essence(one) === essence(other);
}

function replicaSpec(
  spec: RolloutSpec,
  service: ServiceSpec,
  index: number,
  port: number,
  addresses: Addresses,
  logs: string,
) {
  const log = logPath(logs, service.name, spec.version);
  return {
    title: service.replicas === 1 ? service.name : `${service.name} ${index}`,
    command: service.files ? serving(service.files) : service.start,
    cwd: service.cwd,
    env: serviceEnvironment(spec, service, port, addresses),
    log,
    pipe: pipePath(log, port),
    port,
    probe: probeOf(service, port, `localhost:${spec.port}`),
  };
}

/** The process that serves files for a service without a server of its own. */
const serving = (files: Files): string[] => [
  process.execPath,
  programOf(import.meta.filename, 'targets/local/files/main'),
  JSON.stringify(files),
];

/** How it is seen that a service can take work, as `docs/guides/your-application.md` says it. */
function probeOf({ health, paths }: ServiceSpec, port: number, host: string): Probe {
  if (health) return httpProbe(port, health.path, host);
  const [path] = paths;
  return path === undefined ? runningProbe : answerProbe(port, path, host);
}
