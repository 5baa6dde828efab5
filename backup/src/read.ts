import { decodeArchive } from './archive/decode.ts';
import type { ArchiveEvent } from './archive/format.ts';
import { decrypt } from './encryption/decrypt.ts';
import { BackupError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { Checked, gunzip } from './pipeline.ts';
import type { Store } from './stores/store.ts';

/** What it takes to read a backup's data back. */
export type Data = Manifest['data'];

/**
 * The archive in a stored backup: fetched, checked against its SHA-256, decrypted, decompressed, decoded. Whoever saw the last
 * event has read exactly what was written; anything else is an error.
 */
export async function* readArchive(
  store: Store,
  data: Data,
  identities: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<ArchiveEvent> {
  yield* readData(store, data, identities, decodeArchive, signal);
}

/** Stored data: fetched, checked against their SHA-256, decrypted, decompressed, and read. Whoever saw the end has read exactly what was written. */
export async function* readData<T>(
  store: Store,
  data: Data,
  identities: readonly string[],
  read: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<T>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const checked = new Checked(data);
  yield* read(gunzip(opened(checked.of(store.open(data.key, signal)), data, identities)));
  checked.assertComplete();
}

/** Reads all stored bytes and compares their hash: fails with `backup.checksum` unless they are those that were written. */
export async function readWhole(store: Store, data: Data, signal?: AbortSignal): Promise<void> {
  for await (const _ of new Checked(data).of(store.open(data.key, signal)));
}

/** The gzipped archive: decrypted, where it is encrypted. */
export function opened(
  source: AsyncIterable<Uint8Array>,
  { recipients }: Pick<Data, 'recipients'>,
  identities: readonly string[],
): AsyncIterable<Uint8Array> {
  if (recipients === null) return source;
  if (identities.length > 0) return decrypt(source, identities);
  throw new BackupError({
    code: 'encryption.identity',
    message: 'The backup is encrypted, and no identity was given to open it.',
    hint: `Give the identity of one of: ${recipients.join(', ')}.`,
  });
}
