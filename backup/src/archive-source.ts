import type { ArchiveEvent } from './archive/format.ts';
import type { CollectionRecord, Manifest } from './manifest.ts';
import type { ServerFacts } from './mongo/server.ts';
import type { Forward } from './oplog/forward.ts';
import { readArchive, readWhole } from './read.ts';
import type { Store } from './stores/store.ts';

/** An archive that can be restored: what is in it, and the way to it. */
export interface ArchiveSource {
  readonly collections: readonly CollectionRecord[];
  /** The server that it was made of. */
  readonly source: Pick<ServerFacts, 'version' | 'embedded'>;
  /** The changes since, which are made when it is restored. */
  readonly forward?: Forward;
  /** Its events, from the beginning each time. Whoever saw the last one has read a whole archive. */
  read(signal?: AbortSignal): AsyncIterable<ArchiveEvent>;
  /** Fails unless every byte is there and is the one that was written. */
  check(signal?: AbortSignal): Promise<void>;
}

/** The archive of a backup in its store, and the changes since, where these are to be made. */
export const storedArchive = (
  store: Store,
  { collections, source, data }: Manifest,
  identities: readonly string[],
  forward?: Forward,
): ArchiveSource => ({
  ...(forward && { forward }),
  collections,
  source,
  read: (signal) => readArchive(store, data, identities, signal),
  check: (signal) => readWhole(store, data, signal),
});
