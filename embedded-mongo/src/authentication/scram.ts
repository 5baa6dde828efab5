import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * The server's side of SCRAM-SHA-256: https://www.rfc-editor.org/rfc/rfc5802 and https://www.rfc-editor.org/rfc/rfc7677. There is no
 * channel binding, as in MongoDB.
 */

/** What a server keeps instead of a password. */
export interface Verifier {
  readonly salt: Buffer;
  readonly iterations: number;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

const keyLength = 32;
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The verifier of a password. SASLprep is the caller's: it changes nothing in printable ASCII. */
export const verifierOf = (password: string, salt: Buffer, iterations: number): Verifier => {
  const salted = pbkdf2Sync(password, salt, iterations, keyLength, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  return { salt, iterations, storedKey, serverKey: hmac(salted, 'Server Key') };
};

/** A message that is not SCRAM, or asks for what this server does not have. Says nothing of users. */
export class MalformedMessage extends Error {}

/** GS2 header without channel binding and without another identity; then name, nonce and extensions, which are ignored. */
const clientFirst = /^([ny],,)(n=([^,]+),r=([!-+\--~]+)(?:,.*)?)$/s;
const clientFinal = /^(c=([^,]+),r=([^,]+)(?:,.*)?),p=([A-Za-z0-9+/]+=*)$/s;

/** Undoes the two escapes that a name may have. */
const nameOf = (text: string): string => {
  if (/=(?!2C|3D)/.test(text)) throw new MalformedMessage('the name has an unknown escape');
  return text.replaceAll('=2C', ',').replaceAll('=3D', '=');
};

/** One client that proves to know a password, and is shown that the server knows it, too. */
export class Exchange {
  readonly username: string;
  /** The answer to the client's first message. */
  readonly challenge: string;
  readonly #verifier: Verifier;
  readonly #header: string;
  readonly #first: string;
  readonly #nonce: string;

  /** Takes the client's first message. Errors: MalformedMessage. */
  constructor(
    message: string,
    find: (username: string) => Verifier,
    ownNonce = randomBytes(24).toString('base64'),
  ) {
    const [, header, first, name, nonce] = clientFirst.exec(message) ?? [];
    if (header === undefined || first === undefined || name === undefined || nonce === undefined)
      throw new MalformedMessage("the client's first message is not that of SCRAM without channel binding");
    this.username = nameOf(name);
    this.#verifier = find(this.username);
    this.#header = header;
    this.#first = first;
    this.#nonce = nonce + ownNonce;
    const { salt, iterations } = this.#verifier;
    this.challenge = `r=${this.#nonce},s=${salt.toString('base64')},i=${iterations}`;
  }

  /** Takes the client's proof: the server's own, to be sent, or null when it is wrong. Takes as long for any proof. */
  finish(message: string): string | null {
    const [, withoutProof, binding = '', nonce, proof = ''] = clientFinal.exec(message) ?? [];
    if (withoutProof === undefined || nonce !== this.#nonce) return null;
    if (Buffer.from(binding, 'base64').toString() !== this.#header) return null;
    const given = Buffer.from(proof, 'base64');
    if (given.length !== keyLength) return null;
    const { storedKey, serverKey } = this.#verifier;
    const all = `${this.#first},${this.challenge},${withoutProof}`;
    const clientKey = hmac(storedKey, all).map((byte, at) => byte ^ given[at]!);
    const signature = hmac(serverKey, all).toString('base64');
    const right = timingSafeEqual(createHash('sha256').update(clientKey).digest(), storedKey);
    return right ? `v=${signature}` : null;
  }
}
