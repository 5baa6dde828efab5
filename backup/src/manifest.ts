import { z } from 'zod';
import { BackupError, hasCode } from './errors.ts';
import { inParallel } from './in-parallel.ts';
import { type BackupId, dataKey, folderOf, idIn, manifestKey, type Scope } from './layout.ts';
import type { ManifestMemory } from './manifest-memory.ts';
import { retry } from './retry.ts';
import { type Opened, openJson, sealJson } from './sealed-json.ts';
import { type Signer, type Signing, signatureSchema } from './signature.ts';
import type { Condition, Store } from './stores/store.ts';

const time = z.iso.datetime();
const count = z.int().nonnegative();

const collectionSchema = z.object({
  db: z.string(),
  collection: z.string(),
  /** `collection`, `view` or `timeseries`. */
  type: z.string(),
  documents: count,
  /** Bytes of raw BSON. */
  bytes: count,
  /** Order-independent hash of the raw documents; see `fingerprint.ts`. */
  hash: z.string(),
  /** Canonical Extended JSON of the options, and of each index. */
  options: z.string(),
  indexes: z.array(z.string()),
});

/** What the backup is a picture of. Only `snapshot` is one instant. */
const consistencySchema = z.discriminatedUnion('kind', [
  /** Every collection was read as of one instant: `at`, seconds and increment of the server's clock. */
  z.object({ kind: z.literal('snapshot'), at: z.object({ t: count, i: count }) }),
  /** Collections were read one after another: not point-in-time. */
  z.object({ kind: z.literal('none'), reason: z.string() }),
]);

const verificationSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('pending') }),
  z.object({
    state: z.literal('verified'),
    at: time,
    /** Milliseconds from the first byte read from the store to the last comparison: the measured restore time. */
    duration: count,
    /** What it was restored into: `embedded-mongo 7.0.0`. */
    server: z.string(),
    /** What that server has not, so that only the archive of it was read and compared: one sentence each. */
    unproven: z.array(z.string()).optional(),
  }),
  z.object({ state: z.literal('failed'), at: time, reason: z.string() }),
]);

/** Fields of later versions are kept: this one can then read, and change, what they wrote. */
const manifestSchema = z.looseObject({
  format: z.literal('conductor-backup/1'),
  id: z.string(),
  /** Rises with every backup of the environment, whatever the clock says. Those of the first versions have none. */
  sequence: count.optional(),
  project: z.string(),
  environment: z.string(),
  /** What it was made for. One made before a deploy or a restore may be of data that was damaged already: it is never "the latest". */
  purpose: z.enum(['scheduled', 'manual', 'before-deploy', 'before-restore']),
  /** Version of the release that was live, where the caller knows it. */
  release: z.string().nullable(),
  /** When reading began. With `consistency`, it says of which instant the data is. */
  startedAt: time,
  finishedAt: time,
  source: z.object({ version: z.string(), embedded: z.boolean(), replicaSet: z.string().nullable() }),
  consistency: consistencySchema,
  data: z.object({
    key: z.string(),
    size: count,
    sha256: z.string(),
    /** Public keys (age recipients) that it is encrypted to; null: not encrypted. */
    recipients: z.array(z.string()).nullable(),
  }),
  archiveBytes: count,
  collections: z.array(collectionSchema),
  warnings: z.array(z.string()),
  verification: verificationSchema,
  /** Has hardly half of what `than` had. It does not count until somebody has accepted that. */
  suspicious: z.object({ reason: z.string(), than: z.string(), accepted: time.optional() }).optional(),
  /** When it was taken back out of the trash. */
  undeleted: time.optional(),
  /** When its bytes were last read again and found to be those of `data`: a proof of then holds for as long as they are. */
  reread: time.optional(),
  /** Of everything before it. */
  signature: signatureSchema.optional(),
});

export type Manifest = z.infer<typeof manifestSchema> & {
  /** Why it is not known who made it, where that is asked for ({@link Store.signing}): such a backup does not count. Not written down. */
  readonly unsigned?: string | undefined;
};
/** Whether it is known who made it, or nobody asks. */
export const isSigned = ({ unsigned }: Pick<Manifest, 'unsigned'>): boolean => unsigned === undefined;

export type CollectionRecord = z.infer<typeof collectionSchema>;
export type Consistency = z.infer<typeof consistencySchema>;
export type Verification = z.infer<typeof verificationSchema>;

/** A manifest with the version of the object that it was read from. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly etag: string;
}

/**
 * A backup is what has a manifest; so this is written last. With a condition, only when it is met. It is read back and compared: fails with
 * `manifest.not-kept` when the store has something else than was written, or nothing.
 */
export async function writeManifest(
  store: Store,
  manifest: Manifest,
  condition?: Condition,
): Promise<StoredManifest> {
  const key = manifestKey(manifest, manifest.id);
  const body = serializeManifest(manifest, signerFor(store, manifest));
  await store.write(key, body, condition);
  return { manifest, etag: await readBack(store, key, body) };
}

