import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { serialize, Timestamp } from 'bson';
import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryStore } from '../../test/memory-store.ts';
import { storedArchive } from '../archive-source.ts';
import { createBackup } from '../create.ts';
import { decrypt } from '../encryption/decrypt.ts';
import { generateKeyPair } from '../encryption/keys.ts';
import { BackupError, hasCode } from '../errors.ts';
import { gunzip } from '../pipeline.ts';
import { restoreArchive } from '../restore.ts';
import { sealJson } from '../sealed-json.ts';
import { signingWith } from '../signature.ts';
import type { Store } from '../stores/store.ts';
import { readBson } from './bson-stream.ts';
import { findPointInTime } from './forward.ts';
import { compareInstants } from './instant.ts';
import { Shipper } from './ship.ts';
import { listSlices, readSlice, type Slice, writeSlice } from './slice.ts';

const scope = { project: 'crm', environment: 'production' };
const team = await generateKeyPair();
type Server = Awaited<ReturnType<typeof startEmbeddedMongo>>;

let closing: (() => Promise<unknown>)[] = [];
let memory: ReturnType<typeof memoryStore>;
let store: Store;

beforeEach(() => {
  memory = memoryStore();
  store = { ...memory, signing: signingWith('a'.repeat(32)) };
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

async function start(options: Partial<Parameters<typeof startEmbeddedMongo>[0]> = {}): Promise<Server> {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, oplog: 16, ...options });
  closing.push(() => server.close());
  return server;
}

function shipperOf({ url }: Pick<Server, 'url'>, into: Store = store): Shipper {
  const shipper = new Shipper({
    store: into,
    scope,
    source: { url: named(url) },
    recipients: [team.recipient],
  });
  closing.push(() => shipper.close());
  return shipper;
}

async function write({ url }: Pick<Server, 'url'>, ...values: number[]): Promise<void> {
  const client = new MongoClient(url);
  for (const value of values)
    await client.db('crm').collection<{ _id: number }>('leads').insertOne({ _id: value });
  await client.close();
}

const named = (url: string): string => url.replace('/?', '/crm?');
const backUp = ({ url }: Pick<Server, 'url'>) =>
  createBackup({ store, scope, source: { url: named(url) }, recipients: [team.recipient] });

/** All but that which only says where the others begin. */
async function slices(): Promise<Slice[]> {
  return Promise.all((await listed()).map((each) => readSlice(store, scope, each)));
}

const listed = async () =>
  (await listSlices(store, scope)).filter(({ after, upTo }) => compareInstants(after, upTo) < 0);

async function entriesIn({ data }: Slice): Promise<number> {
  let entries = 0;
  for await (const _ of readBson(gunzip(decrypt(store.open(data!.key), [team.identity])))) entries++;
  return entries;
}

