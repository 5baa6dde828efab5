import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fill } from '../test/fixture.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { createBackup } from './create.ts';
import { drill } from './drill.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { hasCode } from './errors.ts';
import { findBackup, listBackups } from './list.ts';
import type { Manifest } from './manifest.ts';
import { readCatalog } from './mongo/catalog.ts';
import { fingerprintOf } from './mongo/proof.ts';
import { restoreBackup } from './restore.ts';
import { fileStore } from './stores/file.ts';
import type { Store } from './stores/store.ts';
import { verifyBackup } from './verify.ts';

const scope = { project: 'crm', environment: 'production' };
const team = await generateKeyPair();

let folder: string;
let store: Store;
let server: TestServer;
let client: MongoClient;
let manifest: Manifest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-test-'));
  store = fileStore(folder);
  server = await startMongo();
  client = await new MongoClient(server.url).connect();
  const { refused } = await fill(client, 'crm');
  if (refused.length > 0) console.log(`The test's server has no:\n  ${refused.join('\n  ')}`);
});

afterAll(async () => {
  await client?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a backup of every kind of document, collection and index', () => {
  test('is made, proven by a restore, and listed', async () => {
    manifest = await createBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: [team.recipient],
      release: 'v20261123_030000',
    });
    expect(manifest.verification).toMatchObject({ state: 'verified' });
    expect(manifest.consistency).toMatchObject({ kind: 'snapshot' });
    expect(manifest.collections.find(({ collection }) => collection === 'leads')).toMatchObject({
      documents: 3_000,
    });
    expect((await listBackups(store, scope)).backups).toEqual([manifest]);
    expect(await readdir(join(folder, 'crm/production', manifest.id))).toEqual([
      'archive.gz.age',
      'manifest.json',
    ]);
  });

  test('is proven again with the key of the team, and with no other', async () => {
    const other = await generateKeyPair();
    const attempt = (identities: string[]) => verifyBackup({ store, scope, id: manifest.id, identities });
    await expect(attempt([other.identity])).rejects.toSatisfy((error) =>
      hasCode(error, 'encryption.identity'),
    );
    await expect(attempt([])).rejects.toSatisfy((error) => hasCode(error, 'encryption.identity'));
    expect((await attempt([team.identity])).verification.state).toBe('verified');
  });

  test('measures a recovery', async () => {
    const result = await drill({ store, scope, identities: [team.identity] });
    expect(result.manifest.id).toBe(manifest.id);
    expect(result.rto).toBeGreaterThan(0);
    expect(result.rpo).toBeGreaterThan(0);
  });

  test('brings a destroyed database back, byte for byte', async () => {
    const before = await picture('crm');
    await client.db('crm').dropDatabase();
    const report = await restoreBackup({
      store,
      scope,
      id: manifest.id,
      identities: [team.identity],
      url: server.url,
    });
    expect(report.restored).toHaveLength(manifest.collections.length);
    expect(await picture('crm')).toEqual(before);
  });

  test('undoes changes and leaves alone what has none; what was not there then is removed', async () => {
    const before = await picture('crm');
    await client.db('crm').collection('leads').deleteOne({});
    await client.db('crm').collection('leads').dropIndex('index unique');
    await client.db('crm').collection('later').insertOne({});
    const report = await restoreBackup({
      store,
      scope,
      id: manifest.id,
      identities: [team.identity],
      url: server.url,
    });
    expect(report.restored).toEqual(['crm.leads']);
    expect(report.skipped).toHaveLength(manifest.collections.length - 1);
    expect(report.removed).toEqual(['crm.later']);
    expect(await picture('crm')).toEqual(before);
  });

  test('goes elsewhere, whole or in part', async () => {
    const options = { store, scope, id: manifest.id, identities: [team.identity], url: server.url };
    await restoreBackup({ ...options, rename: { crm: 'copy' } });
    const whole = await picture('copy');
    expect(Object.keys(whole)).toHaveLength(manifest.collections.length);
    const report = await restoreBackup({
      ...options,
      only: ['crm.leads'],
      rename: { 'crm.leads': 'other.people' },
    });
    expect(report.restored).toEqual(['other.people']);
    expect((await picture('other')).people).toEqual(whole.leads);
    await client.db('copy').dropDatabase();
    await client.db('other').dropDatabase();
  });

  test('which is damaged changes nothing where it was to go', async () => {
    const before = await picture('crm');
    await client.db('crm').collection('leads').deleteOne({ name: 'Lead 5' });
    const changed = await picture('crm');
    const damaged: Store = {
      ...store,
      async *open(key, signal) {
        let at = 0;
        for await (const piece of store.open(key, signal)) {
          if (at === 0) piece[piece.length - 1]! ^= 1;
          at += piece.length;
          yield piece;
        }
      },
    };
    const restore = (from: Store) =>
      restoreBackup({ store: from, scope, id: manifest.id, identities: [team.identity], url: server.url });
    await expect(restore(damaged)).rejects.toSatisfy((error) => hasCode(error, 'backup.checksum'));
    expect(await picture('crm')).toEqual(changed);
    await restore(store);
    expect(await picture('crm')).toEqual(before);
  });
});

