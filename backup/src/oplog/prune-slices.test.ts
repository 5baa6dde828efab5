import { expect, test } from 'vitest';
import { suspicious } from '../../test/candidates.ts';
import { memoryStore } from '../../test/memory-store.ts';
import { addBackup } from '../../test/stored.ts';
import { readLedger } from '../ledger.ts';
import type { Manifest } from '../manifest.ts';
import { pruneBackups } from '../prune.ts';
import { defaultRetention } from '../retention.ts';
import { newSliceKeys } from './slice.ts';

const scope = { project: 'crm', environment: 'production' };
const day = 86_400_000;
const now = new Date('2026-11-26T04:00:00Z');

/** Slices of so many days, one a day with data, and a backup of each night that `nights` names (days ago). */
async function storeWith(days: number, nights: readonly number[], what: Partial<Manifest> = {}) {
  const store = memoryStore(() => now);
  for (let ago = days; ago > 0; ago--) {
    const t = now.getTime() / 1000 - ago * 86_400;
    const keys = newSliceKeys(scope, { after: { t: t - 86_400, i: 1 }, upTo: { t, i: 1 } }, true);
    for (const key of [keys.data, keys.record]) store.objects.set(key, Buffer.from(String(ago)));
  }
  for (const ago of nights) {
    const at = new Date(now.getTime() - ago * day);
    await addBackup(store, scope, at, {
      consistency: { kind: 'snapshot', at: { t: at.getTime() / 1000, i: 1 } },
      ...what,
    });
  }
  const left = () =>
    [...store.objects]
      .filter(([key]) => key.startsWith('crm/production.oplog/'))
      .map(([key, body]) => `${body}${key.endsWith('.json') ? '' : ' data'}`);
  return { store, left };
}

const everyNight = Array.from({ length: 30 }, (_, ago) => ago);
const youngest = (days: number) =>
  Array.from({ length: days }, (_, index) => [`${days - index} data`, `${days - index}`]).flat();

test('changes older than a week go, each with its data, and that is written down', async () => {
  const { store, left } = await storeWith(12, everyNight);
  const plan = await pruneBackups({ store, scope, policy: defaultRetention, now: () => now });
  expect(plan.changes).toBe(10);
  expect(left()).toEqual(youngest(7));
  const { entries } = await readLedger(store, scope);
  expect(entries).toMatchObject([{ action: 'empty' }]);
  expect(entries[0]!.removed).toContain('crm/production.oplog/2026-11-14/');
});

test.each([
  ['no backup that counts', everyNight, { suspicious }, {}],
  ['a last run that failed', everyNight, {}, { lastRun: { at: now.toISOString(), failed: true } }],
  ['a clock that may have jumped ahead', everyNight.map((ago) => ago + 20), {}, {}],
] as const)('nothing goes with %s', async (_what, nights, what, options) => {
  const { store, left } = await storeWith(12, nights, what);
  await pruneBackups({ store, scope, policy: defaultRetention, now: () => now, ...options });
  expect(left()).toEqual(youngest(12));
});

test('nothing goes of what came after the newest backup that counts, however old', async () => {
  const { store, left } = await storeWith(12, [10, 11, 12, 13]);
  await pruneBackups({ store, scope, policy: defaultRetention, now: () => now });
  expect(left()).toEqual(youngest(10));
});

test('a dry run only says how many', async () => {
  const { store, left } = await storeWith(12, everyNight);
  const plan = await pruneBackups({ store, scope, policy: defaultRetention, now: () => now, dryRun: true });
  expect(plan.changes).toBe(10);
  expect(left()).toEqual(youngest(12));
});
