import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMongo, type TestServer } from '../../test/mongo.ts';
import { collectAll } from '../young-generation.ts';
import { Batch } from './batch.ts';
import { insertRaw, readRaw } from './driver.ts';

let server: TestServer;
let client: MongoClient;
/** What the server was asked for: the documents of each reply. */
const asked: number[] = [];
beforeAll(async () => {
  server = await startMongo();
  client = await new MongoClient(server.urlOf('driver'), { monitorCommands: true }).connect();
  client.on('commandStarted', ({ command }) => {
    if ('find' in command || 'getMore' in command) asked.push(command.batchSize);
  });
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});

async function read(collection: string): Promise<Buffer[]> {
  asked.length = 0;
  const documents: Buffer[] = [];
  for await (const reply of readRaw(client.db(), collection)) documents.push(...reply.map(copy));
  return documents;
}
const copy = (bytes: Uint8Array): Buffer => Buffer.from(bytes);

test('of large documents as few are asked for at once as fit, of small ones as many', async () => {
  const large = client.db().collection('large');
  await large.insertMany(
    Array.from({ length: 110 }, (_, _id) => ({ _id, text: 'x'.repeat(100_000) }) as object),
  );
  expect(await read('large')).toHaveLength(110);
  expect(asked.slice(0, 10)).toEqual([101, ...Array(9).fill(1)]);

  const small = client.db().collection('small');
  await small.insertMany(Array.from({ length: 1_000 }, (_, _id) => ({ _id }) as object));
  expect(await read('small')).toHaveLength(1_000);
  expect(asked[0]).toBe(101);
  expect(asked[1]).toBeGreaterThan(1_000);
  expect(asked).toHaveLength(2);
});

test('a document goes and comes as the bytes it is, however large', async () => {
  const large = 'x'.repeat(16 * 1024 * 1024 - 100);
  // A map, because an object would put its integer-like keys first.
  const document = serialize(
    new Map<string, unknown>([
      ['_id', 1],
      ['2', large],
      ['1', 'one'],
    ]),
  );
  const { inserted, errors } = await insertRaw(client, 'driver', 'exact', Batch.around(document), {
    ordered: true,
  });
  expect(errors).toEqual([]);
  expect(inserted).toBe(1);
  const [found, ...others] = await read('exact');
  expect(others).toEqual([]);
  expect(found!.equals(document)).toBe(true);
});

const MIB = 1024 * 1024;
const large = (_id: number): Buffer => Buffer.from(serialize({ _id, data: randomBytes(16 * MIB - 100) }));
const insert = (to: MongoClient, document: Uint8Array, signal?: AbortSignal) =>
  insertRaw(to, 'driver', 'files', Batch.around(document), { ordered: true, ...(signal && { signal }) });

/** The most bytes outside of the heap while something is done, of what is there more than before. */
async function mostMemory(work: () => Promise<unknown>): Promise<number> {
  collectAll(Number.POSITIVE_INFINITY);
  const before = process.memoryUsage().arrayBuffers;
  let most = before;
  let isDone = false;
  const watch = () => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    if (!isDone) setImmediate(watch);
  };
  watch();
  await work().finally(() => {
    isDone = true;
  });
  return most - before;
}

test('a large document is not copied while it goes, and is in memory once while it comes', async () => {
  const documents = [1, 2, 3, 4].map(large);
  const sending = await mostMemory(async () => {
    for (const document of documents) await insert(client, document);
  });
  expect(sending).toBeLessThan(8 * MIB);

  documents.length = 0;
  let found = 0;
  const receiving = await mostMemory(async () => {
    for await (const { length } of readRaw(client.db(), 'files')) found += length;
  });
  expect(found).toBe(4);
  // One, the pieces that it is made of, and what is not collected yet of the one before.
  expect(receiving).toBeLessThan(28 * MIB);
});

/** A way to the server that lets the first connection that sends so much do `then` instead of going on. */
async function wayThrough(most: number, then: 'stall' | 'break') {
  const { hostname, port } = new URL(server.url);
  const sockets: Socket[] = [];
  let isUsed = false;
  const listening = createServer((inside) => {
    const outside = connect(Number(port), hostname);
    sockets.push(inside, outside);
    let sent = 0;
    outside.pipe(inside);
    inside.on('data', (piece) => {
      sent += piece.length;
      if (isUsed || sent < most) {
        outside.write(piece);
        return;
      }
      isUsed = true;
      if (then === 'break') inside.destroy();
      else inside.pause();
      reached.resolve();
    });
    for (const socket of [inside, outside]) socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  const reached = Promise.withResolvers<void>();
  await once(listening, 'listening');
  const url = server.urlOf('driver').replace(`:${port}`, `:${(listening.address() as AddressInfo).port}`);
  const through = await new MongoClient(`${url}&directConnection=true`).connect();
  return {
    client: through,
    reached: reached.promise,
    async [Symbol.asyncDispose]() {
      await through.close();
      for (const socket of sockets) socket.destroy();
      listening.close();
    },
  };
}

test('a large document that is half sent when the connection breaks is sent again, whole', async () => {
  await using way = await wayThrough(4 * MIB, 'break');
  const document = large(5);
  expect(await insert(way.client, document)).toEqual({ inserted: 1, errors: [] });
  const [found] = await client
    .db()
    .collection('files')
    .find({ _id: 5 as never }, { raw: true })
    .toArray();
  expect(document.equals(found as unknown as Uint8Array)).toBe(true);
});

test('a large document that goes nowhere is given up when it is no longer wanted, and the client is good for others', async () => {
  await using way = await wayThrough(4 * MIB, 'stall');
  const stopping = new AbortController();
  const sending = insert(way.client, large(6), stopping.signal);
  await way.reached;
  // Until the system takes no more of it.
  await setTimeout(300);
  stopping.abort(new Error('enough'));
  await expect(sending).rejects.toThrow('enough');
  expect(await insert(way.client, large(7))).toEqual({ inserted: 1, errors: [] });
  expect(
    await client
      .db()
      .collection('files')
      .countDocuments({ _id: 6 as never }),
  ).toBe(0);
});