describe('the proof of a backup', () => {
  let manifest: Manifest;
  beforeAll(async () => {
    // The largest document proves nothing here, and each proof would carry it.
    await client.db('crm').collection('large').drop();
    manifest = await createBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: [team.recipient],
      verify: { url: server.url },
    });
  });

  test.each<[string, (records: Manifest['collections']) => void]>([
    ['a document less', (records) => void recordOf(records, 'leads').documents++],
    ['a document more', (records) => void recordOf(records, 'leads').documents--],
    [
      'one other byte in one document',
      (records) => {
        const leads = recordOf(records, 'leads');
        leads.hash = leads.hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      },
    ],
    [
      'an index less',
      (records) => void recordOf(records, 'leads').indexes.push('{"key":{"gone":1},"name":"gone"}'),
    ],
    ['an index more', (records) => void recordOf(records, 'leads').indexes.pop()],
    [
      'another option of an index',
      (records) => {
        const leads = recordOf(records, 'leads');
        leads.indexes = leads.indexes.map((index) => index.replace('"unique":true', '"unique":false'));
      },
    ],
    [
      'another order of an index key',
      (records) => {
        const leads = recordOf(records, 'leads');
        leads.indexes = leads.indexes.map((index) =>
          index.replace(/"key":\{("10":.*?),("2":.*?\})\}/, '"key":{$2,$1}'),
        );
      },
    ],
    [
      'another option of a collection',
      (records) => {
        const validated = recordOf(records, 'validated');
        validated.options = validated.options.replace('"moderate"', '"strict"');
      },
    ],
    ['a collection less', (records) => void records.push({ ...records[0]!, collection: 'gone' })],
    ['a collection more', (records) => void records.pop()],
    [
      'another kind of collection',
      (records) => void Object.assign(recordOf(records, 'empty'), { type: 'view' }),
    ],
  ])('notices %s', async (_, mutate) => {
    const changed = structuredClone(manifest);
    mutate(changed.collections);
    expect(changed.collections).not.toEqual(manifest.collections);
    await expect(proveWith(changed)).rejects.toSatisfy((error) => hasCode(error, 'restore.differs'));
  });

  test('that fails is written into the manifest, and it is not the latest one any more', async () => {
    const { writeManifest } = await import('./manifest.ts');
    const broken = structuredClone(manifest);
    recordOf(broken.collections, 'leads').documents++;
    await writeManifest(store, broken);
    await expect(
      verifyBackup({ store, scope, id: manifest.id, identities: [team.identity] }),
    ).rejects.toThrow('crm.leads has 3000 documents, not 3001');
    const [listed] = (await listBackups(store, scope)).backups;
    expect(listed!.verification).toMatchObject({ state: 'failed', reason: expect.stringContaining('3001') });
    expect((await findBackup(store, scope, 'latest')).manifest.id).not.toBe(manifest.id);
    await writeManifest(store, manifest);
  });

  async function proveWith(changed: Manifest) {
    const { prove } = await import('./verify.ts');
    return prove({ store, manifest: changed, identities: [team.identity], scratch: { url: server.url } });
  }
});

