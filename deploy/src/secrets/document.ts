import { randomBytes } from 'node:crypto';
import { z } from 'zod';

/** Name of a secret: what an environment variable may be called. */
export const secretName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and _, not starting with a digit');

/** Values by name. Handled in memory only; nothing prints it. */
export type Secrets = Readonly<Record<string, string>>;

/**
 * What an encrypted secrets file holds, as JSON with two spaces and names in order, so that the same secrets are always the
 * same bytes before encryption. The environment is inside so that a file renamed to another environment is noticed, and
 * the fingerprint key is inside so that everybody who may read the secrets computes the same fingerprints, and nobody else can.
 */
const documentSchema = z.strictObject({
  format: z.literal('conductor-secrets/1'),
  environment: z.string().min(1),
  /** 32 random bytes, base64. */
  fingerprintKey: z.base64().length(44),
  secrets: z.record(secretName, z.string()),
});

export type SecretsDocument = Readonly<z.infer<typeof documentSchema>>;

/** A document without secrets and with a fingerprint key of its own. */
export function emptyDocument(environment: string): SecretsDocument {
  return {
    format: 'conductor-secrets/1',
    environment,
    fingerprintKey: randomBytes(32).toString('base64'),
    secrets: {},
  };
}

/** Stable text of a document: equal documents give equal text. */
export function serializeDocument(document: SecretsDocument): string {
  const secrets = Object.fromEntries(
    Object.entries(document.secrets).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
  const { format, environment, fingerprintKey } = document;
  return `${JSON.stringify({ format, environment, fingerprintKey, secrets }, null, 2)}\n`;
}

/** Reads what {@link serializeDocument} wrote. The error that it throws names paths and never a value. */
export function parseDocument(text: string): SecretsDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text around the mistake, which is secret.
    throw new Error('the decrypted text is not JSON');
  }
  const result = documentSchema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'document'}: ${issue.code}`);
  throw new Error(`the decrypted text is not a secrets document (${problems.join('; ')})`);
}
