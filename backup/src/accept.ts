import { isSuspicious } from './counts.ts';
import { BackupError } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';
import type { Store } from './stores/store.ts';

/**
 * Writes down that what a suspicious backup lacks was meant to go: it counts from then on, and later ones are compared with it.
 * @throws {BackupError} `backup.not-suspicious`
 */
export async function acceptBackup(
  { store, scope, id }: { readonly store: Store; readonly scope: Scope; readonly id: BackupId },
  now = new Date(),
): Promise<Manifest> {
  const { manifest, etag } = await readManifest(store, scope, id);
  if (!isSuspicious(manifest)) {
    throw new BackupError({
      code: 'backup.not-suspicious',
      message: `The backup ${id} is not suspicious: there is nothing to accept.`,
      hint: `Which ones are: conductor backup list ${scope.environment}`,
    });
  }
  const suspicious = { ...manifest.suspicious!, accepted: now.toISOString() };
  return (await writeManifest(store, { ...manifest, suspicious }, { etag })).manifest;
}
