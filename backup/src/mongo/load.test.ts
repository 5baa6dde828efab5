import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { interleaved } from '../../test/interleaved.ts';
import { startMongo, type TestServer } from '../../test/mongo.ts';
import { decodeArchive } from '../archive/decode.ts';
import { encodeArchive } from '../archive/encode.ts';
import type { ArchiveEvent } from '../archive/format.ts';
import { load } from './load.ts';

let server: TestServer;
let client: MongoClient;
beforeAll(async () => {
  server = await startMongo();
  client = await new MongoClient(server.url).connect();
});
afterAll(async () => {
  await client?.close();
  await server?.close();
});

const archive = (...args: Parameters<typeof interleaved>) =>
  decodeArchive(encodeArchive(interleaved(...args)));

describe('an archive whose collections come in turns', () => {
  test('is loaded to the last document, in its order where that is data', async () => {
    const names = ['leads', 'deals', 'capped'];
    await load(archive('turns', names, 67, 100), client);
    for (const name of names) {
      const numbers = (await client.db('turns').collection(name).find().toArray()).map(
        ({ number }) => number,
      );
      expect(numbers).toHaveLength(6_700);
      if (name === 'capped') expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(new Set(numbers).size).toBe(6_700);
    }
  });

  test('is loaded also when more are open at once than are kept in memory', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `c${n}`);
    await load(archive('many', names, 5, 3), client);
    for (const name of names) expect(await client.db('many').collection(name).countDocuments()).toBe(15);
  });

  test('is loaded with the memory of those that have ended, not with more for each', async () => {
    const allocate = vi.spyOn(Buffer, 'allocUnsafe');
    const names = Array.from({ length: 100 }, (_, n) => `c${n}`);
    await load(archive('memory', names, 1, 3), client);
    const batches = allocate.mock.calls.filter(([size]) => size === 512 * 1024);
    allocate.mockRestore();
    expect(batches.length).toBeGreaterThan(0);
    expect(batches.length).toBeLessThan(30);
  });

  test('writes nothing more when it has failed', async () => {
    async function* broken(): AsyncGenerator<ArchiveEvent> {
      for (const event of interleaved('broken', ['a', 'b'], 4, 12_000)) {
        if (event.kind === 'end') throw new Error('the connection broke');
        yield event;
      }
    }
    const watched = new MongoClient(server.url, { monitorCommands: true });
    const inserts = { began: 0, ended: 0 };
    const count = (of: keyof typeof inserts) => (event: { readonly commandName: string }) => {
      if (event.commandName === 'insert') inserts[of]++;
    };
    watched.on('commandStarted', count('began'));
    watched.on('commandSucceeded', count('ended')).on('commandFailed', count('ended'));
    await expect(load(broken(), watched)).rejects.toThrow('the connection broke');
    expect(inserts.began).toBeGreaterThan(4);
    expect(inserts.ended).toBe(inserts.began);
    await watched.close();
  });
});
