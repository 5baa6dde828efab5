import type { Timestamp } from 'bson';
import { CommandError } from './errors.ts';
import type { Transaction, Transactions } from './transactions.ts';

/** A snapshot that nobody reads for this long is given up, in milliseconds (MongoDB's history window). */
const idleLimit = 5 * 60_000;

interface Snapshot {
  readonly view: Transaction;
  /** Those who took it, until each has ended; one that is taken without a session stays until it is idle. */
  readonly sessions: Set<string | undefined>;
  used: number;
}

/** Reads of one moment across several commands: `readConcern: {level: 'snapshot'}` outside transactions. */
export class Snapshots {
  readonly #transactions: Transactions;
  readonly #open = new Map<string, Snapshot>();

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  /** Keeps the data as it is now for later reads at this time. */
  take(time: Timestamp, session: string | undefined): Transaction {
    for (const [name, { used }] of this.#open) if (Date.now() - used > idleLimit) this.#give(name);
    // Nothing was changed between two that are taken at the same time.
    const taken = this.#open.get(time.toString());
    if (taken) {
      taken.sessions.add(session);
      taken.used = Date.now();
      return taken.view;
    }
    const view = this.#transactions.begin();
    this.#open.set(time.toString(), { view, sessions: new Set([session]), used: Date.now() });
    return view;
  }

  /** The data as it was at a time that was taken. Errors: 239 when it is not kept (any more). */
  at(time: Timestamp): Transaction {
    const snapshot = this.#open.get(time.toString());
    if (!snapshot)
      throw new CommandError(
        239,
        `Read timestamp ${time.toString()} is older than the oldest available timestamp.`,
      );
    snapshot.used = Date.now();
    return snapshot.view;
  }

  endSession(session: string): void {
    for (const [name, { sessions }] of this.#open)
      if (sessions.delete(session) && sessions.size === 0) this.#give(name);
  }

  close(): void {
    for (const name of [...this.#open.keys()]) this.#give(name);
  }

  #give(name: string): void {
    this.#open.get(name)?.view.abort();
    this.#open.delete(name);
  }
}
