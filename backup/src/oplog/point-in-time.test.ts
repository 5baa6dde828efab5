import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { memoryStore } from '../../test/memory-store.ts';
import { type Moment, picture } from '../../test/moment.ts';
import { startMongo, type TestServer } from '../../test/mongo.ts';
import { random } from '../../test/random.ts';
import { Writer } from '../../test/writers.ts';
import { storedArchive } from '../archive-source.ts';
import { createBackup } from '../create.ts';
import { differences } from '../differences.ts';
import { drill } from '../drill.ts';
import { generateKeyPair } from '../encryption/keys.ts';
import { hasCode } from '../errors.ts';
import { listBackups } from '../list.ts';
import { restoreArchive } from '../restore.ts';
import { signingWith } from '../signature.ts';
import type { Store } from '../stores/store.ts';
import { findPointInTime, restorableTimes } from './forward.ts';
import { compareInstants } from './instant.ts';
import { Shipper } from './ship.ts';
import { listSlices, readSlice, writeSlice } from './slice.ts';

const scope = { project: 'crm', environment: 'production' };
const team = await generateKeyPair();
const MOMENTS = 10;
/** Rounds of writing before each. */
const ROUNDS = process.env.CONDUCTOR_STORIES === 'full' ? 40 : 3;
const seed = Number(process.env.BACKUP_SEED ?? 1);

describe('ten moments of a database under load', () => {
  let server: TestServer;
  let client: MongoClient;
  let store: Store;
  const moments: Moment[] = [];

  beforeAll(async () => {
    server = await startMongo({ oplog: 64 });
    client = await new MongoClient(server.url).connect();
    store = { ...memoryStore(), signing: signingWith('a'.repeat(32)) };
    const source = { url: server.urlOf('crm') };
    const chance = random(seed);
    const writers = [1, 2, 3].map((each) => new Writer(client, 'crm', seed * 10 + each));
    const stranger = new Writer(client, 'other', seed);
    const shipper = new Shipper({ store, scope, source, recipients: [team.recipient] });
    for (let each = 0; each < 300; each++) await writers[0]!.write();
    await shipper.ship();
    await createBackup({ store, scope, source, recipients: [team.recipient] });
    for (let moment = 0; moment < MOMENTS; moment++) {
      for (let each = ROUNDS + chance.below(5); each > 0; each--) {
        const busy = writers.map(async (writer) => {
          for (let count = chance.below(20); count > 0; count--) await writer.write();
        });
        await Promise.all([...busy, stranger.write()]);
        if (chance.below(2) === 0) await writers[0]!.define();
        if (chance.below(4) === 0) await shipper.ship();
      }
      const goingOn = new AbortController();
      const load = (async () => {
        while (!goingOn.signal.aborted) await writers[1]!.write();
      })();
      moments.push(await picture(client, 'crm'));
      goingOn.abort();
      await load;
    }
    await shipper.ship();
    await shipper.close();
  });

  afterAll(async () => {
    await client?.close();
    await server?.close();
  });

  test('are each brought back as they were, beside what is live', async () => {
    const all: string[] = [];
    for (const [index, { at, records }] of moments.entries()) {
      const database = `beside${index}`;
      const found = await findPointInTime(store, scope, { t: at.t, i: at.i + 1 }, [team.identity]);
      const archive = storedArchive(store, found.manifest, [team.identity], found.forward);
      const report = await restoreArchive(archive, { url: server.url, rename: { crm: database } });
      expect(report.changes).toBeGreaterThan(0);
      const restored = await picture(client, database);
      const named = restored.records.map((record) => ({ ...record, db: 'crm' }));
      all.push(...differences(records, named).map((what) => `moment ${index}: ${what}`));
    }
    expect(all).toEqual([]);
    expect(moments.map(({ at }) => at).toSorted(compareInstants)).toEqual(moments.map(({ at }) => at));
  });

  test('are brought back over what is live, too, and nothing else is left', async () => {
    const { at, records } = moments[4]!;
    await client.db('crm').collection('later').insertOne({ x: 1 });
    const { manifest, forward } = await findPointInTime(store, scope, { t: at.t, i: at.i + 1 }, [
      team.identity,
    ]);
    await restoreArchive(storedArchive(store, manifest, [team.identity], forward), {
      url: server.urlOf('crm'),
    });
    expect(differences(records, (await picture(client, 'crm')).records)).toEqual([]);
  });

  test('are proven by a drill: the changes lead from one backup to the next, exactly', async () => {
    const source = { url: server.urlOf('crm') };
    const [first] = (await listBackups(store, scope)).backups;
    const shipper = new Shipper({ store, scope, source, recipients: [team.recipient] });
    await shipper.ship();
    const second = await createBackup({ store, scope, source, recipients: [team.recipient] });
    await new Writer(client, 'crm', seed + 77).write();
    await shipper.ship();
    await shipper.close();
    const { forward, rpo } = await drill({ store, scope, identities: [team.identity] });
    expect(forward).toMatchObject({ from: first!.id, to: second.id });
    expect(forward!.changes).toBeGreaterThan(100);
    expect(rpo).toBeLessThan(60_000);
  });

  test.each([
    ['leaves out changes, though who made it is known', 'restore.differs'],
    ['has the changes of another database only', 'oplog.gap'],
  ] as const)('cannot be proven when a slice %s', async (_what, code) => {
    const source = { url: server.urlOf('crm') };
    const blind = new Shipper({
      store,
      scope,
      source: { ...source, databases: ['other'] },
      recipients: null,
    });
    const write = () => client.db('crm').collection('leads').insertOne({ unseen: true });
    await write();
    await blind.ship();
    await createBackup({ store, scope, source, recipients: [team.recipient] });
    await write();
    await blind.ship();
    await blind.close();
    if (code === 'restore.differs') {
      for (const listed of (await listSlices(store, scope)).slice(-2)) {
        const slice = await readSlice(store, scope, listed);
        await store.delete(listed.key);
        await writeSlice(store, listed.key, { ...slice, databases: ['crm'] });
      }
    }
    await expect(drill({ store, scope, identities: [team.identity] })).rejects.toSatisfy((error) =>
      hasCode(error, code),
    );
  });

  test('are all there is: before the backup and after the last slice nothing can be brought back, which is said', async () => {
    const { backups } = {
      backups: [(await findPointInTime(store, scope, { ...moments[3]!.at }, [])).manifest],
    };
    const [span, ...others] = await restorableTimes(store, scope, backups);
    expect(others).toEqual([]);
    for (const before of [
      { t: span!.after.t - 10, i: 0 },
      { t: span!.upTo.t + 1, i: 0 },
    ]) {
      await expect(findPointInTime(store, scope, before, [team.identity])).rejects.toSatisfy((error) =>
        hasCode(error, 'oplog.gap'),
      );
    }
  });
});
