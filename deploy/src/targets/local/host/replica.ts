import { setTimeout as sleep } from 'node:timers/promises';
import { Child, type ChildSpec, describeExit } from './child.ts';
import { describeListening, listeningOf } from './listening.ts';
import { note } from './log-file.ts';
import { makePipes, removePipe } from './log-pipe.ts';
import { nothingListens, type Probe } from './probe.ts';
import type { ProcessId } from './process-id.ts';

/** `starting`: not yet ready. `unready`: was ready, and says that it is not now. `down`: waits to be started again. */
export type ReplicaState = 'starting' | 'ready' | 'unready' | 'down' | 'stopped';

export interface ReplicaSpec extends ChildSpec {
  /** "backend 1" */
  readonly title: string;
  readonly port: number;
  readonly probe: Probe;
}

/** What a replica leaves behind for a host after this one. */
export interface ReplicaRecord {
  readonly id: ProcessId | null;
  readonly restarts: number;
}

/** ms between two probes: while it starts, and once it is ready. */
const startingPoll = 50;
const readyPoll = 1_000;
/** ms before a crashed process starts again: at once, then ever later, until it has run for a while. */
const backOff = [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];
const calm = 30_000;
/** ms to wait for the end of a process that has stopped answering. */
const lastWords = 250;
/** ms without any answer after which a process that was ready is taken to hang, and is ended so as to start again. */
const hangLimit = 30_000;

/** One process that is kept running: started, probed, started again when it ends by itself. */
export class Replica {
  readonly spec: ReplicaSpec;
  state: ReplicaState = 'starting';
  restarts: number;
  /** Why it is not ready, for people. */
  reason = 'not started';
  #child: Child | null = null;
  #supervised = false;
  #failures = 0;
  #bornAt = 0;
  #readyOnce = false;
  readonly #stopping = new AbortController();
  readonly #onChange: () => void;
  #waiting: (() => void)[] = [];

  constructor(spec: ReplicaSpec, onChange: () => void, restarts = 0) {
    this.spec = spec;
    this.restarts = restarts;
    this.#onChange = onChange;
  }

