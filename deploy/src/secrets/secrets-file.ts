import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { ConductorError, exitCode } from '../errors.ts';
import { emptyDocument, parseDocument, type SecretsDocument, serializeDocument } from './document.ts';
import type { Identity } from './identity.ts';
import { writePrivateFile } from './private-file.ts';
import type { Recipient } from './recipients.ts';
import { decryptText, encryptText } from './sealed-text.ts';

/** Path of an environment's secrets, relative to the project's root. */
export function secretsFile(environment: string): string {
  if (!/^[a-z0-9][a-z0-9_-]*$/i.test(environment)) {
    throw new ConductorError({
      code: 'secrets.bad-environment',
      message: `${JSON.stringify(environment)} cannot be the name of an environment.`,
      exit: exitCode.usage,
    });
  }
  return path.join('secrets', `${environment}.age`);
}

/** A secrets file as it was read. `revision` identifies the encrypted bytes; null when there was no file. */
export interface OpenedSecrets {
  readonly document: SecretsDocument;
  readonly revision: string | null;
}

/** Whether the environment has a secrets file at all; nothing is decrypted, so no key is needed. */
export async function hasSecrets(root: string, environment: string): Promise<boolean> {
  return access(path.join(root, secretsFile(environment))).then(
    () => true,
    () => false,
  );
}

/**
 * Reads and decrypts `secrets/<environment>.age`. A file that is missing gives an empty document with `revision: null`; one
 * that is there but cannot be trusted never does: it throws `secrets.conflict` (an unfinished git merge),
 * `secrets.corrupted` (empty, truncated, altered, not age) or `secrets.not-a-recipient` (intact, but not for this key).
 */
export async function openSecrets(
  root: string,
  environment: string,
  identity: Identity,
): Promise<OpenedSecrets> {
  const file = secretsFile(environment);
  const bytes = await readIfThere(path.join(root, file));
  if (bytes === null) return { document: emptyDocument(environment), revision: null };
  return { document: await decryptDocument(bytes, identity, file, environment), revision: revisionOf(bytes) };
}

/**
 * Encrypts and writes the document in place of what was opened. Throws `secrets.changed` when the file is no longer what
 * was opened (someone else wrote it meanwhile), and never replaces a file that could not be opened, since the only way to
 * a revision is {@link openSecrets}.
 */
export async function saveSecrets(
  root: string,
  opened: OpenedSecrets,
  recipients: readonly Recipient[],
): Promise<void> {
  const file = secretsFile(opened.document.environment);
  const encrypted = await encryptDocument(opened.document, recipients);
  await writePrivateFile(path.join(root, file), encrypted, {
    exclusive: opened.revision === null,
    before: async () => {
      const now = await readIfThere(path.join(root, file));
      if ((now === null ? null : revisionOf(now)) === opened.revision) return;
      throw new ConductorError({
        code: 'secrets.changed',
        message: `${file} was changed by someone else while this command ran; nothing was written.`,
        hint: 'Run the command again.',
      });
    },
  });
}

/** Encrypts a document to all recipients. Throws `secrets.no-recipients` when there are none. */
export const encryptDocument = (
  document: SecretsDocument,
  recipients: readonly Recipient[],
): Promise<Uint8Array> => encryptText(serializeDocument(document), recipients);

/**
 * Decrypts a document; `file` names it in errors. With `environment` the document must belong to it.
 * Throws as {@link openSecrets} does.
 */
export async function decryptDocument(
  bytes: Uint8Array,
  identity: Identity,
  file: string,
  environment?: string,
): Promise<SecretsDocument> {
  assertAge(bytes, file);
  let text: string;
  try {
    text = await decryptText(bytes, identity, file);
  } catch (error) {
    throw error instanceof ConductorError ? error : corrupted(file, 'it was truncated or altered', error);
  }
  let document: SecretsDocument;
  try {
    document = parseDocument(text);
  } catch (error) {
    throw corrupted(file, error instanceof Error ? error.message : String(error));
  }
  if (environment !== undefined && document.environment !== environment) {
    throw new ConductorError({
      code: 'secrets.wrong-environment',
      message: `${file} holds the secrets of ${document.environment}, not of ${environment}.`,
      hint: 'It was probably copied or renamed. Bring the right file back from git.',
      exit: exitCode.usage,
    });
  }
  return document;
}

function assertAge(bytes: Uint8Array, file: string): void {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.startsWith('age-encryption.org/') && !/^(<<<<<<<|>>>>>>>) /m.test(text)) return;
  if (/^<<<<<<< /m.test(text)) {
    throw new ConductorError({
      code: 'secrets.conflict',
      message: `${file} contains the marks of an unfinished git merge.`,
      hint: `conductor secrets merge ${path.basename(file, '.age')}`,
      exit: exitCode.usage,
    });
  }
  throw corrupted(file, bytes.length === 0 ? 'it is an empty file (0 bytes)' : 'it is not an age file');
}

function corrupted(file: string, why: string, cause?: unknown): ConductorError {
  return new ConductorError({
    code: 'secrets.corrupted',
    message: `${file} cannot be read: ${why}. It was left as it is.`,
    hint: `Bring back a good copy: git log -- ${file}, then git checkout <commit> -- ${file}`,
    exit: exitCode.usage,
    cause,
  });
}

async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
