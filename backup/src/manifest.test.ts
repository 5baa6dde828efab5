import { describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { dataKey } from './layout.ts';
import { type Manifest, parseManifest, serializeManifest, writeManifest } from './manifest.ts';

const scope = { project: 'crm', environment: 'production' };
const id = '20261123T120000Z-00000a';
const at = '2026-11-23T12:00:00.000Z';
const manifest: Manifest = {
  ...{ format: 'conductor-backup/1', id, ...scope, purpose: 'scheduled', release: null },
  ...{ startedAt: at, finishedAt: at },
  source: { version: '7.0.0', embedded: true, replicaSet: null },
  consistency: { kind: 'none', reason: 'test' },
  data: { key: dataKey(scope, id, true), size: 7, sha256: 'aa', recipients: ['age1…'] },
  ...{ archiveBytes: 7, collections: [], warnings: [] },
  verification: { state: 'pending' },
};
const text = serializeManifest(manifest);

describe('a manifest', () => {
  test('is read as it was written', () => {
    expect(parseManifest(text, scope, id)).toEqual(manifest);
  });

  test.each([
    ['a changed digit', text.replace('"size": 7', '"size": 8'), 'it was changed after it was written'],
    ['a changed word', text.replace('"pending"', '"failed"'), 'it is not of the form'],
    ['no checksum', text.replace(/,\n {2}"checksum".*\n/, '\n'), 'it was changed after it was written'],
    ['a part of it', text.slice(0, 100), 'it is not of the form'],
  ])('with %s is not trusted', (_what, changed, why) => {
    expect(changed).not.toBe(text);
    expect(() => parseManifest(changed, scope, id)).toThrow(why);
  });

  test.each([
    ['another project', { ...scope, project: 'shop' }, id],
    ['another environment', { ...scope, environment: 'staging' }, id],
    ['another backup', scope, '20261123T120000Z-00000b'],
  ])('is not taken for one of %s', (_what, of, wanted) => {
    expect(() => parseManifest(text, of, wanted)).toThrow(`it belongs to crm/production/${id}`);
  });

  test('of a later version is read, and written again, with what only that knows', () => {
    const later = serializeManifest({ ...manifest, colour: 'green' } as Manifest);
    const read = parseManifest(later, scope, id);
    expect(read).toMatchObject({ ...manifest, colour: 'green' });
    expect(parseManifest(serializeManifest({ ...read, archiveBytes: 8 }), scope, id)).toMatchObject({
      colour: 'green',
    });
    expect(() => parseManifest(later.replace('green', 'red'), scope, id)).toThrow('it was changed');
  });

  test('names its own data only', () => {
    const key = dataKey({ ...scope, environment: 'staging' }, id, true);
    const other = serializeManifest({ ...manifest, data: { ...manifest.data, key } });
    expect(() => parseManifest(other, scope, id)).toThrow(`it names ${key} as its data`);
  });
});

describe('a manifest that is written', () => {
  const key = `crm/production/${id}/manifest.json`;
  const half = (body: string): string => body.slice(0, body.length / 2);

  test.each([
    ['keeps half of it', half, 'something else'],
    ['changes a letter of it', (body: string) => body.replace('crm', 'CRM'), 'something else'],
    ['keeps the one before', () => serializeManifest({ ...manifest, archiveBytes: 1 }), 'something else'],
  ])('to a store that %s is an error', async (_, kept, what) => {
    const store = memoryStore();
    const { write } = store;
    store.write = (key, body, condition) => write(key, kept(body), condition);
    await expect(writeManifest(store, manifest, { absent: true })).rejects.toMatchObject({
      code: 'manifest.not-kept',
      message: `memory says that it has ${key}, and gives back ${what}.`,
    });
  });

  test('to a store that drops it is an error', async () => {
    const store = memoryStore();
    store.write = async () => '1';
    await expect(writeManifest(store, manifest, { absent: true })).rejects.toMatchObject({
      code: 'manifest.not-kept',
      message: expect.stringContaining('gives back nothing'),
    });
  });

  test('is not given up because one byte was changed on its way back', async () => {
    const store = memoryStore();
    const { read } = store;
    let reads = 0;
    store.read = async (key) => {
      const { body, etag } = await read(key);
      return { body: reads++ === 0 ? body.replace('crm', 'cRm') : body, etag };
    };
    const { etag } = await writeManifest(store, manifest, { absent: true });
    expect((await read(key)).etag).toBe(etag);
    expect(reads).toBe(2);
  });
});
