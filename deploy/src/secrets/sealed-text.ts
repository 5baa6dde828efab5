import { ConductorError, exitCode } from '../errors.ts';
import type { Identity } from './identity.ts';
import { type Recipient, recipientsFile } from './recipients.ts';

/** Its cryptography is most of what a short command would load; loaded when there is something to encrypt. */
const age = () => import('age-encryption');

/** Encrypts a text to all recipients, as age does. Throws `secrets.no-recipients` (exit 3) when there are none. */
export async function encryptText(text: string, recipients: readonly Recipient[]): Promise<Uint8Array> {
  if (recipients.length === 0) {
    throw new ConductorError({
      code: 'secrets.no-recipients',
      message: `Nobody could read the secrets: ${recipientsFile} names no recipient.`,
      hint: 'Make a key and add it: conductor secrets recipients init',
      exit: exitCode.checksFailed,
    });
  }
  const { Encrypter } = await age();
  const encrypter = new Encrypter();
  for (const { key } of recipients) encrypter.addRecipient(key);
  return encrypter.encrypt(text);
}

/**
 * Decrypts what {@link encryptText} made; `what` names it in errors.
 * @throws {ConductorError} `secrets.not-a-recipient` (exit 3) where it is intact, but not for this key.
 * @throws {Error} anything else, for what is not whole.
 */
export async function decryptText(bytes: Uint8Array, identity: Identity, what: string): Promise<string> {
  const { Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const key of identity.keys) decrypter.addIdentity(key);
  try {
    return await decrypter.decrypt(bytes, 'text');
  } catch (error) {
    // The library tells the two cases apart by its message only; `openSecrets` has a test for each.
    if (!(error instanceof Error && error.message.startsWith('no identity matched'))) throw error;
    throw new ConductorError({
      code: 'secrets.not-a-recipient',
      message: `${what} is not encrypted to the key in ${identity.source}.`,
      hint: 'Ask someone who can read it to run `conductor secrets recipients add KEY` with your public key.',
      exit: exitCode.checksFailed,
      cause: error,
    });
  }
}

/** The same in ASCII, for places that keep texts. */
export async function sealText(text: string, recipients: readonly Recipient[]): Promise<string> {
  const { armor } = await age();
  return armor.encode(await encryptText(text, recipients));
}

/** @throws {ConductorError} as {@link decryptText}, and `secrets.corrupted` (exit 2) for what is not what was sealed. */
export async function openText(sealed: string, identity: Identity, what: string): Promise<string> {
  const { armor } = await age();
  try {
    return await decryptText(armor.decode(sealed), identity, what);
  } catch (error) {
    if (error instanceof ConductorError) throw error;
    throw new ConductorError({
      code: 'secrets.corrupted',
      message: `${what} is not what was sealed there. It was left as it is.`,
      hint: 'Its earlier states are in the history of that git ref.',
      exit: exitCode.usage,
      cause: error,
    });
  }
}
