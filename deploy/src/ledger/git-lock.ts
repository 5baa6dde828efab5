import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import type { GitRefs, Move } from './git-refs.ts';
import {
  type HeldLock,
  hasRunOut,
  heartbeatSeconds,
  type Lock,
  type LockRequest,
  lockSchema,
  lostLock,
} from './lock.ts';
import { processStart } from './process-start.ts';

const lockFile = 'lock.json';
/** Times that a write is tried again because someone else wrote in between. */
const attempts = 20;

interface SeenLock {
  readonly commit: string | null;
  readonly lock: Lock | undefined;
}

/**
 * The lock of an environment that a team shares through git, `refs/conductor/<environment>/lock`. What its holder writes is pushed
 * together with a renewal of the lock, both or neither, each only from what was read: whoever was overtaken cannot write, however
 * long it had been asleep.
 */
export class GitLock {
  readonly #refs: GitRefs;
  readonly #prefix: string;
  readonly #environment: string;
  readonly #place: string;
  /** Writes of this process follow one another: a heartbeat and an entry move the same ref. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(refs: GitRefs, prefix: string, environment: string, place: string) {
    this.#refs = refs;
    this.#prefix = prefix;
    this.#environment = environment;
    this.#place = place;
  }

  /**
   * Moves refs below the prefix together with a renewal of the lock, all or none. `moves` is asked again, after a new look at the
   * remote, when someone else wrote in between.
   * @throws {ConductorError} `lock.lost` (exit 6) when the lock is someone else's by now; nothing has moved then.
   */
  write(held: HeldLock, moves: () => Promise<readonly Move[]>): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        await this.#refs.fetch(this.#prefix);
        const seen = await this.#seen();
        if (seen.lock?.token !== held.token || seen.lock.released) throw lostLock(this.#environment);
        const renewal = await this.#commit({ ...seen.lock, renewed: new Date().toISOString() });
        const wanted = [...(await moves()), { ref: this.#ref, from: seen.commit, to: renewal }];
        if (await this.#refs.push(wanted)) return;
      }
      throw busy(this.#place);
    });
  }

  /** Takes the lock, or returns who has it. */
  async acquire(request: LockRequest): Promise<HeldLock | Lock> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await this.#refs.fetch(this.#prefix);
      const { commit, lock: newest } = await this.#seen();
      if (newest && !newest.released && !(await hasRunOut(newest))) return newest;
      const now = new Date().toISOString();
      const lock: Lock = {
        id: randomUUID(),
        token: (newest?.token ?? 0) + 1,
        by: request.by,
        pid: process.pid,
        started: await processStart(process.pid),
        since: now,
        renewed: now,
        reason: request.reason,
        released: false,
      };
      const to = await this.#commit(lock);
      if (await this.#refs.push([{ ref: this.#ref, from: commit, to }])) return this.#hold(lock);
      await delay(Math.random() * 100);
    }
    throw busy(this.#place);
  }

  /** Who holds it; undefined when nobody does, or the lease has run out. */
  async holder(): Promise<Lock | undefined> {
    await this.#refs.fetch(this.#prefix);
    const { lock } = await this.#seen();
    return lock && !lock.released && !(await hasRunOut(lock)) ? lock : undefined;
  }

  /** Ends someone's lock; their further writes are void. */
  async break(by: LockRequest['by']): Promise<void> {
    await this.#refs.fetch(this.#prefix);
    const { commit, lock } = await this.#seen();
    if (!lock || lock.released) return;
    const to = await this.#commit({
      ...lock,
      id: randomUUID(),
      token: lock.token + 1,
      by,
      reason: 'lock --release',
      released: true,
    });
    if (!(await this.#refs.push([{ ref: this.#ref, from: commit, to }]))) throw busy(this.#place);
  }

  #hold(lock: Lock): HeldLock {
    const lost = new AbortController();
    const stop = new AbortController();
    const beat = async () => {
      for (;;) {
        await delay(heartbeatSeconds * 1000, undefined, { signal: stop.signal, ref: false });
        await this.#renew(lock, false);
      }
    };
    const beating = beat().catch((error: unknown) => {
      if (!stop.signal.aborted) lost.abort(error);
    });
    return {
      token: lock.token,
      lost: lost.signal,
      assertHeld: async () => {
        await this.#refs.fetch(this.#prefix);
        const { lock: now } = await this.#seen();
        if (now?.token !== lock.token || now.released) throw lostLock(this.#environment);
      },
      release: async () => {
        stop.abort();
        await beating;
        // Someone else's by now: there is nothing left to let go of.
        if (!lost.signal.aborted) await this.#renew(lock, true);
      },
    };
  }

  /** @throws {ConductorError} `lock.lost` when it is someone else's by now. */
  #renew(lock: Lock, released: boolean): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        await this.#refs.fetch(this.#prefix);
        const seen = await this.#seen();
        if (seen.lock?.token !== lock.token) throw lostLock(this.#environment);
        const to = await this.#commit({ ...lock, renewed: new Date().toISOString(), released });
        if (await this.#refs.push([{ ref: this.#ref, from: seen.commit, to }])) return;
      }
      throw busy(this.#place);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => {});
    return turn;
  }

  async #seen(): Promise<SeenLock> {
    const commit = await this.#refs.commitOf(this.#ref);
    if (commit === null) return { commit, lock: undefined };
    const text = await this.#refs.read(commit, lockFile);
    try {
      return { commit, lock: lockSchema.parse(JSON.parse(text)) };
    } catch (cause) {
      throw new ConductorError({
        code: 'lock.corrupted',
        message: `${this.#ref} does not hold a lock. It was left as it is.`,
        hint: `When nobody is deploying, remove that ref from the remote.`,
        exit: exitCode.unknown,
        cause,
      });
    }
  }

  /** Locks have no history: nobody needs it, and the heartbeats would be most of it. */
  #commit(lock: Lock): Promise<string> {
    return this.#refs.commit(lockFile, `${JSON.stringify(lock)}\n`, null, `lock ${lock.token}`);
  }

  get #ref(): string {
    return `${this.#prefix}/lock`;
  }
}

const busy = (place: string) =>
  new ConductorError({
    code: 'ledger.busy',
    message: `${place} was changed by others again and again while this command wrote to it.`,
    hint: 'Run the command again.',
    exit: exitCode.locked,
  });