/** What somebody else may have made is never signed here. */
function signerFor(store: Store, { id, signature, unsigned }: Manifest): Signer | undefined {
  if (unsigned !== undefined) return undefined;
  if (signature === undefined || store.signing !== undefined) return store.signing?.signer;
  throw new BackupError({
    code: 'manifest.no-signer',
    message: `The manifest of ${id} is signed, and there is no key here to sign what is changed in it.`,
    hint: 'Give the signing key of the backups (BACKUP_SIGNING_KEY), or do this where it is known.',
  });
}

/** The version of what was written. Looked at more than once: a byte that was changed on its way back says nothing of the store. */
function readBack(store: Store, key: string, body: string): Promise<string> {
  const look = async (): Promise<string> => {
    const found = await store.read(key).catch((error) => {
      if (hasCode(error, 'store.missing')) return undefined;
      throw error;
    });
    if (found?.body === body) return found.etag;
    throw notKept(store.name, key, found === undefined ? 'nothing' : 'something else');
  };
  return retry(look, { attempts: 3, pause: 200, again: (error) => hasCode(error, 'manifest.not-kept') });
}

/** Fails with `store.missing` when there is no such backup, with `manifest.invalid` when its manifest can't be trusted. */
export async function readManifest(store: Store, scope: Scope, id: BackupId): Promise<StoredManifest> {
  const { body, etag } = await store.read(manifestKey(scope, id));
  return { manifest: parseManifest(body, scope, id, store.signing), etag };
}

/** Asked of the object itself: a listing may be older than the manifest. A damaged manifest is one, too. */
export async function hasManifest(store: Store, scope: Scope, id: BackupId): Promise<boolean> {
  try {
    await readManifest(store, scope, id);
    return true;
  } catch (error) {
    if (hasCode(error, 'store.missing')) return false;
    if (hasCode(error, 'manifest.invalid')) return true;
    throw error;
  }
}

export type ListedManifest =
  | { readonly manifest: Manifest }
  | { readonly id: BackupId; readonly error: BackupError };

export interface ListOptions {
  /** Only backups whose id begins so. */
  readonly beginning?: string;
  /** What was read before and did not change is not read again, but for the newest. */
  readonly memory?: ManifestMemory;
}

/** Manifests that are read at once. */
const AT_ONCE = 8;

/** The manifests of a scope, oldest first. One that can't be trusted is handed on as the error that it is. */
export async function listManifests(
  store: Store,
  scope: Scope,
  { beginning = '', memory }: ListOptions = {},
): Promise<ListedManifest[]> {
  const listed: { readonly id: BackupId; readonly version: string | undefined }[] = [];
  for await (const { key, version } of store.list(`${folderOf(scope)}${beginning}`)) {
    const id = idIn(scope, key);
    if (id !== undefined && key === manifestKey(scope, id)) listed.push({ id, version });
  }
  // Not every store lists in order.
  listed.sort((a, b) => (a.id < b.id ? -1 : 1));
  const newest = listed.at(-1)?.id;
  const found = await inParallel(listed, AT_ONCE, async ({ id, version }) => {
    const key = manifestKey(scope, id);
    const known = id === newest ? undefined : memory?.recall(key, version);
    if (known !== undefined) return { manifest: known };
    try {
      const { body } = await store.read(key);
      const manifest = parseManifest(body, scope, id, store.signing);
      memory?.remember(key, version, manifest, body.length);
      return { manifest };
    } catch (error) {
      // A stale listing shows what is gone already.
      if (hasCode(error, 'store.missing')) return undefined;
      if (hasCode(error, 'manifest.invalid')) return { id, error };
      throw error;
    }
  });
  memory?.forgetOthers();
  return found.filter((entry) => entry !== undefined);
}

/** In the schema's order of fields, which is the one that they have when they are read. */
export function serializeManifest(manifest: Manifest, signer?: Signer): string {
  const { signature: _, unsigned: __, ...content } = manifestSchema.parse(manifest);
  return sealJson(content, signer);
}

export function parseManifest(text: string, scope: Scope, id: BackupId, signing?: Signing): Manifest {
  let opened: Opened<Manifest>;
  try {
    opened = openJson(text, manifestSchema, signing);
  } catch (cause) {
    throw invalid(id, (cause as Error).message, cause);
  }
  const { content: manifest, unsigned } = opened;
  if (
    manifest.project !== scope.project ||
    manifest.environment !== scope.environment ||
    manifest.id !== id
  ) {
    throw invalid(id, `it belongs to ${manifest.project}/${manifest.environment}/${manifest.id}`);
  }
  if (manifest.data.key !== dataKey(scope, id, manifest.data.recipients !== null)) {
    throw invalid(id, `it names ${manifest.data.key} as its data`);
  }
  return unsigned === undefined ? manifest : { ...manifest, unsigned };
}

const notKept = (store: string, key: string, what: string): BackupError =>
  new BackupError({
    code: 'manifest.not-kept',
    message: `${store} says that it has ${key}, and gives back ${what}.`,
    hint: 'Run it again; do not trust this store if it happens again.',
  });

function invalid(id: string, why: string, cause?: unknown): BackupError {
  return new BackupError({
    code: 'manifest.invalid',
    message: `The manifest of ${id} can't be trusted: ${why}.`,
    hint: 'Use another backup. The archive itself may still be whole: see the guide on recovery with standard tools.',
    cause,
  });
}
