import { isDeepStrictEqual } from 'node:util';
import { type Cluster, iso, type Service, type Task } from './cluster.ts';
import { hasEnded, isWanted, type Orchestrator } from './orchestrator.ts';
import { milliseconds, type ServiceSpec, type UpdateConfig } from './specification.ts';

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
    const before = service.spec;
    service.previous = before;
    this.#replace(service, spec);
    // Without a change of its tasks it disappears, and never says that it is done.
    service.update = null;
    if (isDeepStrictEqual(before.TaskTemplate, spec.TaskTemplate)) this.#orchestrator.reconcile(service);
    else this.#roll(service, spec.UpdateConfig ?? {}, 'update');
  }

  #replace(service: Service, spec: ServiceSpec): void {
    service.spec = spec;
    service.version = this.#cluster.change();
    service.updatedAt = this.#cluster.now;
    service.generation++;
  }

  #roll(service: Service, config: UpdateConfig, kind: 'update' | 'rollback'): void {
    const { timeline } = this.#cluster;
    const { generation } = service;
    const current = () => service.generation === generation && this.#cluster.services.includes(service);
    const after = (delay: number, run: () => void) =>
      timeline.after(delay, () => {
        if (current()) run();
      });
    const startedAt = iso(timeline.now);
    const say = (State: string, Message: string, done = false) => {
      service.update = {
        State,
        StartedAt: startedAt,
        ...(done ? { CompletedAt: iso(timeline.now) } : {}),
        Message,
      };
    };
    if (kind === 'update')
      after(silence, () => {
        service.update ??= { State: 'updating', StartedAt: startedAt, Message: 'update in progress' };
      });
    const monitor = config.Monitor === undefined ? usualMonitor : milliseconds(config.Monitor);
    const old = this.#cluster
      .tasksOf(service)
      .filter(isWanted)
      .toSorted((a, b) => a.slot - b.slot);
    const queue = [...old];
    let open = 0;
    const fail = (task: Task, proceed: () => void): void => {
      if (!current()) return;
      const why = `due to failure or early termination of task ${task.id}`;
      const action = kind === 'rollback' ? 'pause' : (config.FailureAction ?? 'pause');
      if (action === 'continue') {
        proceed();
        return;
      }
      if (action === 'rollback' && service.previous) {
        const { previous } = service;
        service.previous = null;
        this.#replace(service, previous);
        service.update = {
          State: 'rollback_started',
          StartedAt: startedAt,
          Message: `update rolled back ${why}`,
        };
        this.#roll(service, previous.RollbackConfig ?? {}, 'rollback');
        return;
      }
      service.generation++;
      say(kind === 'rollback' ? 'rollback_paused' : 'paused', `${kind} paused ${why}`);
    };
    const done = () => {
      if (open > 0 || queue.length > 0) return;
      after(kind === 'rollback' ? 0 : monitor, () => {
        if (kind === 'rollback') say('rollback_completed', 'rollback completed', true);
        else say('completed', 'update completed', true);
        this.#orchestrator.reconcile(service);
      });
    };
    const next = () => {
      const task = queue.shift();
      if (!task) return done();
      open++;
      const proceed = () => {
        open--;
        if (config.Delay) after(milliseconds(config.Delay), next);
        else next();
      };
      this.#swap(service, task, config.Order === 'start-first', monitor, proceed, fail, current);
    };
    const parallel = config.Parallelism === 0 ? queue.length : (config.Parallelism ?? 1);
    if (queue.length === 0) {
      this.#orchestrator.reconcile(service);
      done();
    }
    for (let i = 0; i < Math.min(parallel, old.length); i++) next();
  }

  /** Puts a task in the place of another one, and watches it for a while. */
  #swap(
    service: Service,
    old: Task,
    startFirst: boolean,
    monitor: number,
    proceed: () => void,
    fail: (task: Task, proceed: () => void) => void,
    current: () => boolean,
  ): void {
    const start = () => {
      if (!current()) return;
      const fresh = this.#orchestrator.start(service, old.slot);
      const until = this.#cluster.now + monitor;
      let ran = false;
      this.#watched.set(fresh, (task) => {
        if (task.status.state === 'running' && !ran && current()) {
          ran = true;
          if (startFirst) this.#orchestrator.stop(old, 'shutdown');
          proceed();
        }
        if (!hasEnded(task)) return;
        this.#watched.delete(task);
        if (!ran || this.#cluster.now <= until) fail(task, ran ? () => {} : proceed);
      });
    };
    if (startFirst) start();
    else {
      this.#watched.set(old, (task) => {
        this.#watched.delete(task);
        start();
      });
      this.#orchestrator.stop(old, 'shutdown');
    }
  }
}
