import type { BackupId, Scope } from './layout.ts';
import { readManifest } from './manifest.ts';
import { Checked } from './pipeline.ts';
import { opened } from './read.ts';
import type { Store } from './stores/store.ts';

export interface DownloadOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly id: BackupId;
  /** With them, the archive comes decrypted (`mongorestore --archive --gzip` reads it); else as it is stored. */
  readonly identities?: readonly string[];
  readonly signal?: AbortSignal;
}

/** A backup's bytes. Ends with an error when they are not those that were written: then what came before must be thrown away. */
export async function* downloadBackup(options: DownloadOptions): AsyncGenerator<Uint8Array> {
  const { store, scope, id, identities = [], signal } = options;
  const { manifest } = await readManifest(store, scope, id);
  const checked = new Checked(manifest.data);
  const stored = checked.of(store.open(manifest.data.key, signal));
  yield* identities.length > 0 ? opened(stored, manifest.data, identities) : stored;
  checked.assertComplete();
}