describe('changes are shipped', () => {
  test('each from the end of the one before, encrypted, signed, without those of other databases', async () => {
    const server = await start();
    const shipper = shipperOf(server);
    expect(await shipper.ship()).toMatchObject({
      state: 'shipped',
      slice: { entries: 0, data: null },
      gap: null,
    });
    await write(server, 1, 2);
    const client = new MongoClient(server.url);
    await client.db('other').collection('x').insertOne({ secret: 1 });
    await client.close();
    await shipper.ship();
    await write(server, 3);
    await shipper.ship();
    const [first, second, ...more] = await slices();
    expect(more).toEqual([]);
    // A collection and two documents; one document.
    expect([first!.entries, second!.entries]).toEqual([3, 1]);
    expect([await entriesIn(first!), await entriesIn(second!)]).toEqual([3, 1]);
    expect(second!.after).toEqual(first!.upTo);
    expect(first!.data!.recipients).toEqual([team.recipient]);
    expect([...memory.objects.values()].some((body) => body.includes('secret'))).toBe(false);
  });

  test('by somebody else from there, and by two at once twice, which is restored once', async () => {
    const server = await start();
    await shipperOf(server).ship();
    const [one, other] = [shipperOf(server), shipperOf(server)];
    await one.ship();
    await write(server, 1);
    await one.ship();
    await backUp(server);
    await other.ship();
    await write(server, 2, 3);
    await Promise.all([one.ship(), other.ship()]);
    await write(server, 4);
    await one.ship();
    await write(server, 5);
    await other.ship();
    await write(server, 6);
    const third = shipperOf(server);
    const shipped = await third.ship();
    if (shipped.state !== 'shipped') throw new Error(shipped.reason);
    const before = { t: shipped.upTo.t, i: shipped.upTo.i + 1 };
    const { forward } = await findPointInTime(store, scope, before, [team.identity]);
    let changes = 0;
    for await (const _ of forward.read()) changes++;
    expect(changes).toBe(5);
  });

  test('from now on where the server has dropped what comes next, and the gap is told', async () => {
    const server = await start({ oplog: 1 });
    const shipper = shipperOf(server);
    await shipper.ship();
    await write(server, 1);
    await shipper.ship();
    await backUp(server);
    const client = new MongoClient(server.url);
    const leads = client.db('crm').collection<{ _id: number; text: string }>('leads');
    for (let each = 10; each < 30; each++) await leads.insertOne({ _id: each, text: 'x'.repeat(100_000) });
    await client.close();
    const shipped = await shipper.ship();
    expect(shipped).toMatchObject({
      state: 'shipped',
      slice: { entries: 0 },
      gap: { after: (await slices())[0]!.upTo },
    });
    if (shipped.state !== 'shipped') return;
    const lost = { t: shipped.upTo.t, i: shipped.upTo.i + 1 };
    await expect(findPointInTime(store, scope, lost, [])).rejects.toSatisfy((error) =>
      hasCode(error, 'oplog.gap'),
    );
    await backUp(server);
    await write(server, 2);
    const next = await shipper.ship();
    if (next.state !== 'shipped') throw new Error(next.reason);
    expect(next.gap).toBeNull();
    const after = { t: next.upTo.t, i: next.upTo.i + 1 };
    expect((await findPointInTime(store, scope, after, [])).forward.entries).toBe(1);
  });

  test('never on from another server, which has changes of the same time', async () => {
    const [one, other] = [await start(), await start()];
    const client = new MongoClient(other.url);
    const shipper = shipperOf(one);
    await shipper.ship();
    for (let each = 0; each < 5; each++) {
      await write(one, each);
      await client
        .db('crm')
        .collection<{ _id: number }>('leads')
        .insertOne({ _id: each + 100 });
    }
    await client.close();
    await shipper.ship();
    const [slice] = await slices();
    const moved = await shipperOf(other).ship();
    expect(moved).toMatchObject({ state: 'shipped', slice: { entries: 0 }, gap: { after: slice!.upTo } });
  });

  test.each([
    ['a server without a replica set', { standalone: true, oplog: 0 }, 'it runs without a replica set'],
    ['a server that keeps none', { oplog: 0 }, 'it keeps no list of changes'],
  ])('not of %s, which is said', async (_what, options, reason) => {
    const { oplog, ...rest } = options;
    const server = await start(oplog === 0 ? { ...rest, oplog: undefined } : options);
    expect(await shipperOf(server).ship()).toMatchObject({
      state: 'impossible',
      reason: expect.stringContaining(reason),
    });
  });

  test('again after a failure of the store', async () => {
    const server = await start();
    const failing: Store = {
      ...store,
      put: async () => {
        throw new BackupError({ code: 'store.unreachable', message: 'away' });
      },
    };
    let current: Store = store;
    const switching = new Proxy(store, { get: (_, name) => Reflect.get(current, name) });
    const shipper = shipperOf(server, switching);
    await shipper.ship();
    await write(server, 1);
    current = failing;
    await expect(shipper.ship()).rejects.toSatisfy((error) => hasCode(error, 'store.unreachable'));
    current = store;
    await write(server, 2);
    await shipper.ship();
    expect((await slices()).map(({ entries }) => entries)).toEqual([3]);
  });
});

