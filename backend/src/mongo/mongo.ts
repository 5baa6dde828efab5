import { parseConnectionString } from 'conductor-backup/connection-string';
import { type ClientSession, type Db, MongoClient, MongoServerError } from 'mongodb';

/** The CRM's database and the client that owns its connections. */
export interface Mongo {
  readonly client: MongoClient;
  readonly db: Db;
}

/**
 * A client that connects again with the next command when connecting failed. The driver's own would answer "Topology is closed" for
 * ever after: it keeps what it could not open.
 */
class PersistentClient extends MongoClient {
  override async connect(): Promise<this> {
    try {
      return await super.connect();
    } catch (error) {
      // Not among the driver's types.
      (this as { topology?: unknown }).topology = undefined;
      throw error;
    }
  }
}

/** Prepares a client; the connection opens with the first command, so a missing server does not fail the start. */
export function connectMongo(url: string): Mongo {
  const client = new PersistentClient(url, {
    appName: 'conductor-crm',
    serverSelectionTimeoutMS: 3000,
    // Also the patience of the driver's own heartbeats: a busy store is not a dead one. Probes have their own deadline.
    connectTimeoutMS: 10_000,
    maxPoolSize: 50,
    ignoreUndefined: true,
  });
  return { client, db: client.db(parseConnectionString(url).database ?? 'conductor_crm') };
}

/** Runs `work` in one transaction: all of it happens, or none. `work` may run again after a transient conflict. */
export async function inTransaction<T>(
  mongo: Mongo,
  work: (session: ClientSession) => Promise<T>,
): Promise<T> {
  return mongo.client.withSession((session) =>
    session.withTransaction(() => work(session), {
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    }),
  );
}

/** Whether the server is the embedded store, which is for trying and testing only. */
export async function isEmbedded(mongo: Mongo): Promise<boolean> {
  const info = await mongo.db.admin().command({ buildInfo: 1 });
  return info.embedded === true;
}

/** IllegalOperation: "Transaction numbers are only allowed on a replica set member or mongos". */
const noTransactionNumbers = 20;

/** Whether an error says that the server has no transactions: it runs standalone, without a replica set. */
export function isWithoutTransactions(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  // The driver takes it for an old storage engine and tells another story, with the server's own error inside.
  return [error, error.originalError].some((each) => each?.code === noTransactionNumbers);
}
