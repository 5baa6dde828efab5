import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { interleaved } from '../test/interleaved.ts';
import { startMongo, type TestServer } from '../test/mongo.ts';
import { encodeArchive } from './archive/encode.ts';
import type { ArchiveEvent } from './archive/format.ts';
import { openArchiveFile } from './archive-file.ts';
import { createBackup } from './create.ts';
import { encrypt } from './encryption/encrypt.ts';
import { generateKeyPair } from './encryption/keys.ts';
import { dataKey, newBackupId } from './layout.ts';
import { findBackup } from './list.ts';
import { type Manifest, writeManifest } from './manifest.ts';
import { restoreArchive, restoreBackup } from './restore.ts';
import { planRestore } from './restore-plan.ts';
import { fileStore } from './stores/file.ts';
import type { Store } from './stores/store.ts';
import { prove, verifyBackup } from './verify.ts';

const scope = { project: 'crm', environment: 'production' };
let folder: string;
let store: Store;
let server: TestServer;
let client: MongoClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-restore-'));
  store = fileStore(join(folder, 'store'));
  server = await startMongo();
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const fill = (db: string, collection: string, count: number) =>
  client
    .db(db)
    .collection(collection)
    .insertMany(Array.from({ length: count }, (_, number) => ({ number })));
async function* streamOf(bytes: Uint8Array) {
  yield bytes;
}
async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
const count = (db: string, collection: string) => client.db(db).collection(collection).countDocuments();
const names = async (db: string) =>
  (await client.db(db).listCollections().toArray()).map(({ name }) => name).sort();
const drop = async (...names: string[]) => {
  for (const name of names) await client.db(name).dropDatabase();
};

describe('a backup of an address that ends in /admin, as managed servers give it', () => {
  afterEach(() => drop('crm', 'stats'));

  test('has the databases of applications, proven', async () => {
    await fill('crm', 'leads', 30);
    await fill('stats', 'days', 10);
    const { verification, collections } = await createBackup({
      store,
      scope: { ...scope, environment: 'managed' },
      source: { url: server.urlOf('admin') },
      recipients: null,
    });
    expect(verification.state).toBe('verified');
    const found = Object.fromEntries(
      collections.map(({ db, collection, documents }) => [`${db}.${collection}`, documents]),
    );
    expect(found).toMatchObject({ 'crm.leads': 30, 'stats.days': 10 });
  });

  test('is none where there are no such databases', async () => {
    const made = createBackup({ store, scope, source: { url: server.urlOf('admin') }, recipients: null });
    await expect(made).rejects.toMatchObject({ code: 'backup.empty' });
  });
});

describe('a restore', () => {
  let manifest: Manifest;
  const restore = (options: Partial<Parameters<typeof restoreBackup>[0]> = {}) =>
    restoreBackup({ store, scope, id: manifest.id, url: server.urlOf('crm'), ...options });
  beforeEach(async () => {
    await fill('crm', 'leads', 30);
    await fill('crm', 'deals', 20);
    await fill('prod', 'leads', 7);
    await fill('prod', 'mine', 5);
    manifest = await createBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: null,
      verify: false,
    });
  });
  afterEach(() => drop('crm', 'prod', 'copy'));

  test('goes into the database that the address of the target names, and leaves the one it came from alone', async () => {
    await client.db('crm').collection('leads').deleteMany({});
    const report = await restore({ url: server.urlOf('prod') });
    expect(report.restored.toSorted()).toEqual(['prod.deals', 'prod.leads']);
    expect(report.removed).toEqual(['prod.mine']);
    expect(await count('prod', 'leads')).toBe(30);
    expect(await count('crm', 'leads')).toBe(0);
  });

  test('under another name replaces nothing', async () => {
    await expect(restore({ rename: { crm: 'prod' } })).rejects.toMatchObject({
      code: 'restore.target-exists',
      message: expect.stringContaining('prod.leads is there already'),
    });
    await expect(
      restore({ only: ['crm.leads'], rename: { 'crm.leads': 'prod.mine' } }),
    ).rejects.toMatchObject({
      code: 'restore.target-exists',
    });
    expect([await count('prod', 'leads'), await count('prod', 'mine')]).toEqual([7, 5]);
    expect(await names('prod')).toEqual(['leads', 'mine']);
    const { restored } = await restore({ rename: { crm: 'copy' } });
    expect(restored.toSorted()).toEqual(['copy.deals', 'copy.leads']);
    // Once more finds all as it is to be.
    expect((await restore({ rename: { crm: 'copy' } })).skipped.toSorted()).toEqual([
      'crm.deals',
      'crm.leads',
    ]);
  });

  test('that is not clear changes nothing', async () => {
    const unclear: Partial<Parameters<typeof restoreBackup>[0]>[] = [
      { only: ['crm.leads', 'crm.deels'] },
      { only: ['crm.leads', 'crm.deals'], rename: { 'crm.leads': 'x.same', 'crm.deals': 'x.same' } },
      { rename: { 'crm.leads': 'rescue' } },
    ];
    for (const each of unclear)
      await expect(restore(each)).rejects.toMatchObject({ code: 'restore.selection' });
    expect([await names('crm'), await names('x'), await names('rescu')]).toEqual([
      ['deals', 'leads'],
      [],
      [],
    ]);
  });

  test('is planned before: what is made, what is replaced, what is removed', async () => {
    await client
      .db('crm')
      .collection('leads')
      .deleteMany({ number: { $gte: 25 } });
    await client.db('crm').collection('deals').drop();
    await fill('crm', 'later', 3);
    const { storedArchive } = await import('./archive-source.ts');
    const plan = await planRestore(storedArchive(store, manifest, []), { url: server.urlOf('crm') });
    expect(plan.server).toMatch(/^embedded-mongo .* at 127\.0\.0\.1:\d+$/);
    expect(plan.databases).toEqual(['crm']);
    expect(plan.collections).toEqual([
      { name: 'crm.deals', from: 'crm.deals', action: 'create', now: null, after: 20 },
      { name: 'crm.leads', from: 'crm.leads', action: 'replace', now: 25, after: 30 },
      { name: 'crm.later', from: null, action: 'remove', now: 3, after: 0 },
    ]);
    expect(await names('crm')).toEqual(['later', 'leads']);
  });
});

