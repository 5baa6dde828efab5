import { findIdentity, recipientsOf, requireIdentity } from '../secrets/identity.ts';
import { readRecipients } from '../secrets/recipients.ts';
import { openText, sealText } from '../secrets/sealed-text.ts';

/** Encrypts for those who may read an environment's secrets, and opens with this machine's key. */
export class Seal {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Public keys of those who can open what is sealed now, in order. */
  async readers(): Promise<string[]> {
    return (await readRecipients(this.#root)).map(({ key }) => key).sort();
  }

  /** @throws {ConductorError} `secrets.no-recipients` (exit 3) where nobody could open it. */
  async seal(text: string): Promise<string> {
    return sealText(text, await readRecipients(this.#root));
  }

  /**
   * `what` names it in errors.
   * @throws {ConductorError} `secrets.no-key` or `secrets.not-a-recipient` (exit 3), `secrets.corrupted` (exit 2).
   */
  async open(sealed: string, what: string): Promise<string> {
    return openText(sealed, await requireIdentity(this.#root), what);
  }

  /** Whether this machine can open what it seals. */
  async opensItsOwn(): Promise<boolean> {
    const identity = await findIdentity(this.#root);
    const own = identity ? await recipientsOf(identity) : [];
    const readers = await this.readers();
    return own.some((key) => readers.includes(key));
  }
}
