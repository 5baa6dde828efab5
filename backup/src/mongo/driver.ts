import {
  type Abortable,
  type ClientSession,
  type Db,
  type FindOptions,
  type MongoClient,
  MongoServerError,
  type Timestamp,
} from 'mongodb';
import { executeOperation } from 'mongodb/lib/operations/execute_operation.js';
import { InsertOperation } from 'mongodb/lib/operations/insert.js';
import { MongoDBNamespace } from 'mongodb/lib/utils.js';
import { leaveBehind } from '../young-generation.ts';
import type { Batch } from './batch.ts';
import { type Connection, LARGE_MESSAGE, receiveInPlace, sendInPieces } from './driver-messages.ts';

/**
 * What this library needs of the MongoDB driver beyond its public face, here and in `driver-messages.ts`. The driver's version is pinned, and
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
  private readonly isLarge: boolean;

  constructor(namespace: MongoDBNamespace, { content }: Batch, options: object, extra: object) {
    // The driver sends its documents one behind the other and doesn't count them, so they may as well be one piece.
    super(namespace, [content], options, [content]);
    this.extra = extra;
    this.isLarge = content.length >= LARGE_MESSAGE;
  }

  override buildCommandDocument(connection: Connection, ...args: unknown[]) {
    const command = super.buildCommandDocument(connection, ...args);
    if (this.isLarge) sendInPieces(connection, command.documents);
    return { ...command, ...this.extra };
  }
}

/** How often the driver copies what it sends, if that is not large: into its sequence, its section and its message. */
const COPIES_OF_WRITTEN = 3;
/** And what it reads: as the pieces that come from the network, and the message that they make. */
const COPIES_OF_READ = 2;

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
  batch: Batch,
  { ordered, signal }: RawInsertOptions,
): Promise<{ inserted: number; errors: WriteError[] }> {
  const options = {
    ordered,
    bypassDocumentValidation: true,
    writeConcern: { w: 'majority' },
    ...(signal && { signal }),
  };
  const insert = (extra: object) =>
    executeOperation(client, new RawInsert(new MongoDBNamespace(db, collection), batch, options, extra));
  const known = () =>
    insert({ bypassEmptyTsReplacement: true }).catch((error) => {
      if (!(error instanceof MongoServerError && error.code === UNKNOWN_FIELD)) throw error;
      olderServers.add(client);
      return insert({});
    });
  const reply = await (olderServers.has(client) ? insert({}) : known());
  if (batch.content.length < LARGE_MESSAGE) leaveBehind(COPIES_OF_WRITTEN * batch.content.length);
  const errors = (reply.writeErrors ?? []).map(({ index, code, errmsg }) => ({
    index,
    code,
    message: errmsg,
  }));
  return { inserted: reply.n, errors };
}

/** Bytes to ask of a server at once, roughly. Left to itself it fills 16 MB, which takes many times that of memory on the way. */
const REPLY = 128 * 1024;
/** Documents to ask for before it is known how large they are: as many as a server gives by itself. */
const FIRST_REPLY = 101;
const MOST_DOCUMENTS = 10_000;

/**
 * All documents of a collection as their bytes, in the order of the disk, a reply's worth at a time. They are views into the reply:
 * copy what must outlive the next one.
 */
export async function* readRaw(
  db: Db,
  collection: string,
  options: FindOptions & Abortable & { readonly rawData?: boolean } = {},
): AsyncGenerator<Uint8Array[]> {
  const cursor = db
    .collection(collection)
    .find({}, { raw: true, hint: { $natural: 1 }, batchSize: FIRST_REPLY, ...options });
  try {
    for (;;) {
      receiveInPlace(db.client);
      const documents = await nextReply(cursor);
      if (documents.length === 0) return;
      const bytes = documents.reduce((sum, { length }) => sum + length, 0);
      // As the driver passes it on with the next request; its public method is for before the first one.
      (cursor as unknown as { cursorOptions: FindOptions }).cursorOptions.batchSize = Math.min(
        MOST_DOCUMENTS,
        Math.max(1, Math.floor((REPLY * documents.length) / bytes)),
      );
      yield documents;
      // Whoever waits for the next ones must not keep these.
      documents.length = 0;
      leaveBehind(bytes < LARGE_MESSAGE ? COPIES_OF_READ * bytes : bytes);
    }
  } finally {
    await cursor.close();
  }
}

/**
 * The documents of the next reply; none at the end. A function of its own, because a variable of a loop that waits keeps what it held: here a
 * reply of 16 MB.
 */
async function nextReply(cursor: { next(): Promise<unknown> }): Promise<Uint8Array[]> {
  const first = await cursor.next();
  return first === null ? [] : [first as Uint8Array, ...restOfReply(cursor)];
}

/** A reply of the server as a cursor keeps it: the batch's array, and where its documents are in it. */
interface Reply {
  readonly batch: { readonly bson: Uint8Array; readonly elements: readonly (readonly number[])[] };
  /** How many documents were taken. */
  readonly iterated: number;
}

/** Places of an element's offset and length in the driver's description of it. */
const [OFFSET, LENGTH] = [3, 4];

/**
 * What is left of a reply after its first document, cut out of it. The driver's own way parses every field of every document
 * first, which costs several times the memory and time of all the rest.
 */
function restOfReply(cursor: object): Uint8Array[] {
  const { iterated, batch } = (cursor as { documents: Reply }).documents;
  const { bson, elements } = batch;
  const rest: Uint8Array[] = [];
  for (let index = iterated; index < elements.length; index++) {
    const at = elements[index]![OFFSET]!;
    rest.push(bson.subarray(at, at + elements[index]![LENGTH]!));
  }
  // Not only empty: it would stay until the next one is there.
  (cursor as { documents: Reply | null }).documents = null;
  return rest;
}

/** The instant that a snapshot session reads as of; known after its first read. */
export const snapshotTime = (session: ClientSession): Timestamp | undefined =>
  (session as unknown as { snapshotTime?: Timestamp }).snapshotTime;
