import { createHmac, randomBytes } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import { Exchange, type Verifier, verifierOf } from './scram.ts';

/** The only mechanism, and the database whose user there is. */
export const mechanism = 'SCRAM-SHA-256';
export const userDatabase = 'admin';
/** MongoDB's count. The work is the client's, once per password: the server does it at its start. */
const iterations = 15_000;
const saltLength = 28;

/** A client on its way to be known. */
export interface Conversation {
  readonly exchange: Exchange;
  /** It has to send an empty message after the server's proof, as drivers of before MongoDB 4.4 do. */
  readonly emptyEnd: boolean;
  /** Its proof was right, and only the empty message is missing. */
  proven: boolean;
}

/**
 * Knows one user. An unknown one is asked in the same way, with a salt that is the same at each try, and fails in the same words after
 * the same work.
 */
export class Authenticator {
  readonly username: string;
  readonly #secret = randomBytes(32);
  readonly #verifier: Verifier;
  readonly #unknown = { iterations, storedKey: randomBytes(32), serverKey: randomBytes(32) };

  constructor({ username, password }: Credentials) {
    this.username = username;
    this.#verifier = verifierOf(password, this.#saltOf(userDatabase, username), iterations);
  }

  /** Begins with the client's first message. Errors: MalformedMessage. */
  begin(database: string, message: string): Exchange {
    return new Exchange(message, (username) => {
      const salt = this.#saltOf(database, username);
      const known = username === this.username && database === userDatabase;
      return known ? { ...this.#verifier, salt } : { ...this.#unknown, salt };
    });
  }

  #saltOf(database: string, username: string): Buffer {
    const id = JSON.stringify([database, username]);
    return createHmac('sha256', this.#secret).update(id).digest().subarray(0, saltLength);
  }
}
