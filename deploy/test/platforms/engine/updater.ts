import { isDeepStrictEqual } from 'node:util';
import { type Cluster, iso, type Service, type Task } from './cluster.ts';
import { hasEnded, isWanted, type Orchestrator } from './orchestrator.ts';
import { milliseconds, type ServiceSpec, type TaskTemplate, type UpdateConfig } from './specification.ts';

/** Until the engine says that an update is under way. */
const silence = 300;
const usualMonitor = 5_000;

/** Swarm's own update of a service: replaces its tasks a few at a time, and takes it back, pauses or goes on when one fails. */
export class Updater {
  readonly #cluster: Cluster;
  readonly #orchestrator: Orchestrator;
  readonly #watched = new Map<Task, (task: Task) => void>();

  constructor(cluster: Cluster, orchestrator: Orchestrator) {
    this.#cluster = cluster;
    this.#orchestrator = orchestrator;
    orchestrator.onChange = (task) => this.#watched.get(task)?.(task);
  }

  /** A service gets another specification. */
  update(service: Service, spec: ServiceSpec): void {
    const same = isDeepStrictEqual(service.spec.TaskTemplate, spec.TaskTemplate);
    service.previous = service.spec;
    // Without a change of its tasks it disappears, and never says that it is done.
    service.update = null;
    this.replace(service, spec);
    this.#orchestrator.reconcile(service);
    if (!same) new Rolling(this, service, 'update').begin();
  }

  replace(service: Service, spec: ServiceSpec): void {
    service.spec = spec;
    service.version = this.#cluster.change();
    service.updatedAt = this.now;
    service.generation++;
  }

  get now(): number {
    return this.#cluster.now;
  }

  /** Is told of a task when it runs, and when it has ended. */
  watch(task: Task, tell: (task: Task) => void): void {
    this.#watched.set(task, tell);
  }

  unwatch(task: Task): void {
    this.#watched.delete(task);
  }

  get orchestrator(): Orchestrator {
    return this.#orchestrator;
  }

  get cluster(): Cluster {
    return this.#cluster;
  }
}

/** One update on its way, or the way back of one. */
class Rolling {
  readonly #updater: Updater;
  readonly #service: Service;
  readonly #kind: 'update' | 'rollback';
  readonly #config: UpdateConfig;
  readonly #generation: number;
  readonly #startedAt: string;
  readonly #monitor: number;
  /** Tasks of another specification, by slot. */
  readonly #queue: Task[][];
  #open = 0;

  constructor(updater: Updater, service: Service, kind: 'update' | 'rollback') {
    const { UpdateConfig = {}, RollbackConfig = {} } = service.spec;
    this.#updater = updater;
    this.#service = service;
    this.#kind = kind;
    this.#config = kind === 'update' ? UpdateConfig : RollbackConfig;
    this.#generation = service.generation;
    this.#startedAt = iso(updater.now);
    this.#monitor = this.#config.Monitor === undefined ? usualMonitor : milliseconds(this.#config.Monitor);
    this.#queue = this.#outdated();
  }

  begin(): void {
    if (this.#kind === 'update')
      this.#after(silence, () => {
        if (!this.#service.update) this.#say('updating', 'update in progress');
      });
    const { Parallelism = 1 } = this.#config;
    const count = Parallelism === 0 ? this.#queue.length : Math.min(Parallelism, this.#queue.length);
    if (count === 0) this.#done();
    for (let i = 0; i < count; i++) this.#next();
  }

  /** In a slot that has one of this specification, too, the others only end. */
  #outdated(): Task[][] {
    const { cluster, orchestrator } = this.#updater;
    const wanted = cluster.tasksOf(this.#service).filter(isWanted);
    const slots = [...new Set(wanted.map(({ slot }) => slot))].toSorted((a, b) => a - b);
    return slots.flatMap((slot) => {
      const here = wanted.filter((one) => one.slot === slot);
      const old = here.filter((one) => !isOf(one.spec, this.#service.spec.TaskTemplate));
      if (old.length === here.length) return [old];
      for (const one of old) orchestrator.stop(one, 'shutdown');
      return [];
    });
  }

  #isCurrent(): boolean {
    return (
      this.#service.generation === this.#generation && this.#updater.cluster.services.includes(this.#service)
    );
  }

  #after(delay: number, run: () => void): void {
    this.#updater.cluster.timeline.after(delay, () => {
      if (this.#isCurrent()) run();
    });
  }

  #say(State: string, Message: string, completed = false): void {
    this.#service.version = this.#updater.cluster.change();
    this.#service.update = {
      State,
      StartedAt: this.#startedAt,
      ...(completed ? { CompletedAt: iso(this.#updater.now) } : {}),
      Message,
    };
  }

  #next(): void {
    const old = this.#queue.shift();
    if (!old) {
      this.#done();
      return;
    }
    this.#open++;
    const { slot } = old[0]!;
    if (this.#config.Order === 'start-first') {
      this.#start(slot, old);
      return;
    }
    this.#updater.watch(old[0]!, (first) => {
      this.#updater.unwatch(first);
      if (this.#isCurrent()) this.#start(slot, []);
    });
    for (const one of old) this.#updater.orchestrator.stop(one, 'shutdown');
  }

  /** Starts one in the place of others, which end when it runs, and watches it for a while. */
  #start(slot: number, old: readonly Task[]): void {
    const fresh = this.#updater.orchestrator.start(this.#service, slot);
    const until = this.#updater.now + this.#monitor;
    let ran = false;
    this.#updater.watch(fresh, ({ status }) => {
      if (status.state === 'running' && !ran && this.#isCurrent()) {
        ran = true;
        for (const one of old) this.#updater.orchestrator.stop(one, 'shutdown');
        this.#proceed();
      }
      if (!hasEnded(fresh)) return;
      this.#updater.unwatch(fresh);
      if (this.#isCurrent() && (!ran || this.#updater.now <= until)) this.#fail(fresh, ran);
    });
  }

  #proceed(): void {
    this.#open--;
    if (this.#config.Delay) this.#after(milliseconds(this.#config.Delay), () => this.#next());
    else this.#next();
  }

  #fail(task: Task, counted: boolean): void {
    const service = this.#service;
    const { previous } = service;
    const why = `due to failure or early termination of task ${task.id}`;
    const action = this.#kind === 'rollback' ? 'pause' : (this.#config.FailureAction ?? 'pause');
    if (action === 'continue') {
      if (!counted) this.#proceed();
    } else if (action === 'rollback' && previous) {
      service.previous = null;
      this.#updater.replace(service, previous);
      this.#say('rollback_started', `update rolled back ${why}`);
      this.#updater.orchestrator.reconcile(service);
      new Rolling(this.#updater, service, 'rollback').begin();
    } else {
      this.#say(this.#kind === 'rollback' ? 'rollback_paused' : 'paused', `${this.#kind} paused ${why}`);
      service.generation++;
    }
  }

  #done(): void {
    if (this.#open > 0) return;
    this.#after(this.#kind === 'rollback' ? 0 : this.#monitor, () => {
      if (this.#kind === 'rollback') this.#say('rollback_completed', 'rollback completed', true);
      else this.#say('completed', 'update completed', true);
    });
  }
}

/** The engine keeps a task's template without the word for its runtime. */
function isOf(spec: TaskTemplate, template: TaskTemplate): boolean {
  const { Runtime: _, ...plain } = template as TaskTemplate & { Runtime?: string };
  return isDeepStrictEqual(spec, plain);
}
