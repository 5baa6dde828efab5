import { dirname } from 'node:path/posix';
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

export interface Trash {
  /** Oldest first. */
  readonly trashed: readonly Trashed[];
  /** Those that can't be read: they can't be brought back from there, and their data are left alone. */
  readonly damaged: readonly { readonly id: BackupId; readonly error: BackupError }[];
}

/** What is in the trash. An entry that can't be read hides no other. */
export async function listTrash(store: Store, scope: Scope): Promise<Trash> {
  const trashed: Trashed[] = [];
  const damaged: { id: BackupId; error: BackupError }[] = [];
  for await (const { key } of store.list(trashFolder(scope))) {
    const id = key.slice(trashFolder(scope).length).replace(/\.json$/, '');
    if (!isBackupId(id)) continue;
    try {
      trashed.push(await readTrashed(store, scope, id));
    } catch (error) {
      // A stale listing shows what is gone already.
      if (hasCode(error, 'store.missing')) continue;
      if (!hasCode(error, 'manifest.invalid')) throw error;
      damaged.push({ id, error });
    }
  }
  return { trashed, damaged };
}

async function readTrashed(store: Store, scope: Scope, id: BackupId): Promise<Trashed> {
  const { body } = await store.read(trashKey(scope, id));
  try {
    const { at, reason, manifest } = entrySchema.parse(JSON.parse(body));
    return { id, at, reason, manifest: parseManifest(manifest, scope, id, store.signing) };
  } catch (cause) {
    const folder = dirname(manifestKey(scope, id));
    throw new BackupError({
      code: 'manifest.invalid',
      message: `${id} can't come back from the trash: ${trashKey(scope, id)} in ${store.name} was changed after it was written.`,
      hint: `Its archive is left in ${folder}/, and may be whole: the guide shows how standard tools open it. Else remove both from the store.`,
      cause,
    });
  }
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
  const trash = await listTrash(store, scope);
  const trashed = trash.trashed.filter((entry) => entry.id.startsWith(id));
  const [found] = trashed;
  const broken = trash.damaged.find((entry) => entry.id === id);
  if (broken) throw broken.error;
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
