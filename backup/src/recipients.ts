import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { recipientsKey, type Scope } from './layout.ts';
import { openJson, sealJson } from './sealed-json.ts';
import { signatureSchema } from './signature.ts';
import type { Store } from './stores/store.ts';

/** Public keys (age recipients) of those who can open a backup; null: it is not encrypted. */
type Recipients = readonly string[] | null;

const statementSchema = z.looseObject({
  format: z.literal('conductor-recipients/1'),
  project: z.string(),
  environment: z.string(),
  at: z.iso.datetime(),
  recipients: z.array(z.string()).nullable(),
  signature: signatureSchema.optional(),
});

/**
 * Writes down, where the backups are, who is to be able to open those of an environment: for whoever makes them, and was told something else when
 * it was started. Signed where the store has a key for that.
 */
export async function stateRecipients(
  store: Store,
  scope: Scope,
  recipients: Recipients,
  now = new Date(),
): Promise<void> {
  const { project, environment } = scope;
  const statement = {
    ...{ format: 'conductor-recipients/1', project, environment, at: now.toISOString() },
    recipients: recipients && [...recipients].sort(),
  };
  await store.write(recipientsKey(scope), sealJson(statement, store.signing?.signer));
}

/**
 * Who is to be able to open the backups of an environment; undefined where nobody has written it down.
 * @throws {BackupError} `recipients.invalid` when what is there can't be trusted.
 */
export async function statedRecipients(
  store: Store,
  scope: Scope,
): Promise<{ readonly recipients: Recipients } | undefined> {
  let body: string;
  try {
    ({ body } = await store.read(recipientsKey(scope)));
  } catch (error) {
    if (hasCode(error, 'store.missing')) return undefined;
    throw error;
  }
  const { content, unsigned } = opened(body, store, scope);
  const { project, environment, recipients } = content;
  if (project !== scope.project || environment !== scope.environment)
    throw invalid(store, scope, `it belongs to ${project}/${environment}`);
  if (unsigned !== undefined) throw invalid(store, scope, unsigned);
  return { recipients };
}

function opened(body: string, store: Store, scope: Scope) {
  try {
    return openJson(body, statementSchema, store.signing);
  } catch (cause) {
    throw invalid(store, scope, (cause as Error).message, cause);
  }
}

const invalid = (store: Store, scope: Scope, why: string, cause?: unknown): BackupError =>
  new BackupError({
    code: 'recipients.invalid',
    message: `Who is to be able to open the backups is not known: ${recipientsKey(scope)} in ${store.name} can't be trusted: ${why}.`,
    hint: `The next deploy writes it anew: conductor deploy ${scope.environment}`,
    cause,
  });

/** What the keys of a backup lack and have too much, as half a sentence; undefined where they are those that they should be. */
export function differenceOf(found: Recipients, wanted: Recipients): string | undefined {
  if (found === null) return wanted === null ? undefined : 'it is not encrypted, and is to be';
  if (wanted === null) return `it is encrypted, to ${named(found)}, and is not to be`;
  const lacking = wanted.filter((key) => !found.includes(key));
  const strangers = found.filter((key) => !wanted.includes(key));
  const parts = [
    ...(lacking.length > 0 ? [`${named(lacking)} cannot open it`] : []),
    ...(strangers.length > 0 ? [`${named(strangers)} can open it and is not among the recipients`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

/** As much of each key as tells it from the others. */
const named = (keys: readonly string[]): string => keys.map((key) => `${key.slice(0, 12)}…`).join(', ');