  get record(): ReplicaRecord {
    return { id: this.#child?.id ?? null, restarts: this.restarts };
  }

  get pid(): number | null {
    return this.#child?.running === true ? (this.#child.id?.pid ?? null) : null;
  }

  /** Starts the process. It is not started again when it ends, until {@link supervise}. */
  start(): this {
    this.#readyOnce = false;
    this.#follow(Child.start(this.spec));
    return this;
  }

  /** Takes over the process of an earlier host. False when it is gone. */
  adopt(id: ProcessId): boolean {
    const child = Child.adopt(id, this.spec.pipe);
    if (child !== null) {
      this.#readyOnce = true;
      this.state = 'ready';
      this.#follow(child);
    }
    return child !== null;
  }

  /** From now on it is started again when it ends by itself; at once, if it has ended already. */
  supervise(): this {
    this.#supervised = true;
    if (this.#child === null || this.#child.exit !== null) void this.#revive();
    return this;
  }

  /** Resolves when it is ready; rejects with the reason when it ends, when `deadline` ms are over or when the signal aborts. */
  async untilReady(deadline: number, signal?: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(deadline);
    const stop = signal === undefined ? late : AbortSignal.any([late, signal]);
    while (this.state !== 'ready') {
      signal?.throwIfAborted();
      if (this.state === 'stopped' || (!this.#supervised && this.state === 'down'))
        throw this.#failure(this.reason);
      if (late.aborted) throw this.#failure(`not healthy after ${deadline / 1000} s: ${await this.#why()}`);
      await this.#changed(stop);
    }
  }

  /** Why it is not ready; of one that does not listen where it should, where it does. */
  async #why(): Promise<string> {
    const { reason, pid } = this;
    if (!reason.includes(nothingListens) || pid === null) return reason;
    const { port } = this.spec;
    return `${nothingListens} on port ${port}, which PORT tells it; ${describeListening(await listeningOf(pid), port)}`;
  }

  /** Resolves after `ms` of being ready all the time; rejects with the reason when it was not. */
  async staysReady(ms: number, signal?: AbortSignal): Promise<void> {
    const over = AbortSignal.timeout(ms);
    const stop = signal === undefined ? over : AbortSignal.any([over, signal]);
    while (!over.aborted) {
      signal?.throwIfAborted();
      if (this.state !== 'ready') throw await this.#notReadyAnyMore(this.reason);
      await this.#changed(stop);
    }
    // The last answer may be nearly a second old; a new one settles it.
    const reason = await this.spec.probe();
    if (this.state !== 'ready' || reason !== null) {
      throw await this.#notReadyAnyMore(reason ?? this.reason);
    }
  }

  /** Resolves after `ms` in which its process did not end by itself; rejects with how it ended. */
  async staysUp(ms: number): Promise<void> {
    const child = this.#child;
    const over = new AbortController();
    const exit = await Promise.race([
      child?.exited,
      sleep(ms, null, { signal: over.signal }).catch(() => null),
    ]);
    over.abort();
    if (exit) throw this.#failure(`was healthy, and then ${describeExit(exit)}`);
  }

  /** A process that stops answering is often about to end; how it ended says more than that nothing listens. */
  async #notReadyAnyMore(reason: string): Promise<ReplicaFailure> {
    await Promise.race([this.#child?.exited, sleep(lastWords)]);
    return this.#failure(`was healthy, and then ${this.state === 'down' ? this.reason : reason}`);
  }

  /** Ends it: SIGTERM, and SIGKILL after `grace` ms. */
  async stop(grace: number): Promise<void> {
    this.#stopping.abort();
    this.#supervised = false;
    const child = this.#child;
    const before = this.state;
    this.#become('stopped', 'stopped');
    const running = child !== null && child.exit === null;
    const exit = running ? await child.stop(grace) : null;
    removePipe(this.spec.pipe);
    if (exit !== null && before !== 'down')
      note(this.spec.log, `${this.spec.title} stopped (${describeExit(exit)})`);
  }

  #follow(child: Child): void {
    this.#child = child;
    this.#bornAt = performance.now();
    if (this.state !== 'ready') this.#become('starting', 'starting');
    else this.#notify();
    void child.exited.then((exit) => {
      if (this.#child !== child || this.#stopping.signal.aborted) return;
      note(this.spec.log, `${this.spec.title} ${describeExit(exit)}`);
      this.#become('down', describeExit(exit));
      if (this.#supervised) void this.#revive();
    });
    void this.#watch(child);
  }

  async #revive(): Promise<void> {
    if (performance.now() - this.#bornAt > calm) this.#failures = 0;
    const pause = backOff[Math.min(this.#failures++, backOff.length - 1)] ?? 0;
    try {
      await sleep(pause, undefined, { signal: this.#stopping.signal });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      throw error;
    }
    await makePipes([this.spec.pipe]);
    if (this.#stopping.signal.aborted) return;
    this.restarts++;
    note(this.spec.log, `${this.spec.title} starts again (restart ${this.restarts})`);
    this.start();
  }

  /** Probes the process for as long as it runs. */
  async #watch(child: Child): Promise<void> {
    let silentSince: number | null = null;
    const { signal } = this.#stopping;
    while (child.exit === null && !signal.aborted) {
      const reason = await this.spec.probe();
      if (child.exit !== null || signal.aborted || this.#child !== child) return;
      if (reason === null) {
        this.#readyOnce = true;
        if (this.state !== 'ready') this.#become('ready', 'ready');
      } else {
        this.#become(this.#readyOnce ? 'unready' : 'starting', reason);
      }
      const silent = reason !== null && !reason.includes('answered');
      silentSince = silent ? (silentSince ?? performance.now()) : null;
      if (this.#readyOnce && silentSince !== null && performance.now() - silentSince > hangLimit) {
        note(this.spec.log, `${this.spec.title} has not answered for ${hangLimit / 1000} s and is ended`);
        await child.stop(1_000);
        return;
      }
      // A replica of a running service need not be asked often; one on its way up is waited for.
      await sleep(this.state === 'ready' ? readyPoll : startingPoll, undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  #become(state: ReplicaState, reason: string): void {
    const same = this.state === state && this.reason === reason;
    this.reason = reason;
    this.state = state;
    if (!same) this.#notify();
  }

  #notify(): void {
    this.#onChange();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves at the next change, or when the signal aborts. */
  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      if (signal.aborted) resolve();
      else {
        signal.addEventListener('abort', wake);
        this.#waiting.push(wake);
      }
    });
  }

  #failure(reason: string): ReplicaFailure {
    return new ReplicaFailure(this.spec.title, reason);
  }
}

/** A replica did not come up, or did not stay up. */
export class ReplicaFailure extends Error {
  constructor(title: string, reason: string) {
    super(`${title} ${reason}`);
    this.name = 'ReplicaFailure';
  }
}
