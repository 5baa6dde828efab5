import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type S3Twin, startS3Twin } from '../test/s3-twin/twin.ts';
import { backupHealth } from './health.ts';
import { dataKey, manifestKey } from './layout.ts';
import { findBackup, findLeftovers, listBackups } from './list.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';
import { ManifestMemory } from './manifest-memory.ts';
import { s3Store } from './stores/s3.ts';
import type { Store } from './stores/store.ts';

const BACKUPS = 1_201;
const scope = { project: 'crm', environment: 'production' };
const start = Date.parse('2026-01-01T03:00:00Z');
const hour = 3_600_000;
const now = new Date(start + BACKUPS * hour);

const idOf = (number: number): string =>
  `${new Date(start + number * hour).toISOString().replace(/[-:]|\.\d+/g, '')}-00000a`;

function manifestOf(number: number): Manifest {
  const id = idOf(number);
  const at = new Date(start + number * hour).toISOString();
  return {
    ...{ format: 'conductor-backup/1', id, ...scope, purpose: 'scheduled', release: null },
    ...{ startedAt: at, finishedAt: at },
    source: { version: '7.0.0', embedded: true, replicaSet: null },
    consistency: { kind: 'none', reason: 'test' },
    data: { key: dataKey(scope, id, false), size: 7, sha256: 'aa', recipients: null },
    ...{ archiveBytes: 7, collections: [], warnings: [] },
    verification: { state: 'verified', at, duration: 1, server: 'test' },
  };
}

describe(`of ${BACKUPS} backups in a bucket`, () => {
  let twin: S3Twin;
  let store: Store;
  let before: number;
  const requests = (): number => twin.operations.length - before;
  const memory = new ManifestMemory();
  const look = () => backupHealth(store, scope, { now, memory });

  beforeAll(async () => {
    twin = await startS3Twin({ page: 1_000 });
    const { bucket, endpoint, credentials } = twin;
    store = s3Store({ bucket, endpoint, credentials });
    const numbers = Array.from({ length: BACKUPS }, (_, number) => number);
    for (const number of numbers) twin.put(dataKey(scope, idOf(number), false), 'archive');
    for (const number of numbers) await writeManifest(store, manifestOf(number));
    expect(await look()).toMatchObject({ state: 'good', backups: BACKUPS });
  });
  beforeEach(() => {
    before = twin.operations.length;
  });
  afterAll(async () => {
    store?.close();
    await twin?.close();
  });

  test('a look takes a few requests, and knows as much as one that reads them all', async () => {
    const health = await look();
    expect(requests()).toBeLessThanOrEqual(4);
    expect(health).toEqual(await backupHealth(store, scope, { now }));
    expect(requests()).toBeGreaterThan(BACKUPS);
  });

  test('a look sees what was changed and what was removed since', async () => {
    const { verified } = await look();
    const { manifest, etag } = await readManifest(store, scope, idOf(5));
    const verification = { state: 'failed', at: manifest.startedAt, reason: 'rot' } as const;
    await writeManifest(store, { ...manifest, verification }, { etag });
    await store.delete(manifestKey(scope, idOf(7)));
    before = twin.operations.length;
    expect(await look()).toMatchObject({ backups: BACKUPS - 1, verified: verified - 2 });
    expect(requests()).toBeLessThanOrEqual(5);
  });

  test('a look reads the newest, whatever an old listing says', async () => {
    const newest = idOf(BACKUPS - 1);
    twin.objects.delete(manifestKey(scope, newest));
    expect((await look()).last!.id).toBe(idOf(BACKUPS - 2));
    await writeManifest(store, manifestOf(BACKUPS - 1));
  });

  test('one that is named is found without reading the others', async () => {
    expect((await findBackup(store, scope, idOf(600))).manifest.id).toBe(idOf(600));
    expect((await findBackup(store, scope, idOf(600).slice(0, 12))).manifest.id).toBe(idOf(600));
    expect(requests()).toBeLessThanOrEqual(6);
    await expect(findBackup(store, scope, '2031')).rejects.toMatchObject({ code: 'backup.not-found' });
  });

  test('what is left over is found without reading any', async () => {
    twin.objects.delete(manifestKey(scope, idOf(7)));
    expect(await findLeftovers(store, scope)).toEqual([dataKey(scope, idOf(7), false)]);
    expect(requests()).toBeLessThanOrEqual(5);
  });

  test('a list reads several at once', async () => {
    let under = 0;
    let most = 0;
    const counting: Store = {
      ...store,
      async read(key) {
        most = Math.max(most, ++under);
        try {
          return await store.read(key);
        } finally {
          under--;
        }
      },
    };
    expect((await listBackups(counting, scope)).backups).toHaveLength(BACKUPS - 1);
    expect(most).toBe(8);
  });
});
