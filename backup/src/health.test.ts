import { beforeEach, describe, expect, test } from 'vitest';
import { suspicious } from '../test/candidates.ts';
import { memoryStore } from '../test/memory-store.ts';
import { addBackup } from '../test/stored.ts';
import { acceptBackup } from './accept.ts';
import { backupHealth } from './health.ts';
import { findBackup } from './list.ts';
import type { Manifest } from './manifest.ts';

const scope = { project: 'crm', environment: 'production' };
const now = new Date('2026-11-23T12:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);

let store: ReturnType<typeof memoryStore>;
beforeEach(() => {
  store = memoryStore();
});
const add = (hours: number, what: Partial<Manifest> = {}) => addBackup(store, scope, hoursAgo(hours), what);

describe('the health of backups', () => {
  test.each<[string, number, Partial<Manifest>]>([
    ['it is suspicious', 1, { suspicious }],
    ['it was made before a restore', 1, { purpose: 'before-restore' }],
    ['it was made before a deploy', 1, { purpose: 'before-deploy' }],
    ['its date is wrong', -365 * 24, {}],
  ])('is late, and "latest" the one before, although there is a newer one: %s', async (why, hours, what) => {
    const last = await add(50);
    const newer = await add(hours, what);
    const health = await backupHealth(store, scope, { now });
    expect(health).toMatchObject({ state: 'late', backups: 2, verified: 1, last: { id: last.id } });
    expect(health.alarm?.message).toBe(
      `The last verified backup of production is 50 hours old (${last.id}). The newest, ${newer.id}, does not count: ${why}.`,
    );
    expect((await findBackup(store, scope, 'latest', now)).manifest.id).toBe(last.id);
  });

  test('is good again when somebody accepts what is suspicious, once', async () => {
    await add(50);
    const { id } = await add(1, { suspicious });
    await acceptBackup({ store, scope, id }, now);
    expect(await backupHealth(store, scope, { now })).toMatchObject({ state: 'good', last: { id } });
    await expect(acceptBackup({ store, scope, id }, now)).rejects.toThrow('not suspicious');
  });

  test('knows no age below zero, where another clock is a little ahead', async () => {
    await add(-1 / 60);
    expect(await backupHealth(store, scope, { now })).toMatchObject({ state: 'good', age: 0 });
  });
});
