import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../test/memory-store.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { addBackup } from '../test/stored.ts';
import { acceptBackup } from './accept.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { BackupError } from './errors.ts';
import { backupHealth } from './health.ts';
import { readLedger } from './ledger.ts';
import { findLeftovers, listBackups } from './list.ts';
import { stateRecipients } from './recipients.ts';
import { type RunOptions, readLastRun, runBackup } from './run.ts';

const scope = { project: 'crm', environment: 'production' };
const team = await generateKeyPair();
const leasePatience = 300;

let server: TestServer;
let client: MongoClient;
let base: Omit<RunOptions, 'store'>;

beforeAll(async () => {
  server = await startMongo();
  client = await new MongoClient(server.url).connect();
  base = {
    scope,
    source: { url: server.urlOf('crm') },
    recipients: [team.recipient],
    verify: { url: server.url },
    leasePatience,
  };
  const documents = Array.from({ length: 400 }, (_, number) => ({
    number,
    text: `lead ${number}`.repeat(20),
  }));
  await client.db('crm').collection('leads').insertMany(documents);
  await client.db('crm').collection('leads').createIndex({ number: 1 }, { unique: true });
});

afterAll(async () => {
  await client?.close();
  await server?.close();
});

describe('a run', () => {
  let store: ReturnType<typeof memoryStore>;
  beforeEach(() => {
    store = memoryStore();
  });

  test('makes a proven backup, remembers it, and pings', async () => {
    let pings = 0;
    const watch = createServer((_, response) => {
      pings++;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(watch, 'listening');
    const pingUrl = `http://127.0.0.1:${(watch.address() as AddressInfo).port}/`;
    const report = await runBackup({ ...base, store, pingUrl });
    expect(report).toMatchObject({ outcome: 'good', alarms: [] });
    expect(pings).toBe(1);
    expect(await readLastRun(store, scope)).toMatchObject({ failed: false });
    expect(await backupHealth(store, scope)).toMatchObject({ state: 'good', backups: 1, verified: 1 });
    watch.close();
  });

  test.each(['<html>Please log in</html>', '{"at":'])(
    'whose memory is damaged (%s) is made all the same',
    async (body) => {
      store.objects.set('crm/production/last-run.json', Buffer.from(body));
      expect(await readLastRun(store, scope)).toMatchObject({ failed: true });
      expect((await runBackup({ ...base, store })).outcome).toBe('good');
      expect(await readLastRun(store, scope)).toMatchObject({ failed: false });
    },
  );

  test('of two schedulers is one', async () => {
    const since = new Date(Date.now() - 60_000);
    const reports = await Promise.all([1, 2].map(() => runBackup({ ...base, store, since })));
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['good', 'skipped']);
    expect((await runBackup({ ...base, store, since })).outcome).toBe('skipped');
    expect((await listBackups(store, scope)).backups).toHaveLength(1);
  });

  test.each([
    ['was made before a restore', { purpose: 'before-restore' as const }],
    ['is from the future', { now: () => new Date(Date.now() + 365 * 86_400_000) }],
  ])('is not skipped for one that %s', async (_what, other) => {
    const since = new Date(Date.now() - 60_000);
    expect((await runBackup({ ...base, store, ...other })).outcome).toBe('good');
    expect((await runBackup({ ...base, store, since })).outcome).toBe('good');
    expect((await runBackup({ ...base, store, since })).outcome).toBe('skipped');
  });

  test('that fails raises one alarm that says why, removes nothing and does not ping', async () => {
    await runBackup({ ...base, store });
    const options = {
      ...base,
      store,
      source: { url: 'mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=100' },
    };
    const report = await runBackup({ ...options, retention: { days: 0, weeks: 0, months: 0, minimum: 1 } });
    expect(report).toMatchObject({ outcome: 'failed', retention: null });
    expect(report.alarms).toEqual([
      expect.objectContaining({ kind: 'failed', message: expect.stringContaining('ECONNREFUSED') }),
    ]);
    expect(await readLastRun(store, scope)).toMatchObject({ failed: true });
    expect((await listBackups(store, scope)).backups).toHaveLength(1);
  });

  test.each([
    ['half of', (body: string) => body.slice(0, body.length / 2)],
    ['nothing of', () => undefined],
    ['another one for', (body: string) => body.replace('"pending"', '"verified"').replace('crm', 'CRM')],
  ])('whose store keeps %s the manifest fails with one alarm and leaves nothing', async (_, kept) => {
    const { write } = store;
    store.write = async (key, body, condition) => {
      const changed = key.endsWith('manifest.json') ? kept(body) : body;
      return changed === undefined ? 'kept' : write(key, changed, condition);
    };
    const report = await runBackup({ ...base, store });
    expect(report).toMatchObject({ outcome: 'failed', backup: null });
    expect(report.alarms).toEqual([
      expect.objectContaining({ kind: 'failed', message: expect.stringContaining('gives back') }),
    ]);
    expect(await listBackups(store, scope)).toEqual({ backups: [], damaged: [] });
    expect(await findLeftovers(store, scope)).toEqual([]);
  });

  test('that cannot take its manifest back keeps its data, too', async () => {
    const { write } = store;
    let written = false;
    store.write = async (key, body, condition) => {
      const version = await write(key, body, condition);
      if (!key.endsWith('manifest.json')) return version;
      written = true;
      throw new BackupError({ code: 'store.unreachable', message: 'The answer was lost.' });
    };
    const remove = store.delete;
    store.delete = async (key) => {
      if (key.endsWith('manifest.json')) throw new BackupError({ code: 'store.refused', message: 'No.' });
      await remove(key);
    };
    expect((await runBackup({ ...base, store })).outcome).toBe('failed');
    expect(written).toBe(true);
    for (const { data } of (await listBackups(store, scope)).backups)
      expect(store.objects.has(data.key)).toBe(true);
  });

  test('whose proof cannot be made is unproven, and says so', async () => {
    const report = await runBackup({
      ...base,
      store,
      verify: { url: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100' },
    });
    expect(report.outcome).toBe('unproven');
    expect(report.alarms).toEqual([expect.objectContaining({ kind: 'not-verified' })]);
    expect(await backupHealth(store, scope)).toMatchObject({
      state: 'none',
      backups: 1,
      verified: 0,
      alarm: { kind: 'late' },
    });
  });

  test('whose backup has hardly half of the one before is suspicious', async () => {
    await client
      .db('shrinking')
      .collection('leads')
      .insertMany(Array.from({ length: 100 }, (_, number) => ({ number })));
    const options = { ...base, store, source: { url: server.urlOf('shrinking') } };
    expect((await runBackup(options)).alarms).toEqual([]);
    await client
      .db('shrinking')
      .collection('leads')
      .deleteMany({ number: { $gte: 50 } });
    // Nor does the next one make the loss the rule.
    for (const night of ['first', 'second']) {
      const report = await runBackup(options);
      expect(report.outcome, night).toBe('good');
      expect(report.alarms, night).toEqual([
        expect.objectContaining({
          kind: 'suspicious',
          message: expect.stringContaining('50 documents of 100'),
          hint: expect.stringContaining(`conductor backup accept production ${report.backup!.id}`),
        }),
      ]);
    }
    const { backups } = await listBackups(store, scope);
    expect(backups.map(({ sequence, suspicious }) => [sequence, suspicious !== undefined]).sort()).toEqual([
      [1, false],
      [2, true],
      [3, true],
    ]);
    await acceptBackup({ store, scope, id: backups.find(({ sequence }) => sequence === 2)!.id });
    expect((await runBackup(options)).alarms).toEqual([]);
    await client.db('shrinking').dropDatabase();
  });

  test('proves the backup again whose proof is oldest, and notices that it has rotted', async () => {
    const first = await runBackup({ ...base, store });
    const second = await runBackup({ ...base, store, identities: [team.identity] });
    expect(second.rotated).toBe(first.backup!.id);
    const rotten = store.objects.get(second.backup!.data.key)!;
    rotten[1000]! ^= 1;
    const third = await runBackup({ ...base, store, identities: [team.identity] });
    expect(third.outcome).toBe('good');
    expect(third.alarms).toEqual([
      expect.objectContaining({ kind: 'not-verified', backup: second.backup!.id }),
    ]);
    const listed = (await listBackups(store, scope)).backups;
    expect(listed.find(({ id }) => id === second.backup!.id)!.verification.state).toBe('failed');
  });

  test('reads an old backup again where nobody can open it, and notices that it has rotted', async () => {
    const first = (await runBackup({ ...base, store })).backup!;
    const second = (await runBackup({ ...base, store })).backup!;
    const list = async () =>
      new Map((await listBackups(store, scope)).backups.map((each) => [each.id, each]));
    expect((await list()).get(first.id)).toMatchObject({
      verification: { state: 'verified' },
      reread: expect.any(String),
    });
    store.objects.get(second.data.key)![1000]! ^= 1;
    const third = await runBackup({ ...base, store });
    expect(third).toMatchObject({ outcome: 'good', alarms: [{ kind: 'not-verified', backup: second.id }] });
    expect((await list()).get(second.id)!.verification.state).toBe('failed');
    // Said once; the next night has another one's turn.
    expect(await runBackup({ ...base, store })).toMatchObject({ alarms: [], rotated: first.id });
  });

  test('for others than those who are to be able to open it is made all the same, and one alarm says so', async () => {
    await stateRecipients(store, scope, [team.recipient]);
    expect(await runBackup({ ...base, store })).toMatchObject({ outcome: 'good', alarms: [] });
    const joined = await generateKeyPair();
    await stateRecipients(store, scope, [team.recipient, joined.recipient]);
    for (let night = 0; night < 2; night++) {
      const report = await runBackup({ ...base, store });
      expect(report).toMatchObject({ outcome: 'good', backup: { verification: { state: 'verified' } } });
      expect(report.alarms).toEqual([
        expect.objectContaining({
          kind: 'recipients',
          message: expect.stringContaining(joined.recipient.slice(0, 12)),
          hint: expect.stringContaining('conductor deploy production'),
          backup: report.backup!.id,
        }),
      ]);
    }
    await stateRecipients(store, scope, [team.recipient]);
    expect((await runBackup({ ...base, store })).alarms).toEqual([]);
  });

  test('one night with a clock a year ahead removes nothing, and the next one is as ever', async () => {
    const day = 24 * 60 * 60 * 1000;
    for (let age = 31; age > 0; age--)
      await addBackup(store, scope, new Date(Date.now() - age * day), { sequence: 32 - age });
    const keys = [...store.objects.keys()];
    const ahead = () => new Date(Date.now() + 365 * day);
    // A folder of the same machine has the same clock.
    const wrong = await runBackup({ ...base, store: { ...store, time: async () => ahead() }, now: ahead });
    expect(wrong).toMatchObject({ outcome: 'good', retention: { remove: [] } });
    expect(wrong.alarms).toEqual([
      expect.objectContaining({ kind: 'retention-blocked', message: expect.stringContaining('jumped') }),
    ]);
    expect(keys.filter((key) => !store.objects.has(key))).toEqual([]);
    expect(await backupHealth(store, scope)).toMatchObject({ state: 'good', verified: 31 });

    const next = await runBackup({ ...base, store, since: new Date(Date.now() - 60_000) });
    expect(next).toMatchObject({ outcome: 'good', alarms: [] });
    const health = await backupHealth(store, scope);
    expect(health).toMatchObject({ state: 'good', last: { id: next.backup!.id } });
    expect(health.age).toBeGreaterThanOrEqual(0);
  });

  test('removes what retention no longer keeps, and the ledger says what', async () => {
    const day = 24 * 60 * 60 * 1000;
    const made: string[] = [];
    for (const age of [50, 40, 35, 31, 0]) {
      const now = () => new Date(Date.now() - age * day);
      made.push(
        (await runBackup({ ...base, store, now, retention: { days: 999, weeks: 0, months: 0, minimum: 1 } }))
          .backup!.id,
      );
    }
    // Of another project, and of another environment: not ours to touch.
    for (const other of [
      { project: 'shop', environment: 'production' },
      { project: 'crm', environment: 'staging' },
    ]) {
      await runBackup({ ...base, store, scope: other, now: () => new Date(Date.now() - 60 * day) });
    }
    store.objects.set('crm/production/notes.txt', Buffer.from('of a person'));
    const report = await runBackup({ ...base, store });
    const removed = report.retention!.remove.map(({ id }) => id);
    // No more than a tenth at once, and one at least.
    expect(removed).toEqual([made[0]]);
    expect(report.retention!.waiting).toBe(2);
    const [entry] = (await readLedger(store, scope)).entries;
    expect(entry).toMatchObject({
      action: 'prune',
      removed: expect.arrayContaining([expect.objectContaining({ id: made[0] })]),
    });
    const left = [...store.objects.keys()];
    expect(left.filter((key) => key.includes(made[0]!))).toEqual([
      `crm/production/${made[0]}/archive.gz.age`,
      `crm/production/trash/${made[0]}.json`,
    ]);
    expect(left).toContain('crm/production/notes.txt');
    for (const other of ['shop/production', 'crm/staging']) {
      expect(left.filter((key) => key.startsWith(other) && key.endsWith('manifest.json'))).toHaveLength(1);
    }
  });
});
