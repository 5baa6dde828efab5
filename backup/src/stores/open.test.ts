import { expect, test } from 'vitest';
import { openStore, parseStoreUrl } from './open.ts';

test('a folder, relative to the project', async () => {
  expect(parseStoreUrl('file:backups', { folder: '/srv/crm' })).toEqual({
    kind: 'file',
    path: '/srv/crm/backups',
  });
  expect(parseStoreUrl('file:///var/my%20backups')).toEqual({ kind: 'file', path: '/var/my backups' });
  expect((await openStore({ kind: 'file', path: '/var/backups' })).name).toBe('file:/var/backups');
});

test('a bucket with everything a URL can say', async () => {
  const settings = parseStoreUrl(
    's3://crm/team/a?endpoint=https://s3.example.com&region=auto&pathStyle=true',
    {
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
  );
  expect(settings).toEqual({
    kind: 's3',
    bucket: 'crm',
    prefix: 'team/a',
    endpoint: 'https://s3.example.com',
    region: 'auto',
    pathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  expect((await openStore(settings)).name).toBe('s3://crm/team/a');
});

test.each([
  ['s3://b/p?regoin=x', 'knows no "regoin": did you mean "region"?'],
  ['s3://b/p?endpoint=https://x&pathstyle=true', 'did you mean "pathStyle"?'],
  ['s3://b/p?secret=x', 'known: endpoint, region, pathStyle, storageClass, serverSideEncryption, kmsKeyId'],
  ['s3://b/p?region=a&region=b', 'says "region" twice'],
  ['s3://b/p?pathStyle=yes', 'pathStyle=true or pathStyle=false'],
])('%s is refused', (url, words) => {
  expect(() => parseStoreUrl(url)).toThrow(
    expect.objectContaining({ code: 'settings.invalid', message: expect.stringContaining(words) }),
  );
});

test('what is wrong is named, all of it, without the values', async () => {
  const settings = {
    kind: 's3',
    bucket: 'crm',
    endpoint: 'ftp://x',
    credentials: { accessKeyId: '', secretAccessKey: 7 },
  };
  await expect(openStore(settings)).rejects.toThrow(
    /endpoint: .*credentials\.accessKeyId: .*credentials\.secretAccessKey: /,
  );
  expect(() => parseStoreUrl('ftp://x')).toThrow('A backup store is "file:FOLDER" or "s3://BUCKET/PREFIX".');
  expect(() => parseStoreUrl('s3://key:secret@bucket')).toThrow('must not hold credentials');
});
