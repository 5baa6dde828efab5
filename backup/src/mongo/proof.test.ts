import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { interleaved } from '../../test/interleaved.ts';
import { startMongo, type TestServer } from '../../test/mongo.ts';
import { decodeArchive } from '../archive/decode.ts';
import { encodeArchive } from '../archive/encode.ts';
import { restoreAndCompare } from './proof.ts';

let server: TestServer;
let client: MongoClient;
beforeAll(async () => {
  server = await startMongo();
  client = await new MongoClient(server.url, { monitorCommands: true }).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});

test('of many collections each is looked at once, not once for each of the others', async () => {
  const looks = { listCollections: 0, listIndexes: 0 };
  client.on('commandStarted', ({ commandName }) => {
    if (commandName in looks) looks[commandName as keyof typeof looks]++;
  });
  const names = Array.from({ length: 25 }, (_, n) => `c${n}`);
  const archive = decodeArchive(encodeArchive(interleaved('many', names, 1, 3)));
  // Nothing of it is expected, so all that was found is named.
  await expect(restoreAndCompare(archive, [], client)).rejects.toThrow('many.c0');
  expect(looks).toEqual({ listCollections: 1, listIndexes: names.length });
});
