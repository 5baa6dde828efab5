import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { storeContract } from '../../test/store-contract.ts';
import { fileStore } from './file.ts';

async function temporary() {
  const folder = await mkdtemp(join(tmpdir(), 'backup-file-store-'));
  return { folder, store: fileStore(folder), close: () => rm(folder, { recursive: true }) };
}

storeContract('A folder', temporary);

test('only its owner may look into it', async () => {
  const { folder, store, close } = await temporary();
  await store.write('a/b', 'secret');
  expect((await stat(join(folder, 'a'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, 'a/b'))).mode & 0o777).toBe(0o600);
  await close();
});

test('what a killed process left is pending until it is discarded', async () => {
  const { folder, store, close } = await temporary();
  await store.write('a/done', 'x');
  await writeFile(join(folder, 'a/archive.partial~0b9f'), 'half');
  const found = await all(store.pending('a/'));
  expect(found.map((write) => write.key)).toEqual(['a/archive']);
  for (const write of found) await store.discard(write);
  expect(await all(store.pending(''))).toEqual([]);
  expect((await all(store.list(''))).map((object) => object.key)).toEqual(['a/done']);
  await close();
});

test('a replacement that a killed process had begun is ended by the next one', async () => {
  const { folder, store, close } = await temporary();
  const etag = await store.write('lease', 'old');
  await writeFile(join(folder, `lease.next~${etag}`), 'new');
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  await expect(store.write('lease', 'other', { etag })).rejects.toMatchObject({ code: 'store.conflict' });
  now.mockRestore();
  expect((await store.read('lease')).body).toBe('new');
  await close();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
