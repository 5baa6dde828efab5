import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConductorError, exitCode } from '../errors.ts';
import { GitRefs } from './git-refs.ts';
import { type History, historyOf, releaseOf } from './history.ts';
import { parseLines } from './jsonl.ts';
import type { Ledger } from './ledger.ts';
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
import { entrySchema, type Fact } from './record.ts';

const ledgerFile = 'ledger.jsonl';
const lockFile = 'lock.json';
/** Times that a write is tried again because someone else wrote in between. */
const attempts = 20;

interface SeenLock {
  readonly commit: string | null;
  readonly lock: Lock | undefined;
}

/**
 * A ledger that a team shares through git: `refs/conductor/<environment>/ledger` holds the history, each entry a commit on top of the
 * last one, and `…/lock` the lock. An entry is pushed together with a renewal of the writer's lock, both or neither, each only from
 * what was read: whoever was overtaken cannot write, however long it had been asleep.
 */
export class GitLedger implements Ledger {
  readonly place: string;
  readonly #refs: GitRefs;
  readonly #prefix: string;
  readonly #environment: string;
  /** Writes of this process follow one another: a heartbeat and an entry move the same ref. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(root: string, remote: string, environment: string) {
    this.#refs = new GitRefs(root, remote);
    this.#prefix = `refs/conductor/${environment}`;
    this.#environment = environment;
    this.place = `${remote} ${this.#prefix}`;
  }

  /** Without the remote it tells what was last seen of it: that is how a rollback can be decided with the network down. */
  async history(): Promise<History> {
    await this.#refs.fetch(this.#prefix).catch(async (error: unknown) => {
      if ((await this.#refs.commitOf(this.#ledgerRef)) === null) throw error;
    });
    return this.#lastSeen();
  }

  append(fact: Fact, held: HeldLock): Promise<void> {
    return this.#inTurn(async () => {
      for (let attempt = 1; attempt <= attempts; attempt++) {
        await this.#refs.fetch(this.#prefix);
        const seen = await this.#seenLock();
        if (seen.lock?.token !== held.token || seen.lock.released) throw lostLock(this.#environment);
        const before = await this.#refs.commitOf(this.#ledgerRef);
        const lines = before === null ? '' : `${await this.#refs.read(before, ledgerFile)}\n`;
        const line = JSON.stringify({ ...fact, token: held.token });
        const entry = await this.#refs.commit(ledgerFile, `${lines}${line}\n`, before, fact.type);
        const renewal = await this.#lockCommit({ ...seen.lock, renewed: new Date().toISOString() });
        const moved = await this.#refs.push([
          { ref: this.#ledgerRef, from: before, to: entry },
          { ref: this.#lockRef, from: seen.commit, to: renewal },
        ]);
        if (moved) return this.#tagLive(fact);
      }
      throw busy(this.place);
    });
  }

  async acquire(request: LockRequest): Promise<HeldLock | Lock> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await this.#refs.fetch(this.#prefix);
      const { commit, lock: newest } = await this.#seenLock();
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
      const to = await this.#lockCommit(lock);
      if (await this.#refs.push([{ ref: this.#lockRef, from: commit, to }])) return this.#hold(lock);
      await delay(Math.random() * 100);
    }
    throw busy(this.place);
  }

  async holder(): Promise<Lock | undefined> {
    await this.#refs.fetch(this.#prefix);
    const { lock } = await this.#seenLock();
    return lock && !lock.released && !(await hasRunOut(lock)) ? lock : undefined;
  }

  async breakLock(by: LockRequest['by']): Promise<void> {
    await this.#refs.fetch(this.#prefix);
    const { commit, lock } = await this.#seenLock();
    if (!lock || lock.released) return;
    const to = await this.#lockCommit({
      ...lock,
      id: randomUUID(),
      token: lock.token + 1,
      by,
      reason: 'lock --release',
      released: true,
    });
    if (!(await this.#refs.push([{ ref: this.#lockRef, from: commit, to }]))) throw busy(this.place);
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
        const { lock: now } = await this.#seenLock();
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
        const seen = await this.#seenLock();
        if (seen.lock?.token !== lock.token) throw lostLock(this.#environment);
        const to = await this.#lockCommit({ ...lock, renewed: new Date().toISOString(), released });
        if (await this.#refs.push([{ ref: this.#lockRef, from: seen.commit, to }])) return;
      }
      throw busy(this.place);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => {});
    return turn;
  }

  async #lastSeen(): Promise<History> {
    const commit = await this.#refs.commitOf(this.#ledgerRef);
    if (commit === null) return historyOf([]);
    const text = `${await this.#refs.read(commit, ledgerFile)}\n`;
    return historyOf(parseLines(text, `${this.place}/ledger`, entrySchema));
  }

  async #seenLock(): Promise<SeenLock> {
    const commit = await this.#refs.commitOf(this.#lockRef);
    if (commit === null) return { commit, lock: undefined };
    const text = await this.#refs.read(commit, lockFile);
    try {
      return { commit, lock: lockSchema.parse(JSON.parse(text)) };
    } catch (cause) {
      throw new ConductorError({
        code: 'lock.corrupted',
        message: `${this.#lockRef} does not hold a lock. It was left as it is.`,
        hint: `When nobody is deploying, remove that ref from the remote.`,
        exit: exitCode.unknown,
        cause,
      });
    }
  }

  /** Locks have no history: nobody needs it, and the heartbeats would be most of it. */
  #lockCommit(lock: Lock): Promise<string> {
    return this.#refs.commit(lockFile, `${JSON.stringify(lock)}\n`, null, `lock ${lock.token}`);
  }

  /** A version that became live gets its annotated tag, unless its tree had changes that no commit has. */
  async #tagLive(fact: Fact): Promise<void> {
    if (fact.type !== 'ended' || fact.verdict !== 'live' || fact.live === null) return;
    const release = releaseOf(await this.#lastSeen(), fact.live);
    if (!release?.commit || release.dirty) return;
    await this.#refs.tag(release.version, release.commit, `${release.version} live on ${this.#environment}`);
  }

  get #ledgerRef(): string {
    return `${this.#prefix}/ledger`;
  }

  get #lockRef(): string {
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
