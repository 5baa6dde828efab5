import { setTimeout as delay } from 'node:timers/promises';
import type { GitLock } from './git-lock.ts';
import type { GitRefs, Move } from './git-refs.ts';
import type { HeldLock } from './lock.ts';

/** Times that a change without the lock is tried again because someone else wrote in between. */
const attempts = 50;

/** What lay on a shelf at one moment. */
export interface Shelved {
  /** Each name with an id of its text: equal ids are equal texts. */
  readonly contents: ReadonlyMap<string, string>;
  /** Undefined where nothing lies there under that name. */
  read(name: string): Promise<string | undefined>;
}

/** What a change puts there by name: a text, or what lies there under another name already, which is then kept once. */
export type Puts = Readonly<Record<string, { readonly text: string } | { readonly same: string }>>;

export interface ShelfOptions {
  /** Ref of the environment, under which this one lies. */
  readonly prefix: string;
  readonly name: string;
  /** Earlier states stay reachable from the newest one. */
  readonly historical: boolean;
}

/**
 * Texts by name in one git ref, shared as the ledger is. A change goes from what was read to what is wanted in one push, so that of
 * any number of writers none undoes another's.
 */
export class GitShelf {
  readonly #refs: GitRefs;
  readonly #lock: GitLock;
  readonly #ref: string;
  readonly #historical: boolean;

  constructor(refs: GitRefs, lock: GitLock, { prefix, name, historical }: ShelfOptions) {
    this.#refs = refs;
    this.#lock = lock;
    this.#ref = `${prefix}/${name}`;
    this.#historical = historical;
  }

  /** What lies there now; without the remote, what was last seen. */
  async look(): Promise<Shelved> {
    await this.#refs.fetch().catch(async (error: unknown) => {
      if ((await this.#refs.commitOf(this.#ref)) === null) throw error;
    });
    return this.lastSeen();
  }

  /** What lay there when the remote was last asked. */
  async lastSeen(): Promise<Shelved> {
    return this.#at(await this.#refs.commitOf(this.#ref));
  }

  /**
   * Puts texts there under the lock. `puts` is asked again when someone else wrote in between.
   * @throws {ConductorError} `lock.lost` (exit 6) when the lock was taken over meanwhile; nothing is then put.
   */
  put(held: HeldLock, puts: (now: Shelved) => Promise<Puts>): Promise<void> {
    return this.#lock.writeUnder(held, async () => {
      const from = await this.#refs.commitOf(this.#ref);
      return [await this.#move(from, await puts(await this.#at(from)))];
    });
  }

  /** The same without the lock, for what may be written at any time. An undefined answer leaves everything as it is. */
  async swap(puts: (now: Shelved) => Promise<Puts | undefined>): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await this.#refs.fetch();
      const from = await this.#refs.commitOf(this.#ref);
      const wanted = await puts(await this.#at(from));
      if (!wanted || (await this.#refs.push([await this.#move(from, wanted)]))) return;
      await delay(Math.random() * 50 * Math.min(attempt, 10));
    }
    throw this.#lock.busy();
  }

  async #at(commit: string | null): Promise<Shelved> {
    const contents = commit === null ? new Map<string, string>() : await this.#refs.files(commit);
    return {
      contents,
      read: async (name) => {
        const id = contents.get(name);
        return id === undefined ? undefined : this.#refs.text(id);
      },
    };
  }

  async #move(from: string | null, puts: Puts): Promise<Move> {
    const files = new Map(from === null ? [] : await this.#refs.files(from));
    for (const [name, put] of Object.entries(puts)) {
      files.set(name, 'text' in put ? await this.#refs.store(put.text) : files.get(put.same)!);
    }
    const message = Object.keys(puts).join(' ');
    return {
      ref: this.#ref,
      from,
      to: await this.#refs.commitFiles(files, this.#historical ? from : null, message),
    };
  }
}
