import type { SecretsDocument } from './document.ts';

export type Side = 'ours' | 'theirs';

/** Result of a three-way merge: the merged document, and the names that both sides changed differently. */
export interface Merged {
  readonly document: SecretsDocument;
  /** Where not empty, the document holds our side's value for these names. */
  readonly conflicts: readonly string[];
}

/**
 * Merges by name, like git merges by line: a name changed (or removed) on one side takes that side; changed alike on both,
 * either; changed differently is a conflict, unless `prefer` decides it. `base` is null when both sides began the file.
 */
export function mergeDocuments(
  base: SecretsDocument | null,
  ours: SecretsDocument,
  theirs: SecretsDocument,
  prefer?: Side,
): Merged {
  const conflicts: string[] = [];
  const pick = (name: string, before: string | undefined, a: string | undefined, b: string | undefined) => {
    if (a === b || b === before) return a;
    if (a === before) return b;
    if (prefer) return prefer === 'ours' ? a : b;
    conflicts.push(name);
    return a;
  };

  const names = new Set([...Object.keys(ours.secrets), ...Object.keys(theirs.secrets)]);
  const secrets: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const value = pick(name, base?.secrets[name], ours.secrets[name], theirs.secrets[name]);
    if (value !== undefined) secrets[name] = value;
  }
  // Fingerprint keys differ only where both sides began the file; ours then stays, and theirs' fingerprints show as changed.
  const fingerprintKey =
    ours.fingerprintKey === base?.fingerprintKey ? theirs.fingerprintKey : ours.fingerprintKey;
  return { document: { ...ours, fingerprintKey, secrets }, conflicts };
}