const metadata = (options: object, ...indexes: object[]) =>
  JSON.stringify({ options, indexes: [{ v: 2, key: { _id: 1 }, name: '_id_' }, ...indexes] });
function* kinds(): Generator<ArchiveEvent> {
  yield {
    kind: 'prelude',
    header: { concurrentCollections: 1, version: '0.1', serverVersion: '7.0.0', toolVersion: '100.10.0' },
    collections: [
      {
        db: 'map',
        collection: 'places',
        metadata: metadata(
          {},
          { v: 2, key: { at: '2dsphere' }, name: 'at_2dsphere', '2dsphereIndexVersion': 3 },
          { v: 2, key: { name: 1 }, name: 'name_1', unique: true },
          {
            v: 2,
            key: { _fts: 'text', _ftsx: 1 },
            name: 'words',
            weights: { name: 1 },
            textIndexVersion: 3,
          },
        ),
        size: 0,
        type: 'collection',
      },
      {
        db: 'map',
        collection: 'days',
        metadata: metadata({ timeseries: { timeField: 'at', granularity: 'hours' } }),
        size: 0,
        type: 'timeseries',
      },
    ],
  };
  const places = { db: 'map', collection: 'places' };
  yield { kind: 'segment', namespace: places };
  yield {
    kind: 'documents',
    namespace: places,
    documents: [1, 2, 3].map((n) => serialize({ _id: n, name: `n${n}` })),
  };
  yield { kind: 'end', namespace: places };
  const buckets = { db: 'map', collection: 'system.buckets.days' };
  yield { kind: 'segment', namespace: buckets };
  yield { kind: 'documents', namespace: buckets, documents: [serialize({ _id: 1 })] };
  yield { kind: 'end', namespace: buckets };
}

describe('kinds that the server does not have', () => {
  afterEach(() => drop('map'));
  test('are named, and all else is restored and compared', async () => {
    const path = join(folder, 'kinds.archive');
    await writeFile(path, await bytesOf(encodeArchive(kinds())));
    const report = await restoreArchive(await openArchiveFile(path), { url: server.url });
    expect(report.refused.map(({ source, index }) => `${source.collection} ${index}`).toSorted()).toEqual([
      'days null',
      'places at_2dsphere',
      'places words',
    ]);
    expect(await count('map', 'places')).toBe(3);
    const indexes = await client.db('map').collection('places').indexes();
    expect(indexes.map(({ name }) => name)).toEqual(['_id_', 'name_1']);
  });
});

