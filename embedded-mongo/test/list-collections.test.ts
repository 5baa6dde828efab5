import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';

test('collections are listed by their name alone, with what else is asked of them, and by any filter', async () => {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  const client = new MongoClient(server.url);
  try {
    const db = client.db('crm');
    for (const name of ['leads', 'deals']) await db.createCollection(name);
    await db.createCollection('big', { viewOn: 'leads', pipeline: [] });
    const names = async (filter: object) =>
      (await db.listCollections(filter).toArray()).map(({ name }) => name).sort();
    expect(await names({ type: 'collection' })).toEqual(['deals', 'leads']);
    expect(await names({ name: 'leads' })).toEqual(['leads']);
    expect(await names({ name: 'leads', type: 'view' })).toEqual([]);
    expect(await names({ name: 'big', type: 'view' })).toEqual(['big']);
    expect(await names({ name: 'nothing' })).toEqual([]);
    expect(await names({ name: { $in: ['leads', 'big'] } })).toEqual(['big', 'leads']);
    expect(await names({ name: /^l/ })).toEqual(['leads']);
  } finally {
    await client.close();
    await server.close();
  }
});
