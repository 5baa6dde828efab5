import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mongoTools } from '../../../backup/test/mongo-tools.ts';
import { run } from '../../../backup/test/processes.ts';
import { startEmbeddedMongo } from '../../src/index.ts';
import { temporaryFolder } from '../server.ts';
import { History } from './histories.ts';
import { history, picture, replay } from './replay.ts';
import { startWithOplog } from './server.ts';

let folder: ReturnType<typeof temporaryFolder>;
const closing: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  folder.remove();
});

const empty = async () => {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0 });
  const client = await new MongoClient(server.url).connect();
  closing.push(async () => {
    await client.close();
    await server.close();
  });
  return { server, client };
};

test('mongodump --oplog under writes, and mongorestore --oplogReplay, give the state of one moment', async ({
  skip,
}) => {
  const tools = await mongoTools();
  if ('reason' in tools) return skip(tools.reason);
  const { server, client, close } = await startWithOplog({ largestOplogEntry: 3000 });
  closing.push(close);
  const made = new History(client, 'crm', 14);
  await made.make(100, 'documents');
  await client.db('crm').collection('a').createIndex({ n: 1 });
  const counter = client.db('crm').collection<{ _id: string; n: number }>('counter');
  await counter.insertOne({ _id: 'n', n: 0 });
  // Each read takes its time, so that much is written while the dump is made.
  const slowly = (mode: string) =>
    client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode,
      data: { failCommands: ['find'], blockConnection: true, blockTimeMS: 100 },
    });
  await slowly('alwaysOn');
  let writing = true;
  const writer = (async () => {
    for (let n = 1; writing; n++) {
      await made.make(3, 'documents');
      if (n === 5) await client.db('crm').collection('b').createIndex({ x: 1 });
      await counter.updateOne({ _id: 'n' }, { $set: { n } });
    }
  })();
  const archive = join(folder.path, 'dump');
  const { stderr } = await run(tools.mongodump, ['--uri', server.url, '--oplog', `--archive=${archive}`]);
  writing = false;
  await writer;
  await slowly('off');
  expect(Number(/dumped (\d+) oplog entr/.exec(stderr)?.[1])).toBeGreaterThan(20);

  const restored = await empty();
  await run(tools.mongorestore, ['--uri', restored.server.url, `--archive=${archive}`, '--oplogReplay']);
  const found = await restored.client.db('crm').collection<{ _id: string; n: number }>('counter').findOne();
  expect(found!.n).toBeGreaterThan(3);
  // The moment is one between two rounds of the writer: that of some entry from this round's to the next one's.
  const entries = await history(client);
  const isRound = (n: number) => (entry: (typeof entries)[number]) =>
    String(entry.ns) === 'crm.counter' && entry.op === 'u' && Number(entry.o.diff.u.n) === n;
  const [from, to] = [found!.n, found!.n + 1].map((n) => entries.findIndex(isRound(n))) as [number, number];
  const replayed = await empty();
  await replay(entries.slice(0, from + 1), replayed.client);
  const wanted = JSON.stringify(await picture(restored.client, 'crm'));
  const states = [JSON.stringify(await picture(replayed.client, 'crm'))];
  for (const entry of entries.slice(from + 1, to < 0 ? undefined : to)) {
    await replay([entry], replayed.client);
    states.push(JSON.stringify(await picture(replayed.client, 'crm')));
  }
  expect(states).toContain(wanted);
}, 120_000);