describe('the proof of a backup', () => {
  /** A backup whose archive has kinds that the scratch server has not, as one that was made of a real server. */
  async function foreign(events: Iterable<ArchiveEvent>): Promise<Manifest> {
    const bytes = gzipSync(await bytesOf(encodeArchive(events)));
    const path = join(folder, 'foreign');
    await writeFile(path, bytes);
    const { collections } = await openArchiveFile(path);
    const id = newBackupId(new Date());
    const key = dataKey(scope, id, false);
    await store.put(key, streamOf(bytes));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return {
      ...manifest,
      id,
      collections: [...collections],
      data: { key, size: bytes.length, sha256, recipients: null },
    };
  }
  let manifest: Manifest;
  beforeAll(async () => {
    await fill('crm', 'leads', 3);
    manifest = await createBackup({
      store,
      scope,
      source: { url: server.urlOf('crm') },
      recipients: null,
      verify: false,
    });
    await drop('crm');
  });

  test('says what the scratch server has not, and proves the rest', async () => {
    const made = await foreign(kinds());
    await writeManifest(store, made);
    const { verification } = await verifyBackup({ store, scope, id: made.id, scratch: { url: server.url } });
    expect(verification).toMatchObject({
      state: 'verified',
      unproven: [
        expect.stringContaining('has not the index at_2dsphere of map.places'),
        expect.stringContaining('has not the index words of map.places'),
        expect.stringContaining('has not the collection map.days'),
      ],
    });
    expect((await findBackup(store, scope, made.id)).manifest.verification).toEqual(verification);
  });

  test('still notices what is wrong with that of which it only saw the archive', async () => {
    const made = await foreign(kinds());
    const days = made.collections.find(({ collection }) => collection === 'days')!;
    days.documents++;
    await expect(prove({ store, manifest: made, scratch: { url: server.url } })).rejects.toMatchObject({
      code: 'restore.differs',
      message: expect.stringContaining('map.days has 1 documents, not 2'),
    });
  });

  test('that fails because of the scratch server says nothing of the backup', async () => {
    const made = await foreign(interleaved('turns', ['leads'], 1, 5));
    await writeManifest(store, made);
    const full = { failCommands: ['insert'], errorCode: 14031 };
    for (const data of [full, { ...full, failCommands: ['create'] }]) {
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data });
      await expect(
        verifyBackup({ store, scope, id: made.id, scratch: { url: server.url } }),
      ).rejects.toMatchObject({ code: 'scratch.unavailable' });
    }
    expect((await findBackup(store, scope, made.id)).manifest.verification).toEqual({ state: 'pending' });
  });
});

describe('an archive of mongodump in a file', () => {
  afterEach(() => drop('turns'));
  const collections = ['leads', 'deals', 'notes', 'empty'];
  let plain: Buffer;
  beforeAll(async () => {
    const events = [...interleaved('turns', collections, 20, 50)].filter(
      (event) => event.kind === 'prelude' || event.namespace.collection !== 'empty' || event.kind === 'end',
    );
    plain = await bytesOf(encodeArchive(events));
  });
  const put = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const team = generateKeyPair();
  const sealed = async (bytes: Uint8Array) =>
    await bytesOf(encrypt(streamOf(bytes), [(await team).recipient]));

  test.each<[string, (bytes: Buffer) => Promise<Uint8Array> | Uint8Array]>([
    ['plain', (bytes) => bytes],
    ['in gzip', (bytes) => gzipSync(bytes)],
    [
      'in gzip of several members',
      (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 900)), gzipSync(bytes.subarray(900))]),
    ],
    ['encrypted', sealed],
    ['in gzip, encrypted', (bytes) => sealed(gzipSync(bytes))],
  ])('is restored to the document: %s', async (_, wrap) => {
    const path = await put('archive', await wrap(plain));
    const source = await openArchiveFile(path, { identities: [(await team).identity] });
    expect(source.collections.map(({ documents }) => documents)).toEqual([1_000, 1_000, 1_000, 0]);
    const report = await restoreArchive(source, { url: server.url });
    expect(report.restored).toHaveLength(4);
    for (const name of collections) expect(await count('turns', name)).toBe(name === 'empty' ? 0 : 1_000);
    // Once more changes nothing.
    expect((await restoreArchive(source, { url: server.url })).skipped).toHaveLength(4);
  });

  test.each<[string, (bytes: Buffer) => Promise<Uint8Array> | Uint8Array, string]>([
    ['cut', (bytes) => bytes.subarray(0, bytes.length - 40), 'archive.truncated'],
    ['cut in gzip', (bytes) => gzipSync(bytes).subarray(0, -20), 'archive.corrupt'],
    [
      'changed',
      (bytes) => Buffer.concat([bytes.subarray(0, 5_000), Buffer.from([1]), bytes.subarray(5_001)]),
      'archive.corrupt',
    ],
    ['of something else', () => Buffer.from('{"leads": []}'), 'archive.unsupported'],
    ['empty', () => Buffer.alloc(0), 'archive.unsupported'],
    ['in letters', () => Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n'), 'archive.unsupported'],
    ['encrypted for others', sealed, 'encryption.identity'],
  ])('is refused before anything is touched: %s', async (_, wrap, code) => {
    const path = await put('archive', await wrap(plain));
    await expect(openArchiveFile(path)).rejects.toMatchObject({ code });
    expect(await readFile(path)).toBeDefined();
  });
});
