import { createHash } from 'node:crypto';
import { dataKey, type Scope } from '../src/layout.ts';
import { type Manifest, writeManifest } from '../src/manifest.ts';
import type { memoryStore } from './memory-store.ts';

/** Puts a backup into a store as if it had been made and proven at `startedAt`; its data are seven bytes, which nobody can open. */
export async function addBackup(
  store: ReturnType<typeof memoryStore>,
  scope: Scope,
  startedAt: Date,
  what: Partial<Manifest> = {},
): Promise<Manifest> {
  const at = startedAt.toISOString();
  const id = what.id ?? `${at.slice(0, 19).replace(/[-:]/g, '')}Z-00000a`;
  const key = dataKey(scope, id, true);
  store.objects.set(key, Buffer.from('archive'));
  const manifest: Manifest = {
    ...{ format: 'conductor-backup/1', id, ...scope, purpose: 'scheduled', release: null },
    ...{ startedAt: at, finishedAt: at },
    source: { version: '7.0.0', embedded: true, replicaSet: null },
    consistency: { kind: 'none', reason: 'test' },
    data: {
      key,
      size: 7,
      sha256: createHash('sha256').update('archive').digest('hex'),
      recipients: ['age1…'],
    },
    ...{ archiveBytes: 7, collections: [], warnings: [] },
    verification: { state: 'verified', at, duration: 1, server: 'test' },
    ...what,
  };
  return (await writeManifest(store, manifest)).manifest;
}
