import { Binary } from 'bson';
import { type Doc, isDoc, toNumber } from './bson/values.ts';
import { CommandError, typeMismatch } from './errors.ts';
import type { Numbered } from './storage/change-log.ts';
import { noSuchTransaction, type Transaction, type Transactions } from './transactions.ts';

/** MongoDB forgets sessions nobody uses for this long, in minutes; told to drivers in `hello`. */
export const sessionMinutes = 30;
/** MongoDB aborts transactions that stay open longer, in milliseconds; here those that only read live on while they are used. */
const transactionLimit = 60_000;

interface Session {
  readonly id: string;
  used: number;
  number: number;
  state: 'none' | 'open' | 'committed' | 'aborted' | 'retryable';
  transaction: Transaction | undefined;
  timer: NodeJS.Timeout | undefined;
  /** Answers to retryable writes of the current number, by statement. */
  reply: Doc | undefined;
}

/** What a command says about its session. */
export interface SessionRequest {
  readonly session: string | undefined;
  readonly number: number | undefined;
  readonly inTransaction: boolean;
  readonly starts: boolean;
}

/** Reads `lsid`, `txnNumber`, `autocommit` and `startTransaction`. Errors: 14, 72. */
export const parseSession = (command: Doc): SessionRequest => {
  const { lsid } = command;
  let session: string | undefined;
  if (lsid !== undefined) {
    if (!isDoc(lsid) || !(lsid.id instanceof Binary))
      throw typeMismatch("BSON field 'lsid.id' is the wrong type, expected type 'binData'");
    session = lsid.id.toString('hex');
  }
  const number = command.txnNumber === undefined ? undefined : toNumber(command.txnNumber);
  const inTransaction = command.autocommit === false;
  if (number !== undefined && session === undefined)
    throw new CommandError(72, 'Transaction number requires a session ID to also be specified');
  if (command.autocommit !== undefined && number === undefined)
    throw new CommandError(72, "'autocommit' field requires a transaction number to also be specified");
  if (command.autocommit === true) throw new CommandError(72, 'Specifying autocommit=true is not allowed.');
  if (command.startTransaction !== undefined && !inTransaction)
    throw new CommandError(72, "'startTransaction' field requires 'autocommit' field to also be specified");
  return { session, number, inTransaction, starts: command.startTransaction === true };
};

/** The clients' sessions: their transactions, and the last retryable write of each so that it is done at most once. */
export class Sessions {
  readonly #all = new Map<string, Session>();
  readonly #transactions: Transactions;

  constructor(transactions: Transactions) {
    this.#transactions = transactions;
  }

  #session(id: string): Session {
    let session = this.#all.get(id);
    if (!session) {
      session = {
        id,
        used: Date.now(),
        number: -1,
        state: 'none',
        transaction: undefined,
        timer: undefined,
        reply: undefined,
      };
      this.#all.set(id, session);
      this.#forgetIdle();
    }
    session.used = Date.now();
    return session;
  }

  /** The transaction a command runs in, opened if it starts one. Errors: 251, 225, 256, 263. */
  enter({ session: id, number, starts }: SessionRequest): Transaction {
    const session = this.#session(id!);
    if (number! < session.number)
      throw new CommandError(
        225,
        `Cannot start transaction ${number} on session ${id} because a newer transaction ${session.number} has already started.`,
      );
    if (starts) {
      if (number === session.number && session.state !== 'none')
        throw new CommandError(117, `Cannot start a transaction with already used number ${number}`);
      this.#abort(session);
      const transaction = this.#transactions.begin();
      const timer = setTimeout(() => this.#abort(session), transactionLimit);
      timer.unref();
      Object.assign(session, { number, state: 'open', transaction, timer, reply: undefined });
      return transaction;
    }
    this.#assertOpen(session, number!);
    // What has changed nothing keeps nobody waiting, so it may go on: a dump reads as of one moment for as long as that takes.
    if (session.transaction!.unchanged) session.timer!.refresh();
    return session.transaction!;
  }

  #assertOpen(session: Session, number: number): void {
    if (number === session.number && session.state === 'committed')
      throw new CommandError(256, `Transaction with { txnNumber: ${number} } has been committed.`);
    if (number !== session.number || session.state !== 'open')
      throw noSuchTransaction(
        number === session.number && session.state === 'aborted'
          ? `Transaction with { txnNumber: ${number} } has been aborted.`
          : `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${session.number}`,
      );
  }

  /** Errors: 251 when there is nothing to commit, 112 when it cannot be; then the transaction is over. */
  commit({ session: id, number }: SessionRequest, whose: Numbered): void {
    const session = this.#session(id!);
    if (number === session.number && session.state === 'committed') return;
    this.#assertOpen(session, number!);
    clearTimeout(session.timer);
    const transaction = session.transaction!;
    session.transaction = undefined;
    session.state = 'aborted';
    transaction.commit(whose);
    session.state = 'committed';
  }

  /** Errors: 251 when there is no such transaction, 256 when it was committed. */
  abort({ session: id, number }: SessionRequest): void {
    const session = this.#session(id!);
    this.#assertOpen(session, number!);
    this.#abort(session);
  }

  /** An error inside a transaction ends it, as MongoDB does. */
  fail({ session: id, number }: SessionRequest): void {
    const session = this.#all.get(id!);
    if (session && session.number === number) this.#abort(session);
  }

  #abort(session: Session): void {
    clearTimeout(session.timer);
    if (session.state !== 'open') return;
    session.transaction?.abort();
    session.transaction = undefined;
    session.state = 'aborted';
  }

  /** The reply that a retryable write was given before, if this is it again. Errors: 225 for an older number. */
  replay({ session: id, number }: SessionRequest): Doc | undefined {
    const session = this.#session(id!);
    if (number! < session.number)
      throw new CommandError(
        225,
        `Retryable write with txnNumber ${number} is prohibited on session ${id} because a newer retryable write with txnNumber ${session.number} has already started.`,
      );
    if (number === session.number && session.state === 'retryable') return session.reply;
    this.#abort(session);
    Object.assign(session, { number, state: 'retryable', reply: undefined });
    return undefined;
  }

  remember({ session: id, number }: SessionRequest, reply: Doc): void {
    const session = this.#all.get(id!);
    if (session && session.number === number) session.reply = reply;
  }

  /** The sessions that are known now, as `$listLocalSessions` shows them. */
  list(): Doc[] {
    return [...this.#all.values()].map(({ id, used }) => ({
      _id: { id: new Binary(Buffer.from(id, 'hex'), 4) },
      lastUse: new Date(used),
    }));
  }

  touch(id: string): void {
    this.#session(id);
  }

  end(id: string): void {
    const session = this.#all.get(id);
    if (!session) return;
    this.#abort(session);
    this.#all.delete(id);
  }

  close(): void {
    for (const id of [...this.#all.keys()]) this.end(id);
  }

  #forgetIdle(): void {
    const oldest = Date.now() - sessionMinutes * 60_000;
    for (const session of this.#all.values()) if (session.used < oldest) this.end(session.id);
  }
}
