import type { SecretSource } from '../config/resolve.ts';
import { isAddress } from '../config/secret-address.ts';
import { ConductorError } from '../errors.ts';
import { emptyDocument, type SecretsDocument } from '../secrets/document.ts';
import type { Elsewhere } from '../secrets/elsewhere/elsewhere.ts';
import { fingerprint } from '../secrets/fingerprint.ts';
import { readRecipients } from '../secrets/recipients.ts';
import { type GeneratedPlace, GeneratedSecrets } from './generated-secrets.ts';

/** The secrets of one environment: those committed with the code where it has them, and the generated ones. */
export interface Vault extends SecretSource {
  /** Every value that is known, by name; for the redactor. */
  readonly values: Readonly<Record<string, string>>;
  /** Secrets that are kept elsewhere. */
  readonly elsewhere: Elsewhere;
  /** Why the committed secrets could not be read; only in a vault that was opened to look. */
  readonly unreadable?: ConductorError;
  /** Keyed fingerprint of a value, the same for everyone who may read the environment's secrets. */
  fingerprint(name: string, value: string): string;
}

interface VaultOptions {
  readonly root: string;
  readonly environment: string;
  /** Where the generated secrets are kept. */
  readonly generated: GeneratedPlace;
  readonly elsewhere: Elsewhere;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Only to look: nothing is made, and secrets that cannot be read are no obstacle; the vault says why. */
  readonly look?: boolean;
  /** Told each value that is read, so that it can be kept out of what is written. */
  readonly onRead?: (value: string, name: string) => void;
}

/**
 * Opens an environment's secrets. That of an address is what was read there; another value is looked for in `secrets/<environment>.age`, then among the generated ones, then in the
 * variable of that name of this process.
 * @throws {ConductorError} as `openSecrets` does, and `secrets.corrupted` for generated ones that are not what was written.
 */
export async function openVault({
  root,
  environment,
  generated: place,
  elsewhere,
  env = process.env,
  look = false,
  onRead = () => {},
}: VaultOptions): Promise<Vault> {
  let unreadable: ConductorError | undefined;
  const readable = <T>(opening: Promise<T>): Promise<T | undefined> =>
    opening.catch((error: unknown) => {
      if (!look || !(error instanceof ConductorError)) throw error;
      unreadable ??= error;
      return undefined;
    });
  const committed = await readable(committedSecrets(root, environment, env));
  // Nothing is made where nothing has to be: an environment without secrets needs nobody's key.
  const generated = await readable(
    GeneratedSecrets.open(place, environment, { look: look || committed !== undefined }).catch((error) => {
      if (!(error instanceof ConductorError) || error.code !== 'secrets.no-recipients') throw error;
      return GeneratedSecrets.open(place, environment, { look: true });
    }),
  );
  const fingerprintKey = (committed ?? generated ?? emptyDocument(environment)).fingerprintKey;
  const made = (name: string) => committed?.secrets[name] ?? generated?.values[name];

  return {
    ...(unreadable && { unreadable }),
    elsewhere,
    problemOf: elsewhere.problemOf,
    get values() {
      return { ...generated?.values, ...committed?.secrets };
    },
    get(name) {
      if (isAddress(name)) return elsewhere.get(name);
      const value = made(name) ?? env[name];
      if (value !== undefined) onRead(value, name);
      return value;
    },
    generated: made,
    team: async () => (await readRecipients(root)).map(({ key }) => key),
    async generate(name, bytes) {
      const known = made(name);
      if (known !== undefined) return known;
      if (!generated) throw unreadable;
      return generated.make(name, bytes);
    },
    fingerprint: (name, value) => fingerprint(fingerprintKey, name, value),
    howTo: (name) =>
      isAddress(name)
        ? `a deploy reads it from ${name}`
        : `run \`conductor secrets set ${environment} ${name}\`, or set the variable ${name}`,
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