describe('a slice that somebody else made, changed, moved or took away', () => {
  let server: Server;
  let shipper: Shipper;
  let before: { t: number; i: number };
  let keys: string[];

  beforeEach(async () => {
    server = await start();
    shipper = shipperOf(server);
    await shipper.ship();
    await write(server, 1);
    await shipper.ship();
    await backUp(server);
    for (const value of [2, 3]) {
      await write(server, value);
      const shipped = await shipper.ship();
      if (shipped.state === 'shipped') before = { t: shipped.upTo.t, i: shipped.upTo.i + 1 };
    }
    keys = (await listed()).map(({ key }) => key);
  });

  const find = () => findPointInTime(store, scope, before, [team.identity]);
  const isGap = (error: unknown) => hasCode(error, 'oplog.gap');

  test('is there, else', async () => {
    expect((await find()).forward).toMatchObject({ slices: 2, entries: 2 });
  });

  test('without a signature, or with a stranger’s, does not count', async () => {
    const record = keys[1]!;
    const slice = (await slices())[1]!;
    for (const signer of [undefined, signingWith('b'.repeat(32)).signer]) {
      const { signature: _, ...content } = slice;
      memory.objects.set(record, Buffer.from(sealJson(content, signer)));
      await expect(find()).rejects.toSatisfy(isGap);
    }
  });

  test('with a changed letter does not count', async () => {
    const record = keys[1]!;
    const text = memory.objects.get(record)!.toString().replace('"entries": 1', '"entries": 0');
    memory.objects.set(record, Buffer.from(text));
    await expect(find()).rejects.toSatisfy(isGap);
  });

  test('under the name of another does not count', async () => {
    memory.objects.set(keys[1]!, memory.objects.get(keys[2]!)!);
    await expect(find()).rejects.toSatisfy(isGap);
  });

  test('that pretends to begin earlier, or to go further, does not count', async () => {
    const [first] = await listSlices(store, scope);
    const [, after, upTo] = /([0-9a-f]{16})-([0-9a-f]{16})/.exec(first!.key)!;
    const body = memory.objects.get(first!.key)!;
    for (const [from, to] of [
      ['0000000100000001', upTo!],
      [after!, 'f000000000000001'],
    ] as const) {
      const key = first!.key.replace(`${after}-${upTo}`, `${from}-${to}`);
      memory.objects.set(key, body);
      const found = (await listSlices(store, scope)).find((each) => each.key === key);
      await expect(readSlice(store, scope, found!)).rejects.toSatisfy((error) =>
        hasCode(error, 'manifest.invalid'),
      );
    }
  });

  test('of another environment does not count', async () => {
    const other = { project: 'crm', environment: 'staging' };
    for (const [key, body] of [...memory.objects])
      memory.objects.set(key.replace('/production.oplog/', '/staging.oplog/'), body);
    for (const each of await listSlices(store, other))
      await expect(readSlice(store, other, each)).rejects.toSatisfy((error) =>
        hasCode(error, 'manifest.invalid'),
      );
  });

  test('that is gone is a gap', async () => {
    memory.objects.delete(keys[1]!);
    await expect(find()).rejects.toSatisfy(isGap);
  });

  test('whose data are others is an error before anything is restored', async () => {
    const [, second, third] = await slices();
    memory.objects.set(second!.data!.key, memory.objects.get(third!.data!.key)!);
    const { forward } = await find();
    await expect(forward.check()).rejects.toSatisfy((error) => hasCode(error, 'backup.checksum'));
  });

  test('that is for others is an error before anything is restored, though the backup can be opened', async () => {
    const stranger = await generateKeyPair();
    const source = { url: named(server.url) };
    const others = new Shipper({ store, scope, source, recipients: [stranger.recipient] });
    await write(server, 9);
    const shipped = await others.ship();
    await others.close();
    if (shipped.state !== 'shipped') throw new Error(shipped.reason);
    const after = { t: shipped.upTo.t, i: shipped.upTo.i + 1 };
    const { manifest, forward } = await findPointInTime(store, scope, after, [team.identity]);
    const restore = restoreArchive(storedArchive(store, manifest, [team.identity], forward), source);
    await expect(restore).rejects.toSatisfy((error) => hasCode(error, 'encryption.identity'));
    const client = new MongoClient(server.url);
    const there = await client.db('crm').collection('leads').countDocuments();
    await client.close();
    expect(there).toBe(4);
  });

  test.each([
    ['is an error before anything is restored', 1, true],
    ['is none where it comes after the time that was asked for', 0, false],
  ])('with what cannot be made again %s', async (_what, later, isRefused) => {
    const [, , last] = await slices();
    const ts = new Timestamp(last!.upTo);
    const entry = serialize({ op: 'c', ns: 'crm.$cmd', o: { convertToCapped: 'leads', size: 1 }, ts });
    const bytes = gzipSync(entry);
    memory.objects.set(last!.data!.key, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const data = { ...last!.data!, size: bytes.length, sha256, recipients: null };
    await store.delete(keys[2]!);
    await writeSlice(store, keys[2]!, { ...last!, data });
    const end = { t: before.t, i: before.i - 1 + later };
    const { forward } = await findPointInTime(store, scope, end, [team.identity]);
    const look = forward.check();
    if (isRefused) await expect(look).rejects.toSatisfy((error) => hasCode(error, 'oplog.unsupported'));
    else await look;
  });

  test('with an end far ahead keeps nobody from shipping', async () => {
    memory.objects.set(
      keys[0]!.replace(
        /[0-9a-f]{16}-[0-9a-f]{6}\.json$/,
        `${(before.t + 3600).toString(16)}00000001-00000a.json`,
      ),
      Buffer.from('{}'),
    );
    await write(server, 4);
    const next = shipperOf(server);
    expect(await next.ship()).toMatchObject({ state: 'shipped', gap: null, slice: { entries: 1 } });
  });

  test('that the store does not keep is an error', async () => {
    const forgetful: Store = { ...store, write: async () => 'kept' };
    const next = shipperOf(server, forgetful);
    await write(server, 5);
    await expect(next.ship()).rejects.toSatisfy((error) => hasCode(error, 'manifest.not-kept'));
  });
});
