import path from 'node:path';
import { ConductorError, exitCode } from '../errors.ts';
import { textIfThere } from '../text/if-there.ts';
import { writePrivateFile } from './private-file.ts';

/** Who can read the secrets, relative to the project's root; committed with the code. */
export const recipientsFile = path.join('secrets', 'recipients');

/** A member of the team, or a machine such as CI, by public key. */
export interface Recipient {
  /** `age1…`; public. */
  readonly key: string;
  /** Whose key it is, for people. */
  readonly name: string;
}

/**
 * Reads `secrets/recipients`: one `age1… # name` a line, blank lines and comment lines allowed. A missing file is an empty list.
 * Throws `secrets.bad-recipient` with the line's number for anything that is not a public key.
 */
export async function readRecipients(root: string): Promise<Recipient[]> {
  const text = (await textIfThere(path.join(root, recipientsFile))) ?? '';
  const recipients: Recipient[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const hash = line.indexOf('#');
    const key = (hash < 0 ? line : line.slice(0, hash)).trim();
    const name = hash < 0 ? '' : line.slice(hash + 1).trim();
    if (key === '') continue;
    await assertRecipient(key, `line ${index + 1} of ${recipientsFile}`);
    recipients.push({ key, name });
  }
  return recipients;
}

/** Replaces `secrets/recipients`. The secrets themselves are re-encrypted by the caller. */
export async function writeRecipients(root: string, recipients: readonly Recipient[]): Promise<void> {
  const lines = recipients.map(({ key, name }) => (name ? `${key} # ${name}` : key));
  await writePrivateFile(
    path.join(root, recipientsFile),
    `# Who can read the secrets in this folder: one age public key a line. Change with: conductor secrets recipients\n${lines.join('\n')}\n`,
  );
}

/** Throws `secrets.bad-recipient` unless `key` is an age public key. A private key is refused without being repeated. */
export async function assertRecipient(key: string, where: string): Promise<void> {
  if (/^AGE-SECRET-KEY-/i.test(key)) {
    throw new ConductorError({
      code: 'secrets.private-recipient',
      message: `A private key was given as a recipient (${where}). Treat it as leaked if others saw it.`,
      hint: 'Recipients are public keys: they begin with age1.',
      exit: exitCode.usage,
    });
  }
  try {
    if (!key.startsWith('age1')) throw new Error('it does not begin with age1');
    const { Encrypter } = await import('age-encryption');
    new Encrypter().addRecipient(key);
  } catch (error) {
    throw new ConductorError({
      code: 'secrets.bad-recipient',
      message: `${JSON.stringify(key)} (${where}) is not an age public key.`,
      hint: 'It should look like age1… and is printed by `conductor secrets recipients`.',
      exit: exitCode.usage,
      cause: error,
    });
  }
}