test('a named scratch server has nothing of it afterwards, nor what killed processes left there', async () => {
  const names = async () =>
    (await client.db().admin().listDatabases()).databases.map(({ name }) => name).sort();
  const before = await names();
  // Of hours that are the first, and the present one: a dead process's and a living one's.
  const living = `conductor_scratch_${Math.floor(Date.now() / 3_600_000).toString(16)}_00000000_0`;
  for (const name of ['conductor_scratch_1_00000000_0', living])
    await client.db(name).collection('leads').insertOne({ name });
  await verifyBackup({
    store,
    scope,
    id: manifest.id,
    identities: [team.identity],
    scratch: { url: server.url },
  });
  expect(await names()).toEqual([...before, living].sort());
  await client.db(living).dropDatabase();
});

test('a document that only the source refuses to part with fails the backup, and leaves nothing', async () => {
  const keys = async () => (await readdir(join(folder, 'crm/production'))).sort();
  const before = await keys();
  const attempt = createBackup({
    store,
    scope,
    source: { url: 'mongodb://127.0.0.1:1/crm?serverSelectionTimeoutMS=200' },
    recipients: null,
  });
  await expect(attempt).rejects.toSatisfy((error) => hasCode(error, 'source.failed'));
  expect(await keys()).toEqual(before);
});

const recordOf = (records: Manifest['collections'], name: string) =>
  records.find(({ collection }) => collection === name)!;

/** Everything that a restore must bring back: kinds, options, indexes, number and bytes of the documents. */
async function picture(database: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const { collection, type, options, indexes } of await readCatalog(client.db(database))) {
    const { documents, hash } = await fingerprintOf(client, { db: database, collection }, type);
    found[collection] = { type, options, indexes, documents, hash };
  }
  return found;
}

test('a backup for which the server does not keep its snapshot long enough says that it is not of one instant', async () => {
  const documents = Array.from({ length: 5_000 }, (_, number) => ({ number, text: 'x'.repeat(100) }));
  await client.db('slow').collection('leads').insertMany(documents);
  const tooOld = { failCommands: ['getMore'], errorCode: 239 };
  await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data: tooOld });
  const made = await createBackup({
    store,
    scope: { ...scope, environment: 'slow' },
    source: { url: server.urlOf('slow') },
    recipients: null,
  });
  expect(made).toMatchObject({
    consistency: { kind: 'none', reason: expect.stringContaining('longer than the server keeps') },
    verification: { state: 'verified' },
  });
  await client.db('slow').dropDatabase();
});

test('a backup is of one instant, although the database goes on changing', async () => {
  const db = client.db('moving');
  const two = ['first', 'second'].map((name) => db.collection<{ _id: number; filler: string }>(name));
  const write = async (number: number) => {
    // The second never has a number that the first hasn't.
    for (const collection of two) await collection.insertOne({ _id: number, filler: 'x'.repeat(2_000) });
  };
  for (let number = 0; number < 500; number++) await write(number);
  let over = false;
  const writing = (async () => {
    for (let number = 500; !over; number++) await write(number);
  })();
  const moving = { project: 'crm', environment: 'moving' };
  const made = await createBackup({
    store,
    scope: moving,
    source: { url: server.urlOf('moving') },
    recipients: null,
    verify: { url: server.url },
  });
  over = true;
  await writing;
  expect(made.consistency.kind).toBe('snapshot');
  const [first, second] = ['first', 'second'].map((name) => recordOf(made.collections, name).documents);
  expect(first! - second!).toBeGreaterThanOrEqual(0);
  expect(first! - second!).toBeLessThanOrEqual(1);
  await db.dropDatabase();
});
