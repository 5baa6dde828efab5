import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecretSource } from '../config/resolve.ts';
import { ConductorError, exitCode } from '../errors.ts';
import {
  emptyDocument,
  parseDocument,
  type SecretsDocument,
  serializeDocument,
} from '../secrets/document.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { writePrivateFile } from '../secrets/private-file.ts';

/** The secrets of one environment: those committed with the code where it has them, and those made on this machine. */
export interface Vault extends SecretSource {
  /** Every value that is known, by name; for the redactor. */
  readonly values: Readonly<Record<string, string>>;
  /** Why the committed secrets could not be read; only in a vault that was opened to look. */
  readonly unreadable?: ConductorError;
  /** Keyed fingerprint of a value, the same for everyone who may read the environment's secrets. */
  fingerprint(name: string, value: string): string;
}

/**
 * Opens an environment's secrets. A value is looked for in `secrets/<environment>.age`, then among those made on this machine
 * (`.conductor/<environment>/secrets.json`, 0600), then in the variable of that name of this process.
 * With `look` the vault opens although the committed ones cannot be read, and says why.
 * @throws {ConductorError} as `openSecrets` does, and `secrets.corrupted` for a kept file that is not what was written.
 */
export async function openVault(
  root: string,
  environment: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
  { look = false } = {},
): Promise<Vault> {
  let unreadable: ConductorError | undefined;
  const committed = await committedSecrets(root, environment, env).catch((error: unknown) => {
    if (!look || !(error instanceof ConductorError)) throw error;
    unreadable = error;
    return undefined;
  });
  const file = join(root, '.conductor', environment, 'secrets.json');
  let kept = await readKept(file, environment);
  const document = committed ?? kept;

  return {
    ...(unreadable && { unreadable }),
    get values() {
      return { ...kept.secrets, ...committed?.secrets };
    },
    get: (name) => committed?.secrets[name] ?? kept.secrets[name] ?? env[name],
    async generate(name, bytes) {
      const known = committed?.secrets[name] ?? kept.secrets[name];
      if (known !== undefined) return known;
      const value = randomBytes(bytes).toString('base64url');
      kept = { ...kept, secrets: { ...kept.secrets, [name]: value } };
      await writePrivateFile(file, serializeDocument(kept));
      return value;
    },
    fingerprint: (name, value) => fingerprint(document.fingerprintKey, name, value),
    howTo: (name) => `run \`conductor secrets set ${name} ${environment}\`, or set the variable ${name}`,
  };
}

/** Undefined where the environment has no committed secrets; the decrypting library is loaded only where it has. */
async function committedSecrets(
  root: string,
  environment: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SecretsDocument | undefined> {
  const { hasSecrets, openSecrets } = await import('../secrets/secrets-file.ts');
  if (!(await hasSecrets(root, environment))) return undefined;
  const { requireIdentity } = await import('../secrets/identity.ts');
  return (await openSecrets(root, environment, await requireIdentity(root, env))).document;
}

async function readKept(file: string, environment: string): Promise<SecretsDocument> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const fresh = emptyDocument(environment);
    await writePrivateFile(file, serializeDocument(fresh));
    return fresh;
  }
  try {
    return parseDocument(text);
  } catch (cause) {
    throw new ConductorError({
      code: 'secrets.corrupted',
      message: `${file} is not what was written there: ${(cause as Error).message}. It was left as it is.`,
      hint: 'Bring back a good copy. Without one, remove it: new values are made, and what the old ones protected is lost.',
      exit: exitCode.usage,
    });
  }
}
