import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { namesIn } from '../text/if-there.ts';
import type { GitShelf } from './git-shelf.ts';
import type { Deploy, History } from './history.ts';
import {
  doubtfulIn,
  type Interrupted,
  interruptedIn,
  Journal,
  type JournalFile,
  type JournalLine,
  journalLine,
  type Known,
} from './journal.ts';
import { appendLine, parseLines, readLines } from './jsonl.ts';
import type { Ledger } from './ledger.ts';
import { type HeldLock, isLost } from './lock.ts';

/** Under which name the newest journal lies beside the ledger. */
const sharedName = 'journal.jsonl';

/**
 * The journals of an environment: a file of this machine for each deploy, and where a team shares the ledger, the newest one beside it,
 * so that any machine can end what another one was killed in.
 */
export class Journals {
  readonly #folder: string;
  readonly #shelf: GitShelf | undefined;
  readonly #redact: (text: string) => string;

  /** `redact` takes the secrets out of what is written in the words of others. */
  constructor(folder: string, { shared }: Pick<Ledger, 'shared'>, redact: (text: string) => string) {
    this.#folder = folder;
    this.#shelf = shared?.journal;
    this.#redact = redact;
  }

  /** The journal of a deploy, to be written under the lock. */
  of(deploy: string, lock: HeldLock): Journal {
    const file = this.#file(deploy);
    return new Journal(
      this.#shelf ? new SharedFile(file, this.#shelf, lock) : ownFile(file, lock),
      this.#redact,
    );
  }

  /**
   * The newest deploy, if it was never ended: by its journal as it lay beside the history when that was read, or, where nobody here has
   * that, by what the ledger knows of it.
   * @throws {ConductorError} `ledger.corrupted` (exit 7).
   */
  async interrupted({ deploys }: History): Promise<Interrupted | undefined> {
    const written = interruptedIn(await this.#newest());
    if (written && !deploys.some(({ deploy, end }) => deploy === written.deploy && end)) return written;
    const last = deploys.at(-1);
    if (!this.#shelf || !last || last.end) return undefined;
    return interruptedIn(await readLines(this.#file(last.deploy), journalLine)) ?? knownOnlyToTheLedger(last);
  }

  /**
   * The newest deploy, if it ended and nobody could tell how.
   * @throws {ConductorError} `ledger.corrupted` (exit 7).
   */
  async doubtful({ deploys }: History): Promise<Interrupted | undefined> {
    const last = deploys.at(-1);
    if (last?.end?.verdict !== 'unknown') return undefined;
    const written = doubtfulIn(await this.#newest());
    return written?.deploy === last.deploy ? written : knownOnlyToTheLedger(last);
  }

  /** Lines of the newest journal. What this machine wrote last may not have reached the others. */
  async #newest(): Promise<JournalLine[]> {
    if (!this.#shelf) {
      const names = (await namesIn(this.#folder)).filter((name) => name.endsWith('.jsonl')).sort();
      return names.length === 0 ? [] : readLines(join(this.#folder, names.at(-1)!), journalLine);
    }
    const text = await (await this.#shelf.lastSeen()).read(sharedName);
    if (text === undefined) return [];
    const shared = parseLines(`${text}\n`, `${sharedName} of the ledger`, journalLine);
    if (shared[0]?.type !== 'opened') return shared;
    const own = await readLines(this.#file(shared[0].deploy), journalLine);
    return own.length > shared.length ? own : shared;
  }

  #file(deploy: string): string {
    return join(this.#folder, `${deploy}.jsonl`);
  }
}

/** A journal's file on this machine that is brought to the team while the deploy goes on, several lines at a time. */
class SharedFile implements JournalFile {
  readonly #file: string;
  readonly #shelf: GitShelf;
  readonly #lock: HeldLock;
  #sharing: Promise<void> = Promise.resolve();
  /** A line was written that no sharing has begun for. */
  #behind = false;

  constructor(file: string, shelf: GitShelf, lock: HeldLock) {
    this.#file = file;
    this.#shelf = shelf;
    this.#lock = lock;
  }

  async write(line: JournalLine, known: Known): Promise<void> {
    await appendLine(this.#file, line);
    this.#behind = true;
    const shared = this.#sharing.then(() => this.#share());
    // What could not be shared now goes with a later line.
    this.#sharing = shared.catch(() => {});
    if (known === 'later') return;
    await shared.catch((error: unknown) => {
      if (known === 'must' || isLost(error)) throw error;
    });
  }

  async #share(): Promise<void> {
    if (!this.#behind) return;
    this.#behind = false;
    try {
      const text = await readFile(this.#file, 'utf8');
      await this.#shelf.put(this.#lock, async () => ({ [sharedName]: { text } }));
    } catch (error) {
      this.#behind = true;
      throw error;
    }
  }
}

/** A journal's file where nobody else has to know it. */
const ownFile = (file: string, lock: HeldLock): JournalFile => ({
  async write(line, known) {
    await appendLine(file, line);
    if (known !== 'later') await lock.assertHeld();
  },
});

/** A deploy of a machine that did not share its journal: nothing is known to be done, so each of its steps is to be done again. */
const knownOnlyToTheLedger = ({ deploy, kind, version, previous, by, at }: Deploy): Interrupted => ({
  deploy,
  kind,
  version,
  previous,
  by,
  steps: [],
  options: { probe: 0, bake: 0 },
  since: at,
  done: new Set(),
  failed: false,
  current: undefined,
});
