import { judge } from './counts.ts';
import { BackupError } from './errors.ts';
import { type BackupId, folderOf, idIn, manifestKey, type Scope } from './layout.ts';
import {
  hasManifest,
  type ListOptions,
  listManifests,
  type Manifest,
  readManifest,
  type StoredManifest,
} from './manifest.ts';
import type { Store } from './stores/store.ts';
import { isInTrash } from './trash.ts';

export interface BackupList {
  /** Newest first. */
  readonly backups: readonly Manifest[];
  /** Those whose manifest can't be trusted. They are never removed by retention. */
  readonly damaged: readonly { readonly id: BackupId; readonly error: BackupError }[];
}

/** The backups of an environment: what has a manifest, and nothing else. */
export async function listBackups(
  store: Store,
  scope: Scope,
  options: ListOptions = {},
): Promise<BackupList> {
  const backups: Manifest[] = [];
  const damaged: { id: BackupId; error: BackupError }[] = [];
  for (const entry of await listManifests(store, scope, options)) {
    if ('error' in entry) damaged.push(entry);
    else backups.push(entry.manifest);
  }
  return { backups: backups.reverse(), damaged };
}

/**
 * The backup that a person means: by id, by its beginning when only one has it, or `latest`, which is the newest one that counts.
 */
export async function findBackup(
  store: Store,
  scope: Scope,
  wanted: string,
  now = new Date(),
): Promise<StoredManifest> {
  const beginning = wanted === 'latest' ? '' : wanted;
  const { backups, damaged } = await listBackups(store, scope, { beginning });
  const found =
    wanted === 'latest'
      ? judge(backups, now).good.slice(0, 1)
      : backups.filter(({ id }) => id.startsWith(wanted));
  if (found.length === 1) return readManifest(store, scope, found[0]!.id);
  const broken = damaged.find(({ id }) => id === wanted);
  if (broken) throw broken.error;
  const stranger = wanted === 'latest' ? newestProvenByNobodyKnown(backups) : undefined;
  if (stranger) {
    throw new BackupError({
      code: 'backup.not-found',
      message: `${scope.environment} has no verified backup in ${store.name} that counts: of the newest, ${stranger.id}, ${stranger.unsigned}.`,
      hint: `Give the key that signed it (BACKUP_SIGNING_KEY). If that is lost, and nobody else can write the store: conductor restore ${scope.environment} ${stranger.id}`,
    });
  }
  throw new BackupError({
    code: 'backup.not-found',
    message:
      found.length > 1
        ? `"${wanted}" could be any of ${found.map(({ id }) => id).join(', ')}.`
        : wanted === 'latest'
          ? `${scope.environment} has no verified backup in ${store.name} that counts.`
          : `${scope.environment} has no backup "${wanted}" in ${store.name}.`,
    hint: `What there is: conductor backup list ${scope.environment}`,
  });
}

/** On a machine that came in the place of a lost one, the key that signed is often lost, too. */
const newestProvenByNobodyKnown = (backups: readonly Manifest[]): Manifest | undefined =>
  backups.find(({ unsigned, verification }) => unsigned !== undefined && verification.state === 'verified');

/** What lies in an environment's folders without being part of a backup: what killed and failed runs left. */
export async function findLeftovers(store: Store, scope: Scope): Promise<string[]> {
  const keys = new Map<BackupId, string[]>();
  for await (const { key } of store.list(folderOf(scope))) {
    const id = idIn(scope, key);
    if (id !== undefined) keys.set(id, [...(keys.get(id) ?? []), key]);
  }
  const leftovers: string[] = [];
  for (const [id, found] of keys) {
    if (found.includes(manifestKey(scope, id)) || (await hasManifest(store, scope, id))) continue;
    if (await isInTrash(store, scope, id)) continue;
    leftovers.push(...found);
  }
  return leftovers;
}
