import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { syncChanged } from './append-sync.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conductor-sync-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('syncs what was appended since the last time, of every store that appends', async () => {
  const synced = new Map<string, number>();
  await syncChanged(join(folder, 'none'), synced);
  const [appended, other] = [join(folder, 'redis', 'appendonlydir'), join(folder, 'mongodb')];
  for (const each of [appended, other]) mkdirSync(each, { recursive: true });
  const file = join(appended, 'appendonly.aof.1.incr.aof');
  writeFileSync(file, 'one');
  writeFileSync(join(appended, 'appendonly.aof.manifest'), '');
  writeFileSync(join(other, 'data.sqlite'), '');
  await syncChanged(folder, synced);
  const [[path, first] = []] = [...synced];
  expect([...synced.keys()]).toEqual([file]);
  expect(path).toBe(file);
  await new Promise((resolve) => setTimeout(resolve, 10));
  writeFileSync(file, 'one, two');
  await syncChanged(folder, synced);
  expect(synced.get(file)).toBeGreaterThan(first ?? Infinity);
});
