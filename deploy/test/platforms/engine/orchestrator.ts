import type { Behaviour } from '../twin.ts';
import type { Cluster, Service, Task, TaskStatus } from './cluster.ts';
import { type Conduct, conductOf, subject, variablesOf } from './conduct.ts';
import { tagged } from './image-store.ts';
import { holds, place } from './scheduler.ts';
import { isChecked, isOneShot, milliseconds, type TaskTemplate } from './specification.ts';

/** How a task ends that is to end. */
export interface OnceEnd {
  readonly exitCode: number;
  readonly lines?: readonly string[];
  /** What it writes to stderr. */
  readonly complaints?: readonly string[];
}

/** What a test decides. Times are milliseconds. */
export interface Script {
  behave(service: string, variables: Readonly<Record<string, string>>): Behaviour;
  /** How long a container takes to end when it is told to. */
  endsIn(service: string): number;
  /** How long a task runs that is to end, and one is healthy that becomes sick. */
  readonly times: { readonly taskTime: number; readonly sickAfter: number };
  /** What a task that is to end writes, and ends with; null: it ends well and writes nothing. */
  once(task: Task): OnceEnd | null;
  /** A registry has the image and can be reached. */
  registryHas(name: string): boolean;
}

/** The engine's defaults. */
const restartDelay = 5_000;
const stopGrace = 10_000;
const history = 5;
/** From the order to a node until the container is there. */
const prepareTime = 400;
const startTime = 300;
/** Until a health check has said yes. */
const checkTime = 1_200;

/** Makes tasks until a service has as many as it wants, and moves each through its states. */
export class Orchestrator {
  readonly #cluster: Cluster;
  readonly #script: Script;
  /** Called when a task runs, and when one has ended by itself or as it was told to. */
  onChange: (task: Task) => void = () => {};

  constructor(cluster: Cluster, script: Script) {
    this.#cluster = cluster;
    this.#script = script;
  }

