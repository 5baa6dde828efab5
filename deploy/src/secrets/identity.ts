import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConductorError, exitCode } from '../errors.ts';
import { ownFolder } from '../model/own-folder.ts';
import { writePrivateFile } from './private-file.ts';

/** Where a person's key is kept, relative to the project's root. The folder keeps itself out of git. */
export const keyFile = path.join(ownFolder, 'age.key');

/** Variable that carries the key where there is no file: CI, another machine. */
export const keyVariable = 'CONDUCTOR_AGE_KEY';

/** The private keys that may open this project's secrets, and where they came from (for messages). */
export interface Identity {
  readonly keys: readonly string[];
  readonly source: string;
}

/**
 * Finds the age key: the variable CONDUCTOR_AGE_KEY, or else `.conductor/age.key`, both in the format that `age-keygen`
 * writes (one `AGE-SECRET-KEY-…` a line, `#` comments). Returns null where there is neither.
 * Throws `secrets.bad-key` for one that is blank or malformed and `secrets.exposed-key` for a file that others can read.
 */
export async function findIdentity(
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Identity | null> {
  const fromEnvironment = env[keyVariable];
  if (fromEnvironment !== undefined) return parseIdentity(fromEnvironment, keyVariable);

  const file = path.join(root, keyFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ConductorError({
      code: 'secrets.unreadable-key',
      message: `The key file ${keyFile} cannot be read.`,
      hint: 'Check its owner and rights.',
      exit: exitCode.usage,
      cause: error,
    });
  }
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new ConductorError({
      code: 'secrets.exposed-key',
      message: `The key file ${keyFile} can be read by other users of this machine.`,
      hint: `chmod 600 ${keyFile}`,
      exit: exitCode.usage,
    });
  }
  return parseIdentity(text, keyFile);
}

/** As {@link findIdentity}, for callers that cannot go on without a key: `secrets.no-key` (exit 3). */
export async function requireIdentity(
  root: string,
  env?: Readonly<Record<string, string | undefined>>,
): Promise<Identity> {
  const identity = await findIdentity(root, env);
  if (identity) return identity;
  throw new ConductorError({
    code: 'secrets.no-key',
    message: `There is no key to open the secrets with: ${keyVariable} is not set and ${keyFile} does not exist.`,
    hint: 'Put your age key there, or make one with `conductor secrets recipients init` and ask a colleague to add you.',
    exit: exitCode.checksFailed,
  });
}

/** Makes a new key in `.conductor/age.key` (0600) and returns its public recipient. Refuses to replace an existing key. */
export async function createIdentity(root: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const key = await generateX25519Identity();
  const recipient = await identityToRecipient(key);
  const file = path.join(root, keyFile);
  await writePrivateFile(path.join(root, ownFolder, '.gitignore'), '*\n');
  try {
    await writePrivateFile(file, `# public key: ${recipient}\n${key}\n`, { exclusive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new ConductorError({
      code: 'secrets.key-exists',
      message: `There is a key in ${keyFile} already; it may be the only one that opens your secrets.`,
      hint: 'Move it away first if you really want another.',
      exit: exitCode.usage,
    });
  }
  return recipient;
}

/** The public recipients that belong to an identity. */
export async function recipientsOf(identity: Identity): Promise<string[]> {
  const { identityToRecipient } = await import('age-encryption');
  return Promise.all(identity.keys.map((key) => identityToRecipient(key)));
}

async function parseIdentity(text: string, source: string): Promise<Identity> {
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const identity = { keys, source };
  try {
    if (keys.length === 0) throw new Error('it holds no key');
    await recipientsOf(identity);
  } catch {
    // The library's message may quote the key, so it is not passed on as the cause.
    throw new ConductorError({
      code: 'secrets.bad-key',
      message: `${source} does not hold an age key.`,
      hint: 'It should be a line like AGE-SECRET-KEY-1…, as written by age-keygen or `conductor secrets recipients init`.',
      exit: exitCode.usage,
    });
  }
  return identity;
}
