import { serialize } from 'bson';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMongo, type TestServer } from '../../test/mongo.ts';
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
