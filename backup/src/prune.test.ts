import { describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { addBackup } from '../test/stored.ts';
import { BackupError } from './errors.ts';
import { dataKey, manifestKey, trashKey } from './layout.ts';
import { readLedger } from './ledger.ts';
import { listBackups } from './list.ts';
import { pruneBackups, sweep } from './prune.ts';
import type { Store } from './stores/store.ts';
import { listTrash, undeleteBackup } from './trash.ts';

const scope = { project: 'crm', environment: 'production' };
const day = 86_400_000;
const now = new Date('2026-11-23T12:00:00Z');
const policy = { days: 30, weeks: 0, months: 0, minimum: 1 };

/** A store with one verified backup for each age in days; its ids, in the same order. */
async function storeWith(...ages: number[]) {
  const store = memoryStore(() => now);
  const ids: string[] = [];
  for (const age of ages) ids.push((await addBackup(store, scope, new Date(now.getTime() - age * day))).id);
  return { store, ids };
}

const at = (days: number) => () => new Date(now.getTime() + days * day);
const listed = async (store: Store) => (await listBackups(store, scope)).backups.map(({ id }) => id);

describe('pruning', () => {
  const prune = (store: Store, days = 0) =>
    pruneBackups({ store: { ...store, time: async () => at(days)() }, scope, policy, now: at(days) });

  test('moves what is too old into the trash: the way back first, and the ledger before that', async () => {
    const { store, ids } = await storeWith(0.5, 1, 40);
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
    expect(plan.remove.map(({ id }) => id)).toEqual([ids[2]]);
    expect(done).toEqual([
      'delete crm/production/trash/may-this-be-deleted',
      'write ledger',
      `write ${trashKey(scope, ids[2]!)}`,
      `delete ${manifestKey(scope, ids[2]!)}`,
    ]);
    expect(await listed(store)).toEqual([ids[0], ids[1]]);
    // The sweep knows what has a way back.
    expect((await sweep(store, scope)).leftovers).toEqual([]);
    expect(await store.head(dataKey(scope, ids[2]!, true))).toBe(7);
  });

  test('that is killed between the two leaves the backup, and the next one ends it', async () => {
    const { store, ids } = await storeWith(0.5, 1, 40);
    const killed = {
      ...store,
      delete: async (key: string) => {
        if (key.endsWith('manifest.json')) throw new Error('killed');
        await store.delete(key);
      },
    };
    await expect(pruneBackups({ store: killed, scope, policy, now: () => now })).rejects.toThrow('killed');
    expect(await listed(store)).toEqual(ids);
    expect((await prune(store)).remove.map(({ id }) => id)).toEqual([ids[2]]);
    expect(await listed(store)).toEqual([ids[0], ids[1]]);
  });

  test('empties the trash after a week, its way back before its data; killed between, the next sweep ends it', async () => {
    const { store, ids } = await storeWith(0.5, 1, 40);
    await prune(store);
    expect((await prune(store, 6.9)).empty).toEqual([]);
    const data = dataKey(scope, ids[2]!, true);
    const killed = {
      ...store,
      delete: async (key: string) => {
        if (key === data) throw new Error('killed');
        await store.delete(key);
      },
    };
    await expect(prune(killed, 7)).rejects.toThrow('killed');
    expect(await listTrash(store, scope)).toEqual({ trashed: [], damaged: [] });
    expect((await sweep(store, scope)).leftovers).toEqual([data]);
    expect((await readLedger(store, scope)).entries.map(({ action }) => action).sort()).toEqual([
      'empty',
      'prune',
      'sweep',
    ]);
    expect([...store.objects.keys()].filter((key) => key.includes(ids[2]!))).toEqual([]);
  });

  test('can be undone for a week: what comes back is as it was, and stays', async () => {
    const { store, ids } = await storeWith(0.5, 1, 40);
    const { backups } = await listBackups(store, scope);
    await prune(store);
    await undeleteBackup({ store, scope, id: ids[2]! }, at(3)());
    const [back] = (await listBackups(store, scope)).backups.filter(({ id }) => id === ids[2]);
    expect(back).toEqual({ ...backups[2], undeleted: at(3)().toISOString() });
    expect(await listTrash(store, scope)).toEqual({ trashed: [], damaged: [] });
    expect((await prune(store, 8)).remove).toEqual([]);
    await expect(undeleteBackup({ store, scope, id: ids[2]! })).rejects.toThrow('in the trash');
  });

  test('does not take the data of a backup that came back while the trash still names it', async () => {
    const { store, ids } = await storeWith(0.5, 1, 40);
    await prune(store);
    const entry = store.objects.get(trashKey(scope, ids[2]!))!;
    await undeleteBackup({ store, scope, id: ids[2]! }, now);
    // As if that had been killed before its end.
    store.objects.set(trashKey(scope, ids[2]!), entry);
    expect((await prune(store, 8)).empty.map(({ id }) => id)).toEqual([ids[2]]);
    expect(await listTrash(store, scope)).toEqual({ trashed: [], damaged: [] });
    expect(await store.head(dataKey(scope, ids[2]!, true))).toBe(7);
    expect(await listed(store)).toEqual(ids);
  });

  test.each([
    ['6 minutes ahead', 6, 'behind'],
    ['9 hours behind', -9 * 60, 'ahead of'],
  ])('does nothing while the clock of the store is %s', async (_how, minutes, says) => {
    const { store } = await storeWith(0.5, 1, 40);
    const keys = [...store.objects.keys()];
    const time = async () => new Date(now.getTime() + minutes * 60_000);
    const plan = await pruneBackups({ store: { ...store, time }, scope, policy, now: () => now });
    expect(plan).toMatchObject({ remove: [], blocked: expect.stringContaining(says) });
    expect([...store.objects.keys()]).toEqual(keys);
    const near = async () => new Date(now.getTime() + 4 * 60_000);
    const other = await pruneBackups({ store: { ...store, time: near }, scope, policy, now: () => now });
    expect(other.remove).toHaveLength(1);
  });

  test('without the right to delete fails before it writes anything', async () => {
    const { store } = await storeWith(0.5, 1, 40);
    const keys = [...store.objects.keys()];
    const refused = new BackupError({ code: 'store.refused', message: 'AccessDenied' });
    await expect(prune({ ...store, delete: () => Promise.reject(refused) })).rejects.toThrow('AccessDenied');
    expect([...store.objects.keys()]).toEqual(keys);
  });

  const failed = { at: now.toISOString(), failed: true };
  test.each([
    ['as a dry run', { dryRun: true }, undefined],
    ['after a failed run', { lastRun: failed }, 'the last run failed'],
    [
      'after a run that nobody knows of',
      { lastRun: { ...failed, problem: 'last-run.json…' } },
      'last-run.json',
    ],
  ])('%s removes nothing, and says so', async (_how, options, why) => {
    const { store } = await storeWith(0.5, 1, 40, 50);
    const before = [...store.objects.keys()];
    const plan = await pruneBackups({ store, scope, policy, now: () => now, ...options });
    if (why) expect(plan).toMatchObject({ remove: [], blocked: expect.stringContaining(why) });
    else expect(plan.remove).not.toEqual([]);
    expect([...store.objects.keys()]).toEqual(before);
    expect((await readLedger(store, scope)).entries).toEqual([]);
  });
});
