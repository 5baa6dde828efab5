import { describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { addBackup } from '../test/stored.ts';
import { dataKey, manifestKey } from './layout.ts';
import { readLedger } from './ledger.ts';
import { listBackups } from './list.ts';
import { pruneBackups, sweep } from './prune.ts';

const scope = { project: 'crm', environment: 'production' };
const day = 86_400_000;
const now = new Date('2026-11-23T12:00:00Z');
const policy = { days: 30, weeks: 0, months: 0, minimum: 1 };

/** A store with one verified backup for each age in days; its ids, in the same order. */
async function storeWith(...ages: number[]) {
  const store = memoryStore();
  const ids: string[] = [];
  for (const age of ages) ids.push((await addBackup(store, scope, new Date(now.getTime() - age * day))).id);
  return { store, ids };
}

describe('pruning', () => {
  test('removes what is too old, manifest before data, and writes it down before that', async () => {
    const { store, ids } = await storeWith(1, 40);
    const done: string[] = [];
    const watched = {
      ...store,
      write: async (...what: Parameters<typeof store.write>) => {
        done.push(`write ${what[0].includes('/ledger/') ? 'ledger' : what[0]}`);
        return store.write(...what);
      },
      delete: async (key: string) => {
        done.push(`delete ${key}`);
        await store.delete(key);
      },
    };
    const plan = await pruneBackups({ store: watched, scope, policy, now: () => now });
    expect(plan.remove.map(({ id }) => id)).toEqual([ids[1]]);
    expect(done).toEqual([
      'write ledger',
      `delete ${manifestKey(scope, ids[1]!)}`,
      `delete ${dataKey(scope, ids[1]!, false)}`,
    ]);
  });

  test('that is killed between the two leaves no backup without its data, and the next sweep ends it', async () => {
    const { store, ids } = await storeWith(1, 40);
    let deletions = 0;
    const killed = {
      ...store,
      delete: async (key: string) => {
        if (++deletions > 1) throw new Error('killed');
        await store.delete(key);
      },
    };
    await expect(pruneBackups({ store: killed, scope, policy, now: () => now })).rejects.toThrow('killed');
    const { backups, damaged } = await listBackups(store, scope);
    expect([backups.map(({ id }) => id), damaged]).toEqual([[ids[0]], []]);
    for (const { data } of backups) expect(await store.head(data.key)).toBe(7);
    expect((await sweep(store, scope)).leftovers).toEqual([dataKey(scope, ids[1]!, false)]);
    expect(store.objects.has(dataKey(scope, ids[0]!, false))).toBe(true);
  });

  test.each([
    ['as a dry run', { dryRun: true }],
    ['after a failed run', { lastRunFailed: true }],
  ])('%s removes nothing, and says so', async (_how, options) => {
    const { store } = await storeWith(1, 40, 50);
    const before = [...store.objects.keys()];
    await pruneBackups({ store, scope, policy, now: () => now, ...options });
    expect([...store.objects.keys()]).toEqual(before);
    expect(await readLedger(store, scope)).toEqual([]);
  });
});
