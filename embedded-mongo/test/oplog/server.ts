import { type Db, type Document, MongoClient, Timestamp } from 'mongodb';
import { afterAll, beforeAll } from 'vitest';
import { type EmbeddedMongoOptions, startEmbeddedMongo } from '../../src/index.ts';

/** A server that keeps an oplog, and a client of it. */
export const startWithOplog = async (options: Partial<EmbeddedMongoOptions> = {}) => {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, oplog: 16, ...options });
  const client = await new MongoClient(server.url).connect();
  return {
    server,
    client,
    close: async () => {
      await client.close();
      await server.close();
    },
  };
};

/** The entries after a time, in the order of the oplog, with numbers as BSON has them. */
export const entriesAfter = (
  client: MongoClient,
  ts: Timestamp = new Timestamp({ t: 0, i: 0 }),
): Promise<Document[]> =>
  client
    .db('local')
    .collection('oplog.rs', { promoteLongs: false })
    .find({ ts: { $gt: ts } })
    .toArray();

export const newestTime = async (client: MongoClient): Promise<Timestamp> =>
  (await client
    .db('local')
    .collection('oplog.rs')
    .findOne({}, { sort: { $natural: -1 } }))!.ts;

/** A server for the tests of a file, and what its oplog gets while something is done. */
export const withOplog = (options: Partial<EmbeddedMongoOptions> = {}) => {
  let started: Awaited<ReturnType<typeof startWithOplog>>;
  beforeAll(async () => {
    started = await startWithOplog(options);
  });
  afterAll(() => started.close());
  const client = () => started.client;
  return {
    client,
    db: (): Db => started.client.db('test'),
    /** The entries without what is different every time: their times and the session. */
    told: async (work: () => Promise<unknown>): Promise<Document[]> => {
      const before = await newestTime(client());
      await work();
      return (await entriesAfter(client(), before)).map(({ ts: _ts, wall: _wall, ...entry }) => entry);
    },
  };
};
