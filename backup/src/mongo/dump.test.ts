import { startEmbeddedMongo } from 'embedded-mongo';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { Dump } from './dump.ts';

test('a collection that is made while a backup begins is in it, or its making is younger than the backup', async () => {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, oplog: 8 });
  const client = new MongoClient(server.url, { monitorCommands: true });
  const other = await new MongoClient(server.url).connect();
  try {
    await other.db('crm').collection('leads').insertOne({ n: 1 });
    let making: Promise<unknown> | undefined;
    client.on('commandSucceeded', ({ commandName }) => {
      if (commandName === 'listCollections')
        making ??= other.db('crm').collection('deals').insertOne({ n: 1 });
    });
    const dump = await Dump.open(client, { databases: ['crm'] });
    for await (const _ of dump.events());
    await dump.close();
    await making;
    const names = dump.records.map(({ collection, documents }) => `${collection} ${documents}`);
    const { consistency } = dump;
    if (consistency.kind !== 'snapshot') throw new Error(consistency.reason);
    const made = await other.db('local').collection('oplog.rs').findOne({ 'o.create': 'deals' });
    const isYounger = made!.ts.high > consistency.at.t || made!.ts.low > consistency.at.i;
    expect(isYounger ? ['leads 1'] : ['deals 1', 'leads 1']).toEqual(names);
  } finally {
    await client.close();
    await other.close();
    await server.close();
  }
});
