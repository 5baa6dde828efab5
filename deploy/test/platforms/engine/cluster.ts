import type { Ids } from './ids.ts';
import type { ImageStore } from './image-store.ts';
import { Refused } from './refused.ts';
import type { ServiceSpec, TaskTemplate } from './specification.ts';
import type { Coming, Timeline } from './timeline.ts';

export interface Node {
  readonly id: string;
  readonly hostname: string;
  readonly images: ImageStore;
  address: string;
  /** Its engine's own word for where it belongs: to this swarm, to none, to somebody else's. */
  belongs: 'here' | 'nowhere' | 'elsewhere';
  /** It still takes part in the orders of the managers; one that was demoted does so for a moment. */
  manages: boolean;
  version: number;
  createdAt: number;
  updatedAt: number;
  spec: { Labels: Record<string, string>; Role: string; Availability: string };
  /** `ready`, `down`, `disconnected`, `unknown`. */
  state: string;
  leader: boolean;
  /** The managers hear of it. */
  heard: boolean;
  /** Nothing runs there any more. */
  gone: boolean;
  /** Of managers: `reachable`, `unreachable`. */
  reachability: string;
}

export interface UpdateStatus {
  State: string;
  StartedAt?: string;
  CompletedAt?: string;
  Message: string;
}

export interface Service {
  readonly id: string;
  /** Somebody else's: whoever writes to it has gone wrong. */
  readonly foreign: boolean;
  version: number;
  readonly createdAt: number;
  updatedAt: number;
  spec: ServiceSpec;
  previous: ServiceSpec | null;
  update: UpdateStatus | null;
  /** Counts the updates; what an older one has still to do is void. */
  generation: number;
}

export interface TaskStatus {
  readonly state: string;
  readonly message: string;
  readonly at: number;
  readonly error?: string;
  readonly exitCode?: number;
}

export interface LogLine {
  readonly at: number;
  readonly output: 'stdout' | 'stderr';
  readonly text: string;
}

export interface Task {
  readonly id: string;
  readonly service: Service;
  readonly slot: number;
  readonly spec: TaskTemplate;
  /** Labels of the service when the task was made. */
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** The how manieth it is. */
  readonly number: number;
  /** What its program sees in its environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly addresses: Map<string, string>;
  readonly lines: LogLine[];
  updatedAt: number;
  version: number;
  node: Node | null;
  containerId: string | null;
  desired: 'running' | 'ready' | 'shutdown' | 'remove';
  status: TaskStatus;
  /** What is going to happen to it by itself. */
  coming: Coming[];
}

/** A secret or a config. */
export interface StoredFile {
  readonly id: string;
  readonly createdAt: number;
  version: number;
  updatedAt: number;
  readonly name: string;
  labels: Record<string, string>;
  readonly data: Buffer;
  readonly foreign: boolean;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly version: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly subnet: number;
  addresses: number;
  readonly foreign: boolean;
}

export interface Volume {
  readonly name: string;
  readonly node: Node;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** All that the managers of a swarm know, and what lies on its nodes. */
export class Cluster {
  readonly timeline: Timeline;
  readonly ids: Ids;
  readonly id: string;
  readonly createdAt: number;
  /** The machine that is asked is part of a swarm. */
  active = true;
  /** Enough managers are there to decide anything. */
  quorum = true;
  /** Nothing more can be written to the disk of any node. */
  diskFull = false;
  readonly nodes: Node[] = [];
  services: Service[] = [];
  tasks: Task[] = [];
  secrets: StoredFile[] = [];
  configs: StoredFile[] = [];
  networks: Network[] = [];
  volumes: Volume[] = [];
  #index = 10;

  constructor(timeline: Timeline, ids: Ids) {
    this.timeline = timeline;
    this.ids = ids;
    this.id = ids.swarm('swarm');
    this.createdAt = timeline.now;
  }

  get now(): number {
    return this.timeline.now;
  }

  /** The number of the next change: it makes the version of whatever changes. */
  change(): number {
    this.#index++;
    return this.#index;
  }

  /** By id, the beginning of an id, or name. */
  service(key: string): Service {
    return found(this.services, key, ({ spec }) => spec.Name, 'service');
  }

  task(key: string): Task {
    return found(this.tasks, key, () => '', 'task');
  }

  network(key: string): Network {
    return found(this.networks, key, ({ name }) => name, 'network');
  }

  node(key: string): Node {
    return found(this.nodes, key, ({ hostname }) => hostname, 'node');
  }

  tasksOf(service: Service): Task[] {
    return this.tasks.filter((one) => one.service === service);
  }
}

export function found<One extends { readonly id: string }>(
  all: readonly One[],
  key: string,
  name: (one: One) => string,
  kind: string,
): One {
  const one =
    all.find(({ id }) => id === key) ??
    all.find((each) => name(each) === key) ??
    all.find(({ id }) => key.length > 3 && id.startsWith(key));
  if (!one) throw new Refused(404, `${kind} ${key} not found`);
  return one;
}

/** Time as the engine writes it; `more` nanoseconds tell two things of one millisecond apart. */
export const iso = (at: number, more = 0): string =>
  new Date(at).toISOString().replace('Z', more ? `${String(more).padStart(6, '0')}Z` : 'Z');
