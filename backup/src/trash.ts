import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { type BackupId, isBackupId, manifestKey, type Scope, trashFolder, trashKey } from './layout.ts';
import { appendLedger } from './ledger.ts';
import { hasManifest, type Manifest, parseManifest, writeManifest } from './manifest.ts';
import type { Store } from './stores/store.ts';

const entrySchema = z.object({
  at: z.iso.datetime(),
  reason: z.string(),
  /** Word for word, so that it comes back as it was. */
  manifest: z.string(),
});

/** A backup that was removed and can still be brought back. */
export interface Trashed {
  readonly id: BackupId;
  /** When it was removed. */
  readonly at: string;
  readonly reason: string;
  readonly manifest: Manifest;
}

/** What is in the trash, oldest first. An entry that can't be read is left out, and its data are left alone. */
export async function listTrash(store: Store, scope: Scope): Promise<Trashed[]> {
  const found: Trashed[] = [];
  for await (const { key } of store.list(trashFolder(scope))) {
    const id = key.slice(trashFolder(scope).length).replace(/\.json$/, '');
    if (!isBackupId(id)) continue;
    const entry = await readTrashed(store, scope, id).catch((error) => {
      if (hasCode(error, 'manifest.invalid', 'store.missing')) return undefined;
      throw error;
    });
    if (entry !== undefined) found.push(entry);
  }
  return found;
}

async function readTrashed(store: Store, scope: Scope, id: BackupId): Promise<Trashed> {
  const { body } = await store.read(trashKey(scope, id));
  let entry: z.infer<typeof entrySchema>;
  try {
    entry = entrySchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new BackupError({
      code: 'manifest.invalid',
      message: `${trashKey(scope, id)} in ${store.name} can't be read: it was changed after it was written.`,
      cause,
    });
  }
  const { at, reason, manifest } = entry;
  return { id, at, reason, manifest: parseManifest(manifest, scope, id, store.signing) };
}

/** From here on it is no backup. Only its manifest moves: the data stay where they are until the trash is emptied. */
export async function moveToTrash(
  store: Store,
  scope: Scope,
  { id, reason }: { readonly id: BackupId; readonly reason: string },
  at: Date,
): Promise<void> {
  const { body } = await store.read(manifestKey(scope, id));
  parseManifest(body, scope, id, store.signing);
  await store.write(trashKey(scope, id), JSON.stringify({ at: at.toISOString(), reason, manifest: body }));
  // The way back has to be there before the backup goes.
  await readTrashed(store, scope, id);
  await store.delete(manifestKey(scope, id));
}

/** Removes a backup that is in the trash for good; of one that is a backup (again), only what is in the trash. */
export async function removeTrashed(store: Store, scope: Scope, { id, manifest }: Trashed): Promise<void> {
  const isBackup = await hasManifest(store, scope, id);
  // When only this is done, the data are of nothing, and the next sweep takes them.
  await store.delete(trashKey(scope, id));
  if (!isBackup) await store.delete(manifest.data.key);
}

/** Whether the data of this id still have a way back. */
export async function isInTrash(store: Store, scope: Scope, id: BackupId): Promise<boolean> {
  try {
    await store.head(trashKey(scope, id));
    return true;
  } catch (error) {
    if (hasCode(error, 'store.missing')) return false;
    throw error;
  }
}

/**
 * Makes what was removed a backup again: retention keeps it as if it had been made now. Run it under the lease.
 * @throws {BackupError} `backup.not-found` when it is not in the trash (any more).
 */
export async function undeleteBackup(
  { store, scope, id }: { readonly store: Store; readonly scope: Scope; readonly id: BackupId },
  now = new Date(),
): Promise<Manifest> {
  const trashed = (await listTrash(store, scope)).filter((entry) => entry.id.startsWith(id));
  const [found] = trashed;
  if (found === undefined || trashed.length > 1) {
    throw new BackupError({
      code: 'backup.not-found',
      message: found
        ? `"${id}" could be any of ${trashed.map((entry) => entry.id).join(', ')}.`
        : `${scope.environment} has no backup "${id}" in the trash of ${store.name}.`,
      hint: `What there is: conductor backup list ${scope.environment}`,
    });
  }
  await store.head(found.manifest.data.key);
  const at = now.toISOString();
  const manifest = { ...found.manifest, undeleted: at };
  await writeManifest(store, manifest);
  await appendLedger(store, scope, { at, action: 'undelete', removed: [], restored: found.id });
  await store.delete(trashKey(scope, found.id));
  return manifest;
}
