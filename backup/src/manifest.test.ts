import { describe, expect, test } from 'vitest';
import { dataKey } from './layout.ts';
import { type Manifest, parseManifest, serializeManifest } from './manifest.ts';

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

  test('names its own data only', () => {
    const key = dataKey({ ...scope, environment: 'staging' }, id, true);
    const other = serializeManifest({ ...manifest, data: { ...manifest.data, key } });
    expect(() => parseManifest(other, scope, id)).toThrow(`it names ${key} as its data`);
  });
});
