import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { addBackup } from '../test/stored.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { BackupError } from './errors.ts';
import { backupHealth } from './health.ts';
import { readLedger } from './ledger.ts';
import { listBackups } from './list.ts';
import { type RunOptions, runBackup } from './run.ts';
import type { Store } from './stores/store.ts';

const scope = { project: 'crm', environment: 'production' };
let server: TestServer;
let base: Omit<RunOptions, 'store'>;

beforeAll(async () => {
  server = await startMongo();
  const client = await new MongoClient(server.url).connect();
  await client
    .db('crm')
    .collection('leads')
    .insertMany(Array.from({ length: 400 }, (_, number) => ({ number })));
  await client.close();
  const { recipient } = await generateKeyPair();
  base = {
    scope,
    source: { url: server.urlOf('crm') },
    recipients: [recipient],
    verify: { url: server.url },
  };
});
afterAll(() => server?.close());

describe('a backup is made first, and cleaned after', () => {
  let store: ReturnType<typeof memoryStore>;
  beforeEach(() => {
    store = memoryStore();
  });

  const day = 24 * 60 * 60 * 1000;
  const refused = new BackupError({ code: 'store.refused', message: 'AccessDenied.' });
  const away = new BackupError({ code: 'store.unreachable', message: 'It does not answer.' });
  const isArchive = (key: string) => key.includes('archive');
  const leftover = 'crm/production/20260101T030000Z-00000a/archive.gz.age';

  test('without the right to delete it is made, and what a dead run left is told of once', async () => {
    store.objects.set(leftover, Buffer.from('left'));
    store.delete = () => Promise.reject(refused);
    const first = await runBackup({ ...base, store });
    expect(first).toMatchObject({ outcome: 'good', swept: { leftovers: [], stuck: [leftover] } });
    expect(first.alarms).toEqual([
      expect.objectContaining({ kind: 'leftovers', message: expect.stringContaining(leftover) }),
    ]);
    expect((await readLedger(store, scope)).entries).toEqual([]);
    expect(await runBackup({ ...base, store })).toMatchObject({ outcome: 'good', alarms: [] });
    // Another one is.
    store.objects.set(leftover.replace('00000a', '00000b'), Buffer.from('left'));
    expect((await runBackup({ ...base, store })).alarms).toMatchObject([{ kind: 'leftovers' }]);
  });

  test('without the right to delete, retention tells of it once', async () => {
    for (const age of [40, 3, 2, 1]) await addBackup(store, scope, new Date(Date.now() - age * day));
    store.delete = () => Promise.reject(refused);
    expect((await runBackup({ ...base, store })).alarms).toMatchObject([
      { kind: 'retention-blocked', message: 'AccessDenied.' },
    ]);
    expect(await runBackup({ ...base, store })).toMatchObject({ outcome: 'good', alarms: [] });
    const failed = await runBackup({
      ...base,
      store,
      source: { url: 'mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=100' },
    });
    expect(failed.outcome).toBe('failed');
    expect(await runBackup({ ...base, store })).toMatchObject({ outcome: 'good', alarms: [] });
  });

  test('the sweep, retention and the look at an older one each fail alone', async () => {
    for (const age of [40, 3, 2, 1]) await addBackup(store, scope, new Date(Date.now() - age * day));
    store.objects.set(leftover, Buffer.from('left'));
    store.delete = () => Promise.reject(away);
    const { open } = store;
    store.open = (key) => {
      if (key.includes('-00000a')) throw away;
      return open(key);
    };
    const report = await runBackup({ ...base, store });
    expect(report).toMatchObject({ outcome: 'good', swept: null, retention: null, rotated: null });
    expect(report.alarms.map(({ kind }) => kind)).toEqual(['leftovers', 'retention-blocked', 'not-verified']);
    expect(await backupHealth(store, scope)).toMatchObject({
      state: 'good',
      last: { id: report.backup!.id },
    });
  });

  test('what dead runs left goes also when no backup could be made: its space may be what is missing', async () => {
    store.objects.set(leftover, Buffer.from('left'));
    store.put = () =>
      Promise.reject(new BackupError({ code: 'store.refused', message: 'The disk is full.' }));
    const report = await runBackup({ ...base, store });
    expect(report).toMatchObject({ outcome: 'failed', alarms: [{ message: 'The disk is full.' }] });
    expect(store.objects.has(leftover)).toBe(false);
  });

  /** Changes one byte of the archive in its first so many reads. */
  const spoil = (times: number) => {
    const { open } = store;
    store.open = async function* (key, signal) {
      const isWrong = isArchive(key) && times-- > 0;
      for await (const piece of open(key, signal)) {
        const copy = Buffer.from(piece);
        if (isWrong) copy[copy.length - 1]! ^= 1;
        yield copy;
      }
    };
  };

  test('one byte that was wrong in one read does not condemn it', async () => {
    spoil(1);
    expect(await runBackup({ ...base, store })).toMatchObject({ outcome: 'good', alarms: [] });
  });

  test('one that is wrong twice stays, marked as failed, does not count, and is made anew', async () => {
    spoil(2);
    const report = await runBackup({ ...base, store });
    expect(report.outcome).toBe('failed');
    expect(report.alarms).toEqual([
      expect.objectContaining({
        kind: 'not-verified',
        message: expect.stringContaining('marked as failed'),
      }),
    ]);
    const { backups } = await listBackups(store, scope);
    expect(backups).toMatchObject([{ verification: { state: 'failed' } }]);
    expect(store.objects.has(backups[0]!.data.key)).toBe(true);
    expect(await backupHealth(store, scope)).toMatchObject({ state: 'none', verified: 0 });
    const since = new Date(Date.now() - 60_000);
    expect(await runBackup({ ...base, store, since })).toMatchObject({ outcome: 'good', alarms: [] });
  });

  test('a store that stands still while it is read back leaves it unproven, with the reason', async () => {
    store.open = () => {
      throw away;
    };
    const report = await runBackup({ ...base, store });
    expect(report).toMatchObject({ outcome: 'unproven', backup: { warnings: ['It does not answer.'] } });
    expect((await listBackups(store, scope)).backups).toMatchObject([
      { verification: { state: 'pending' }, warnings: ['It does not answer.'] },
    ]);
  });

  test('one whose proof was killed stays, and another one is made, three times at the most', async () => {
    const { write } = store;
    const since = new Date(Date.now() - 60_000);
    // The process ends while it proves: nothing more is written.
    const killed = () => {
      const stop = new AbortController();
      const dying: Store = {
        ...store,
        async write(key, body, condition) {
          stop.signal.throwIfAborted();
          const version = await write(key, body, condition);
          if (key.endsWith('manifest.json')) stop.abort(new Error('killed'));
          return version;
        },
      };
      return runBackup({ ...base, store: dying, since, leasePatience: 1_000, signal: stop.signal });
    };
    for (let night = 1; night <= 3; night++) {
      expect((await killed()).outcome).toBe('failed');
      const { backups } = await listBackups(store, scope);
      expect(backups.map(({ verification }) => verification.state)).toEqual(Array(night).fill('pending'));
    }
    expect((await runBackup({ ...base, store, since })).outcome).toBe('skipped');
    const [first] = (await listBackups(store, scope)).backups;
    await store.delete(`crm/production/${first!.id}/manifest.json`);
    expect((await runBackup({ ...base, store, since })).outcome).toBe('good');
  });
});
