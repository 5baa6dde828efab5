import { BSON, MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMongo } from '../../test/mongo.ts';
import { connectMongo, type Mongo } from './mongo.ts';
import { type StoredPage, storedBytes, storedBytesOf } from './stored.ts';

let server: Awaited<ReturnType<typeof startMongo>>;
let mongo: Mongo;
const documents = Array.from({ length: 5 }, (_, n) => ({
  _id: `${n}`,
  at: new Date(n),
  parts: [{ n }, [`é${n}`]],
  // Dates and numbers that would come back as something else, were they read.
  big: new BSON.Long(n),
}));
beforeAll(async () => {
  server = await startMongo();
  mongo = connectMongo(server.url);
  await mongo.db.collection<{ _id: string }>('things').insertMany(documents);
});
afterAll(async () => {
  await mongo.client.close();
  await server.close();
});

const page = { sort: { at: -1, _id: -1 } as const, limit: 3 };
const ids = (found: readonly Buffer[]) => found.map((bytes) => BSON.deserialize(bytes)._id);
const asStored = () =>
  mongo.db.collection('things').find({}, { raw: true }).sort(page.sort).limit(3).toArray();

it('gives the bytes that find gives, in order and no more than asked for', async () => {
  const commands: string[] = [];
  const watched = new MongoClient(server.url, { monitorCommands: true });
  watched.on('commandStarted', ({ commandName }) => commands.push(commandName));
  const found = await storedBytes({ client: watched, db: watched.db('crm') }, 'things', {}, page);
  await watched.close();
  expect(commands.filter((name) => name !== 'endSessions')).toEqual(['find']);
  expect(ids(found)).toEqual(['4', '3', '2']);
  expect(found.map((bytes) => bytes.toString('hex'))).toEqual(
    ((await asStored()) as unknown as Buffer[]).map((bytes) => bytes.toString('hex')),
  );
  expect(
    await storedBytes(mongo, 'things', { _id: { $in: ['1', 'x'] }, none: undefined } as object, page),
  ).toHaveLength(1);
  expect(await storedBytes(mongo, 'nothing', {}, page)).toEqual([]);
});

it('asks again, as find does, when the connection breaks under it', async () => {
  await mongo.db.admin().command({
    configureFailPoint: 'failCommand',
    mode: { times: 2 },
    data: { failCommands: ['find'], closeConnection: true },
  });
  expect(ids(await storedBytes(mongo, 'things', {}, page))).toEqual(['4', '3', '2']);
});

it('says what is wrong with a question', async () => {
  await expect(storedBytes(mongo, 'things', { $nonsense: 1 } as object, page)).rejects.toThrow('$nonsense');
});

it('has all of what does not fit in one answer', async () => {
  const text = 'x'.repeat(6 * 1024 * 1024);
  await mongo.db
    .collection<{ _id: string }>('large')
    .insertMany(['a', 'b', 'c', 'd'].map((_id) => ({ _id, text })));
  expect(ids(await storedBytes(mongo, 'large', {}, { sort: { _id: 1 }, limit: 4 }))).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

describe('several pages', () => {
  const pages: StoredPage[] = [
    { filter: { _id: { $in: ['0', '1', '2'] } }, sort: { at: -1 }, limit: 2 },
    { filter: { _id: 'none' }, sort: { at: 1 }, limit: 2 },
    { filter: {}, sort: { at: -1, _id: -1 }, limit: 3 },
  ];
  const all = ['2', '1', '4', '3', '2'];

  it('come one after another, as they are stored, by one question', async () => {
    const commands: string[] = [];
    const watched = new MongoClient(server.url, { monitorCommands: true });
    watched.on('commandStarted', ({ commandName }) => commands.push(commandName));
    const found = await storedBytesOf({ client: watched, db: watched.db('crm') }, 'things', pages);
    await watched.close();
    expect(commands.filter((name) => name !== 'endSessions')).toEqual(['aggregate']);
    expect(ids(found)).toEqual(all);
    expect(found.slice(2).map((bytes) => bytes.toString('hex'))).toEqual(
      ((await asStored()) as unknown as Buffer[]).map((bytes) => bytes.toString('hex')),
    );
    expect(await storedBytesOf(mongo, 'things', [])).toEqual([]);
    expect(await storedBytesOf(mongo, 'nothing', pages)).toEqual([]);
  });

  it('come also when the connection breaks, and where they do not fit in one answer', async () => {
    await mongo.db.admin().command({
      configureFailPoint: 'failCommand',
      mode: { times: 2 },
      data: { failCommands: ['aggregate'], closeConnection: true },
    });
    expect(ids(await storedBytesOf(mongo, 'things', pages))).toEqual(all);
    const large: StoredPage = { filter: {}, sort: { _id: 1 }, limit: 2 };
    const text = 'y'.repeat(6 * 1024 * 1024);
    await mongo.db.collection<{ _id: string }>('larger').insertMany(['a', 'b'].map((_id) => ({ _id, text })));
    expect(ids(await storedBytesOf(mongo, 'larger', [large, large]))).toEqual(['a', 'b', 'a', 'b']);
  });

  it('say what is wrong with a question', async () => {
    const wrong = { ...pages[0]!, filter: { $nonsense: 1 } as object };
    await expect(storedBytesOf(mongo, 'things', [wrong])).rejects.toThrow('$nonsense');
  });
});
