import { join } from 'node:path';
import { EnvironmentLock } from './environment-lock.ts';
import { GitLock } from './git-lock.ts';
import { GitRefs } from './git-refs.ts';
import { GitShelf } from './git-shelf.ts';
import { type History, historyOf } from './history.ts';
import { parseLines } from './jsonl.ts';
import type { Ledger, Shared } from './ledger.ts';
import type { HeldLock, Lock, LockRequest } from './lock.ts';
import { lockTerms } from './lock-terms.ts';
import { entrySchema, type Fact, type ReleaseRecord } from './record.ts';

const ledgerFile = 'ledger.jsonl';

/**
 * A ledger that a team shares through git: `refs/conductor/<environment>/ledger` holds the history, each entry a commit on top of the
 * last one. An entry is written under the lock beside it.
 */
export class GitLedger implements Ledger {
  readonly place: string;
  readonly shared: Shared;
  readonly #refs: GitRefs;
  readonly #prefix: string;
  readonly #environment: string;
  readonly #place: GitLock;
  readonly #lock: EnvironmentLock;

  constructor(root: string, remote: string, environment: string, terms = lockTerms) {
    this.#refs = new GitRefs(root, remote, `refs/conductor/${environment}`);
    this.#prefix = `refs/conductor/${environment}`;
    this.#environment = environment;
    this.place = `${remote} ${this.#prefix}`;
    this.#place = new GitLock({
      refs: this.#refs,
      prefix: this.#prefix,
      environment,
      note: join(root, '.conductor', environment, 'lock-taken'),
    });
    this.#lock = new EnvironmentLock(this.#place, terms);
    const shelf = (name: string, historical: boolean) =>
      new GitShelf(this.#refs, this.#place, { prefix: this.#prefix, name, historical });
    this.shared = { journal: shelf('journal', false), sealed: shelf('sealed', true) };
  }

  /** Without the remote it tells what was last seen of it: that is how a rollback can be decided with the network down. */
  async history(): Promise<History> {
    await this.#refs.fetch().catch(async (error: unknown) => {
      if ((await this.#refs.commitOf(this.#ledgerRef)) === null) throw error;
    });
    return this.#lastSeen();
  }

  async append(fact: Fact, held: HeldLock): Promise<void> {
    await this.#place.writeUnder(held, async () => {
      const before = await this.#refs.commitOf(this.#ledgerRef);
      const lines = before === null ? '' : `${await this.#refs.read(before, ledgerFile)}\n`;
      const line = JSON.stringify({ ...fact, token: held.token });
      const entry = await this.#refs.commit(ledgerFile, `${lines}${line}\n`, before, fact.type);
      return [{ ref: this.#ledgerRef, from: before, to: entry }];
    });
  }

  acquire(request: LockRequest): Promise<HeldLock | Lock> {
    return this.#lock.acquire(request);
  }

  holder(): Promise<Lock | undefined> {
    return this.#lock.holder();
  }

  breakLock(by: LockRequest['by']): Promise<Lock | undefined> {
    return this.#lock.break(by);
  }

  async #lastSeen(): Promise<History> {
    const commit = await this.#refs.commitOf(this.#ledgerRef);
    if (commit === null) return historyOf([]);
    const text = `${await this.#refs.read(commit, ledgerFile)}\n`;
    return historyOf(parseLines(text, `${this.place}/ledger`, entrySchema));
  }

  async tag({ version, commit }: Pick<ReleaseRecord, 'version' | 'commit'>): Promise<void> {
    if (commit !== null) await this.#refs.tag(version, commit, `${version} live on ${this.#environment}`);
  }

  get #ledgerRef(): string {
    return `${this.#prefix}/ledger`;
  }
}
