import { beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { addBackup } from '../test/stored.ts';
import { folderOf, ledgerFolder, trashFolder, trashKey } from './layout.ts';
import { appendLedger, readLedger } from './ledger.ts';
import { listBackups } from './list.ts';
import { pruneBackups, sweep } from './prune.ts';
import { readLastRun } from './run.ts';
import { listTrash, undeleteBackup } from './trash.ts';

const scope = { project: 'crm', environment: 'production' };
const now = new Date('2026-11-23T12:00:00Z');
const policy = { days: 30, weeks: 0, months: 0, minimum: 1 };

/** What a store can come to hold instead of a small object of JSON. */
const damages: [how: string, damage: (whole: string) => string][] = [
  ['empty', () => ''],
  ['half', (whole) => whole.slice(0, whole.length / 2)],
  ['zeros', (whole) => '\0'.repeat(whole.length)],
  ['a page', () => '<html>502 Bad Gateway</html>'],
  ['null', () => 'null'],
  ['another form', () => '{"at":"yesterday"}'],
];

describe.each(damages)('a small object that is damaged (%s)', (_how, damage) => {
  let store: ReturnType<typeof memoryStore>;
  beforeEach(() => {
    store = memoryStore(() => now);
  });
  const spoil = (key: string) =>
    store.objects.set(key, Buffer.from(damage(store.objects.get(key)!.toString())));
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

  test('of the ledger hides no other entry, and is named with what to do', async () => {
    for (const days of [3, 2, 1])
      await appendLedger(store, scope, {
        at: daysAgo(days).toISOString(),
        action: 'sweep',
        removed: [`of ${days} days ago`],
      });
    const key = [...store.objects.keys()].sort()[1]!;
    expect(key).toContain(ledgerFolder(scope));
    spoil(key);
    const { entries, damaged } = await readLedger(store, scope);
    expect(entries.map(({ removed }) => removed)).toEqual([['of 3 days ago'], ['of 1 days ago']]);
    expect(damaged).toEqual([
      { key, error: expect.objectContaining({ code: 'ledger.invalid', hint: expect.any(String) }) },
    ]);
    expect(damaged[0]?.error.message).toContain(key);
  });

  test('of the trash hides no other entry, stops nothing, and is named with what to do', async () => {
    const backups = [];
    for (const days of [0.5, 1, 40, 41]) backups.push(await addBackup(store, scope, daysAgo(days)));
    const [, , kept, lost] = backups.map(({ id }) => id) as [string, string, string, string];
    await pruneBackups({ store, scope, policy, confirmed: true, now: () => now });
    spoil(trashKey(scope, lost));

    const { trashed, damaged } = await listTrash(store, scope);
    expect(trashed.map(({ id }) => id)).toEqual([kept]);
    expect(damaged).toMatchObject([{ id: lost, error: { code: 'manifest.invalid' } }]);
    expect(damaged[0]?.error.message).toContain(trashKey(scope, lost));
    await expect(undeleteBackup({ store, scope, id: lost })).rejects.toThrow(trashKey(scope, lost));
    // Its data may be whole: nobody removes them.
    expect((await sweep(store, scope)).leftovers).toEqual([]);
    const later = () => new Date(now.getTime() + 8 * 86_400_000);
    const plan = await pruneBackups({
      store: { ...store, time: async () => later() },
      scope,
      policy,
      now: later,
    });
    expect(plan.empty.map(({ id }) => id)).toEqual([kept]);
    expect([...store.objects.keys()].filter((key) => key.includes(lost))).toHaveLength(2);
  });

  test('of the backups hides no other one', async () => {
    for (const days of [1, 2]) await addBackup(store, scope, daysAgo(days));
    const [oldest] = [...store.objects.keys()].filter((key) => key.endsWith('manifest.json')).sort();
    spoil(oldest!);
    const { backups, damaged } = await listBackups(store, scope);
    expect([backups.length, damaged.length]).toEqual([1, 1]);
    expect(damaged[0]?.error.message).toContain(damaged[0]?.id);
  });

  test('that says how the last run ended keeps old backups, for that reason', async () => {
    for (const days of [1, 40]) await addBackup(store, scope, daysAgo(days));
    const key = `${folderOf(scope)}last-run.json`;
    await store.write(key, JSON.stringify({ at: now.toISOString(), failed: false }));
    spoil(key);
    const lastRun = await readLastRun(store, scope);
    expect(lastRun?.failed).toBe(true);
    const plan = await pruneBackups({ store, scope, policy, now: () => now, lastRun: lastRun! });
    expect(plan).toMatchObject({ remove: [], blocked: expect.stringContaining(key) });
    expect([...store.objects.keys()].some((each) => each.startsWith(trashFolder(scope)))).toBe(false);
  });
});
