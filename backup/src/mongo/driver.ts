import {
  type AbstractCursor,
  type ClientSession,
  type MongoClient,
  MongoServerError,
  type Timestamp,
} from 'mongodb';
import { executeOperation } from 'mongodb/lib/operations/execute_operation.js';
import { InsertOperation } from 'mongodb/lib/operations/insert.js';
import { MongoDBNamespace } from 'mongodb/lib/utils.js';

/**
 * What this library needs of the MongoDB driver beyond its public face, all in one place. The driver's version is pinned, and
 * `driver.test.ts` notices when a new one behaves differently.
 */

/** One document that the server refused, by its place in the batch. */
export interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly message: string;
}

export interface RawInsertOptions {
  readonly ordered: boolean;
  readonly signal?: AbortSignal;
}

/**
 * An insert whose documents go to the server exactly as the bytes they are; the driver's public insert would decode and encode
 * them, which reorders integer-like keys and drops duplicate ones.
 */
class RawInsert extends InsertOperation {
  private readonly extra: object;

  constructor(namespace: MongoDBNamespace, documents: readonly Uint8Array[], options: object, extra: object) {
    super(namespace, documents, options, documents);
    this.extra = extra;
  }

  override buildCommandDocument(...args: unknown[]) {
    return { ...super.buildCommandDocument(...args), ...this.extra };
  }
}

/** "BSON field … is an unknown field." */
const UNKNOWN_FIELD = 40415;

/** Servers that don't know yet how to keep an empty timestamp. */
const olderServers = new WeakSet<MongoClient>();

/**
 * Inserts raw documents, acknowledged by a majority. Returns what the server refused; throws when the command itself failed. A
 * Timestamp(0,0) stays what it is where the server can be told so; others put the current time in its place.
 */
export async function insertRaw(
  client: MongoClient,
  db: string,
  collection: string,
  documents: readonly Uint8Array[],
  { ordered, signal }: RawInsertOptions,
): Promise<{ inserted: number; errors: WriteError[] }> {
  const options = {
    ordered,
    bypassDocumentValidation: true,
    writeConcern: { w: 'majority' },
    ...(signal && { signal }),
  };
  const insert = (extra: object) =>
    executeOperation(client, new RawInsert(new MongoDBNamespace(db, collection), documents, options, extra));
  const known = () =>
    insert({ bypassEmptyTsReplacement: true }).catch((error) => {
      if (!(error instanceof MongoServerError && error.code === UNKNOWN_FIELD)) throw error;
      olderServers.add(client);
      return insert({});
    });
  const reply = await (olderServers.has(client) ? insert({}) : known());
  const errors = (reply.writeErrors ?? []).map(({ index, code, errmsg }) => ({
    index,
    code,
    message: errmsg,
  }));
  return { inserted: reply.n, errors };
}

/** The documents of a cursor made with `raw: true`, as views into the server's replies, a batch at a time. */
export async function* rawBatches(cursor: AbstractCursor<unknown>): AsyncGenerator<Uint8Array[]> {
  try {
    for (let first = await cursor.next(); first !== null; first = await cursor.next()) {
      yield [first, ...cursor.readBufferedDocuments()] as Uint8Array[];
    }
  } finally {
    await cursor.close();
  }
}

/** The instant that a snapshot session reads as of; known after its first read. */
export const snapshotTime = (session: ClientSession): Timestamp | undefined =>
  (session as unknown as { snapshotTime?: Timestamp }).snapshotTime;