  /** As many tasks as are wanted. */
  reconcile(service: Service): void {
    if (!this.#cluster.services.includes(service)) return;
    const { Mode } = service.spec;
    const here = this.#cluster.tasksOf(service);
    const live = here.filter(isWanted);
    const wanted = Mode.Global
      ? this.#cluster.nodes.filter((one) => one.spec.Availability === 'active').length
      : (Mode.Replicated?.Replicas ?? Mode.ReplicatedJob?.TotalCompletions ?? 1);
    // What has ended and is not to be started again has its slot still.
    const kept = isOneShot(service.spec) ? here : live;
    const slots = new Set(kept.map(({ slot }) => slot));
    const surplus = [...slots].toSorted((a, b) => b - a).slice(0, Math.max(0, slots.size - wanted));
    for (const one of kept) if (surplus.includes(one.slot)) this.stop(one, 'remove');
    for (let slot = 1, missing = wanted - slots.size; missing > 0; slot++) {
      if (slots.has(slot)) continue;
      this.start(service, slot);
      missing--;
    }
  }

  /** @param delay milliseconds until it may start; until then it only gets ready */
  start(service: Service, slot: number, delay = 0): Task {
    const cluster = this.#cluster;
    const { Runtime: _, ...spec } = structuredClone(service.spec.TaskTemplate) as TaskTemplate & {
      Runtime?: string;
    };
    const task: Task = {
      id: cluster.ids.swarm('task'),
      service,
      slot,
      spec,
      labels: { ...service.spec.Labels },
      createdAt: cluster.now,
      number: cluster.change(),
      variables: variablesOf(cluster, spec),
      addresses: new Map(),
      lines: [],
      updatedAt: cluster.now,
      version: cluster.change(),
      node: null,
      containerId: null,
      desired: delay > 0 ? 'ready' : 'running',
      status: { state: 'new', message: 'created', at: cluster.now },
      coming: [],
    };
    cluster.tasks.push(task);
    this.#prune(service, slot);
    const conduct = conductOf(this.#script.behave(subject(service), task.variables), isOneShot(service.spec));
    if (delay > 0)
      this.#later(task, delay, () => {
        task.desired = 'running';
        if (task.status.state === 'ready') this.#startContainer(task, conduct);
      });
    if (conduct === 'removed') cluster.timeline.after(1_000, () => this.remove(service));
    this.#later(task, 50, () => {
      this.#become(task, 'pending', 'pending task scheduling');
      this.#schedule(task, conduct);
    });
    return task;
  }

  /** Tells a task to end. `remove`: it is forgotten then. */
  stop(task: Task, desired: 'shutdown' | 'remove'): void {
    if (task.desired === 'shutdown' || task.desired === 'remove') {
      if (desired === 'remove') task.desired = 'remove';
      if (desired === 'remove' && hasEnded(task)) this.#forget(task);
      return;
    }
    this.#cancel(task);
    task.desired = desired;
    task.version = this.#cluster.change();
    const runs = task.containerId !== null && !hasEnded(task);
    const grace = task.spec.ContainerSpec?.StopGracePeriod;
    const limit = grace === undefined ? stopGrace : milliseconds(grace);
    const takes = runs ? this.#script.endsIn(subject(task.service)) : 0;
    // On a node that is away nobody hears it.
    if (runs && !task.node?.heard) return;
    if (runs) task.status = { ...task.status, exitCode: -1 };
    this.#later(task, Math.min(takes, limit), () =>
      this.#stopped(task, runs ? { exitCode: takes > limit ? 137 : 0 } : {}),
    );
  }

  #stopped(task: Task, how: Partial<TaskStatus>): void {
    if (!hasEnded(task)) this.#become(task, 'shutdown', 'shutdown', how);
    if (task.desired === 'remove') this.#forget(task);
    this.onChange(task);
  }

  /** A service that is not there any more: what runs of it is told to end, the rest is forgotten. */
  remove(service: Service): void {
    const cluster = this.#cluster;
    service.generation++;
    cluster.services = cluster.services.filter((one) => one !== service);
    for (const task of cluster.tasksOf(service)) this.stop(task, 'remove');
  }

  /** What waits for a node looks for one again; what runs on one that is away, or to be emptied, runs elsewhere. */
  nodesChanged(): void {
    for (const task of [...this.#cluster.tasks]) {
      if (!task.node || hasEnded(task)) continue;
      if (!isWanted(task)) {
        // Told to end while its node was away.
        if (task.node.state === 'ready' && task.coming.length === 0) this.#stopped(task, { exitCode: 0 });
        continue;
      }
      if (task.node.state === 'ready' && task.node.spec.Availability !== 'drain') continue;
      this.stop(task, 'shutdown');
      this.start(task.service, task.slot);
    }
    for (const task of this.#cluster.tasks)
      if (task.status.state === 'pending' && isWanted(task)) this.#retry(task);
    for (const service of [...this.#cluster.services]) this.reconcile(service);
  }

  readonly #waiting = new Map<Task, Conduct>();

  #retry(task: Task): void {
    const conduct = this.#waiting.get(task);
    if (conduct) this.#schedule(task, conduct);
  }

  #schedule(task: Task, conduct: Conduct): void {
    const { nodes } = this.#cluster;
    const where =
      conduct === 'no-node'
        ? `no suitable node (scheduling constraints not satisfied on ${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`})`
        : place(this.#cluster, task);
    if (typeof where === 'string') {
      this.#become(task, 'pending', 'pending task scheduling', { error: where });
      this.#waiting.set(task, conduct);
      return;
    }
    this.#waiting.delete(task);
    task.node = where;
    for (const { Target } of task.spec.Networks ?? []) {
      const network = this.#cluster.networks.find(({ id }) => id === Target);
      if (!network) continue;
      network.addresses++;
      task.addresses.set(network.id, `10.0.${network.subnet}.${1 + network.addresses}/24`);
    }
    this.#become(task, 'assigned', 'scheduler assigned task to node');
    this.#later(task, 100, () => this.#become(task, 'accepted', 'accepted'));
    this.#later(task, 200, () => this.#become(task, 'preparing', 'preparing'));
    this.#later(task, prepareTime, () => this.#prepare(task, conduct));
  }

  #prepare(task: Task, conduct: Conduct): void {
    const name = task.spec.ContainerSpec?.Image ?? '';
    const { images } = task.node!;
    if (!images.find(name) && name !== '' && !name.startsWith('sha256:') && this.#script.registryHas(name))
      images.add({
        ...images.blank(name, this.#cluster.now),
        ...(name.includes('@') ? { digests: new Set([name]) } : { tags: new Set([tagged(name)]) }),
      });
    if (conduct === 'no-image' || !images.find(name))
      this.#end(task, 'rejected', 'preparing', { error: `No such image: ${name}` });
    else if (task.desired === 'ready') this.#become(task, 'ready', 'prepared');
    else this.#startContainer(task, conduct);
  }

  #startContainer(task: Task, conduct: Conduct): void {
    task.containerId = this.#cluster.ids.long('container');
    this.#addVolumes(task);
    this.#become(task, 'starting', 'starting');
    const sick = conduct === 'unhealthy' && isChecked(task.spec);
    if (conduct === 'odd-word') this.#later(task, startTime, () => this.#become(task, 'frobnicating', ''));
    else if (conduct === 'crash' || conduct === 'silent-crash') this.#crash(task, conduct === 'crash');
    else if (sick) this.#later(task, patience(task.spec), () => this.#finish(task));
    else this.#run(task, conduct);
    if (!conduct.endsWith('crash')) this.#say(task, 'stdout', `${subject(task.service)} starts`);
  }

  #crash(task: Task, says: boolean): void {
    const checked = isChecked(task.spec);
    if (!checked) this.#later(task, 100, () => this.#become(task, 'running', 'started'));
    this.#later(task, startTime, () => {
      if (says) this.#say(task, 'stderr', ...evidence(subject(task.service)));
      const error = 'task: non-zero exit (3)';
      this.#end(task, 'failed', checked ? 'starting' : 'started', { error, exitCode: 3 });
    });
  }

  #run(task: Task, conduct: Conduct): void {
    const oneShot = isOneShot(task.service.spec);
    const { taskTime, sickAfter } = this.#script.times;
    this.#later(task, isChecked(task.spec) ? checkTime : startTime, () => {
      this.#become(task, 'running', 'started');
      if (!oneShot) this.#say(task, 'stdout', `${subject(task.service)} is ready`);
      this.onChange(task);
      if (oneShot) this.#later(task, taskTime, () => this.#endOnce(task));
      else if (conduct === 'sick-later') this.#later(task, sickAfter, () => this.#finish(task));
    });
  }

  #endOnce(task: Task): void {
    const { exitCode, lines = [], complaints = [] } = this.#script.once(task) ?? { exitCode: 0 };
    this.#say(task, 'stdout', ...lines);
    this.#say(task, 'stderr', ...complaints);
    const error = `task: non-zero exit (${exitCode})`;
    if (exitCode === 0) this.#finish(task);
    else this.#end(task, 'failed', 'started', { error, exitCode });
  }

  /** It has ended in peace, as one that is unhealthy does, too. */
  #finish(task: Task): void {
    this.#end(task, 'complete', 'finished', { exitCode: 0 });
  }

  /** A task has ended by itself: another one takes its slot where the service says so. */
  #end(task: Task, state: string, message: string, more: Partial<TaskStatus>): void {
    this.#cancel(task);
    this.#become(task, state, message, more);
    task.desired = 'shutdown';
    const { service } = task;
    const { Condition = 'any', Delay, MaxAttempts = 0 } = task.spec.RestartPolicy ?? {};
    const ended = this.#cluster.tasksOf(service).filter((one) => one.slot === task.slot && hasEnded(one));
    const again =
      this.#cluster.services.includes(service) &&
      !isOneShot(service.spec) &&
      (Condition === 'any' || (Condition === 'on-failure' && state !== 'complete')) &&
      (MaxAttempts === 0 || ended.length <= MaxAttempts);
    this.onChange(task);
    const another = this.#cluster
      .tasksOf(service)
      .some((one) => one.number > task.number && one.slot === task.slot && isWanted(one));
    if (again && !another)
      this.start(service, task.slot, Delay === undefined ? restartDelay : milliseconds(Delay));
  }

  /** A program in a container writes. */
  #say(task: Task, output: 'stdout' | 'stderr', ...texts: string[]): void {
    for (const text of texts) task.lines.push({ at: this.#cluster.now, output, text });
  }

  #addVolumes(task: Task): void {
    const { volumes, now } = this.#cluster;
    for (const { Type, Source, VolumeOptions } of task.spec.ContainerSpec?.Mounts ?? []) {
      if (Type !== 'volume' || !Source) continue;
      if (volumes.some(({ name, node }) => name === Source && node === task.node)) continue;
      volumes.push({ name: Source, node: task.node!, createdAt: now, labels: VolumeOptions?.Labels ?? {} });
    }
  }

  #become(task: Task, state: string, message: string, more: Partial<TaskStatus> = {}): void {
    task.status = { state, message, at: this.#cluster.now, ...more };
    task.updatedAt = this.#cluster.now;
    task.version = this.#cluster.change();
    if (hasEnded(task)) this.#portsFreed(task);
  }

  #portsFreed(task: Task): void {
    if (!task.service.spec.EndpointSpec?.Ports?.length) return;
    this.#cluster.timeline.after(0, () => {
      for (const one of this.#cluster.tasks)
        if (one.status.state === 'pending' && isWanted(one)) this.#retry(one);
    });
  }

  #later(task: Task, milliseconds: number, run: () => void): void {
    task.coming.push(this.#cluster.timeline.after(milliseconds, run));
  }

  #cancel(task: Task): void {
    for (const one of task.coming) one.canceled = true;
    task.coming = [];
  }

  #forget(task: Task): void {
    this.#cluster.tasks = this.#cluster.tasks.filter((one) => one !== task);
  }

  /** Of each slot the last few tasks are remembered. */
  #prune(service: Service, slot: number): void {
    const all = this.#cluster.tasksOf(service).filter((one) => one.slot === slot);
    for (const one of all.filter(hasEnded).slice(0, Math.max(0, all.length - history))) this.#forget(one);
  }
}

/** It is to run, or to get ready for it. */
export const isWanted = ({ desired }: Task): boolean => desired === 'running' || desired === 'ready';

export const hasEnded = ({ status }: Task): boolean =>
  ['complete', 'failed', 'rejected', 'shutdown', 'orphaned'].includes(status.state);

/** A container is there in which programs can run. */
export const hasContainer = (task: Task): boolean => task.containerId !== null && holds(task);

/** Milliseconds until a health check that never says yes has said no often enough. */
function patience({ ContainerSpec }: TaskTemplate): number {
  const { Interval, Retries, StartPeriod = 0 } = ContainerSpec?.Healthcheck ?? {};
  return milliseconds(StartPeriod + (Interval || 30e9) * (Retries || 3));
}

/** What a program that crashes leaves behind. */
const evidence = (service: string): string[] => [
  `${service}: cannot start`,
  'Error: connect ECONNREFUSED 10.0.1.99:27017',
];
