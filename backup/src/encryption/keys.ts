import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { BackupError } from '../errors.ts';

/** A key pair of the age format: whoever has the identity can open what was encrypted to the recipient. */
export interface KeyPair {
  /** `age1…`: public; goes into the configuration. */
  readonly recipient: string;
  /** `AGE-SECRET-KEY-1…`: secret; kept away from the machine that writes backups. */
  readonly identity: string;
}

export async function generateKeyPair(): Promise<KeyPair> {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** An encrypter to all of `recipients`; `encryption.recipient` names the one that is not of the age format. */
export function encrypterTo(recipients: readonly string[]): Encrypter {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new BackupError({
        code: 'encryption.recipient',
        message: `"${recipient}" is no age recipient.`,
        hint: 'A recipient begins with "age1"; `age-keygen` prints one as "Public key".',
        cause,
      });
    }
  }
  return encrypter;
}

/** A decrypter with all of `identities`. The error never holds the identity: it is a secret. */
export function decrypterWith(identities: readonly string[]): Decrypter {
  const decrypter = new Decrypter();
  identities.forEach((identity, index) => {
    try {
      decrypter.addIdentity(identity);
    } catch (cause) {
      throw new BackupError({
        code: 'encryption.identity',
        message: `Identity ${index + 1} is not of the age format.`,
        hint: 'An identity begins with "AGE-SECRET-KEY-1"; `age-keygen` writes one.',
        cause,
      });
    }
  });
  return decrypter;
}

/** The identities in the text of an age key file: a line each, `#` begins a comment. */
export function parseIdentities(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
