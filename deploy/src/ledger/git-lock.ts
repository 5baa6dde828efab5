import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Seen } from 'conductor-backup/lease';
import { isProvenGone } from 'conductor-backup/process-identity';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { type LockPlace, lockText } from './environment-lock.ts';
import type { GitRefs, Move } from './git-refs.ts';
import { type HeldLock, type Lock, type LockDetails, lockSchema, lostLock } from './lock.ts';

const lockFile = 'lock.json';

interface GitLockOptions {
  readonly refs: GitRefs;
  /** `refs/conductor/<environment>` */
  readonly prefix: string;
  readonly environment: string;
  /** A file of this checkout that says which lock was taken from here. */
  readonly note: string;
}

/**
 * The lock of an environment that a team shares through git, `refs/conductor/<environment>/lock`, changed by compare-and-swap. What its
 * holder writes is pushed together with a renewal of the lock, both or neither, each only from what was read: whoever was overtaken
 * cannot write, however long it had been asleep.
 */
export class GitLock implements LockPlace {
  readonly #refs: GitRefs;
  readonly #prefix: string;
  readonly #environment: string;
  readonly #note: string;

  constructor({ refs, prefix, environment, note }: GitLockOptions) {
    this.#refs = refs;
    this.#prefix = prefix;
    this.#environment = environment;
    this.#note = note;
  }

  async read(): Promise<Seen<LockDetails> | undefined> {
    await this.#refs.fetch();
    const commit = await this.#refs.commitOf(this.#ref);
    if (commit === null) return undefined;
    const text = await this.#refs.read(commit, lockFile);
    try {
      return { record: lockSchema.parse(JSON.parse(text)), version: commit };
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

  async write(lock: Lock, over: Seen<LockDetails> | undefined): Promise<string | undefined> {
    // Before the push: one that was killed right after it is known here as well.
    if (over?.record.id !== lock.id) await this.#remember(lock.id);
    return this.#push(lock, over, []);
  }

  /**
   * Moves refs below the prefix together with a renewal of the lock, all or none, from what was last seen of them: the push itself finds
   * out whether that is still so. When it is not, the lock is read anew, and with it all that lies beside it, and `moves` is asked again.
   * @throws {ConductorError} `lock.lost` (exit 6) when the lock is someone else's by now; nothing has moved then.
   */
  writeUnder(held: HeldLock, moves: () => Promise<readonly Move[]>): Promise<void> {
    return held.renew(async (lock, over) => this.#push(lock, over, await moves()));
  }

  /** Only of what was taken from this very checkout: a machine that was copied while it ran has the same processes as its original. */
  isGone = async (lock: Lock): Promise<boolean> =>
    lock.process !== null && (await this.#remembered()) === lock.id && isProvenGone(lock.pid, lock.process);

  lost = (to: Lock | undefined, cause?: unknown): ConductorError => lostLock(this.#environment, to, cause);

  busy = (): ConductorError =>
    new ConductorError({
      code: 'ledger.busy',
      message: `${this.#prefix} on the remote was changed by others again and again while this command wrote to it.`,
      hint: 'Run the command again.',
      exit: exitCode.locked,
    });

  /** Locks have no history: nobody needs it, and the heartbeats would be most of it. */
  async #push(
    lock: Lock,
    over: Seen<LockDetails> | undefined,
    more: readonly Move[],
  ): Promise<string | undefined> {
    const to = await this.#refs.commit(lockFile, lockText(lock), null, `lock ${lock.token}`);
    const from = over?.version ?? null;
    return (await this.#refs.push([...more, { ref: this.#ref, from, to }])) ? to : undefined;
  }

  async #remember(id: string): Promise<void> {
    await mkdir(dirname(this.#note), { recursive: true, mode: 0o700 });
    await writeFile(this.#note, `${id}\n`, { mode: 0o600 });
  }

  async #remembered(): Promise<string | undefined> {
    return (await textIfThere(this.#note))?.trim();
  }

  get #ref(): string {
    return `${this.#prefix}/lock`;
  }
}
