import { Binary, Long, Timestamp } from 'bson';
import { decodeFields } from '../bson/decode.ts';
import { encode, maxDocumentSize, type RawDocument } from '../bson/encode.ts';
import type { Doc, Value } from '../bson/values.ts';
import { type Clock, numberOfTime } from '../clock.ts';
import { type Collection, namespaceOf, recordTable } from '../storage/catalog.ts';
import type { Change, ChangeLog, Numbered } from '../storage/change-log.ts';
import { bytesOf } from '../storage/connection.ts';
import type { Store } from '../storage/store.ts';
import { commandOf, type Operation, operationOf, uuidOf } from './operation.ts';
import { packed } from './packing.ts';
import { viewCreated, viewDropped, viewModified, viewsCreated } from './views.ts';

/** Where MongoDB keeps its oplog. */
const place = { db: 'local', name: 'oplog.rs' };
/** The one term of a replica set that has never had an election. */
const term = Long.ONE;
const version = Long.fromNumber(2);
const nothingBefore = { ts: new Timestamp({ t: 0, i: 0 }), t: Long.NEG_ONE };
/** What MongoDB inserts as one: documents, and their bytes. */
const insertVector = { documents: 500, bytes: 256 * 1024 };
/** What MongoDB deletes as one. */
const deleteBatch = 10;

export interface OplogOptions {
  /** How large the oplog may grow before its oldest entries go, in bytes. */
  readonly bytes: number;
  /** The largest entry of a transaction, in bytes; default 16 MiB. A transaction of more becomes several entries. */
  readonly largestEntry?: number | undefined;
}

/** The retryable write that is under way. */
interface Statement extends Numbered {
  readonly statements: (index: number) => Value;
  readonly image: 'preImage' | 'postImage' | undefined;
  previous: { ts: Timestamp; t: Long };
}

interface Name {
  readonly db: string;
  readonly name: string;
}

/** A change, the statement that made it, and how it is told. */
interface Told {
  readonly index: number;
  readonly operation: Operation;
}

/**
 * The history of all changes as MongoDB's replica sets write it: the collection `local.oplog.rs`. An entry is written in the
 * SQLite transaction of its change. Databases other than `local` are told of.
 */
export class Oplog implements ChangeLog {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #largestEntry: number;
  readonly #collection: Collection;
  #statement: Statement | undefined;
  #index = 0;
  #gathering: Told[] | undefined;

  /** Continues what the data file holds, or begins anew. */
  constructor(store: Store, clock: Clock, { bytes, largestEntry = maxDocumentSize }: OplogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#largestEntry = largestEntry;
    const options = { capped: true, size: bytes, autoIndexId: false };
    const found = store.find(place.db, place.name);
    this.#collection = found ?? store.create(place.db, place.name, options, { idIndex: false });
    if (this.#collection.capped?.size !== bytes) store.setOptions(this.#collection, options);
    this.#collection.oplog = true;
    clock.keep(this.newest());
    store.log = this;
    if (this.#collection.count === 0) this.note('initiating set');
    else store.write(() => this.#trim());
  }

  /** The time of the newest entry. */
  newest(): Timestamp | undefined {
    const row = this.#store.main.get(
      `SELECT doc FROM ${recordTable(this.#collection)} ORDER BY rid DESC LIMIT 1`,
    );
    return row && (decodeFields(bytesOf(row[0]), new Set(['ts'])).ts as Timestamp);
  }

  /** Writes an entry that changes nothing. */
  note(message: string): void {
    this.#store.write(() => this.#write({ op: 'n', ns: '', o: { msg: message } }));
  }

  /** Runs a retryable write: its entries tell which one. */
  during<T>(statement: Omit<Statement, 'previous'>, work: () => T): T {
    this.#statement = { ...statement, previous: nothingBefore };
    try {
      return work();
    } finally {
      this.#statement = undefined;
      this.#index = 0;
    }
  }

  /** The statement of a command that comes now, counted from 0. */
  at(index: number): void {
    this.#index = index;
  }

  changed(change: Change): void {
    if (change.collection.db !== place.db) this.#tell(operationOf(change));
  }

  #tell(operation: Operation): void {
    if (this.#gathering) this.#gathering.push({ index: this.#index, operation });
    else this.#single({ index: this.#index, operation });
  }

  /** What a piece of work tells is kept back; when it fails, what it did before that is told one by one. */
  #gather<T>(work: () => T): { result: T; told: Told[] } {
    const told: Told[] = [];
    this.#gathering = told;
    try {
      const result = work();
      this.#gathering = undefined;
      return { result, told };
    } catch (error) {
      this.#gathering = undefined;
      for (const one of told) this.#single(one);
      throw error;
    }
  }

  /**
   * Runs the inserts of one command, which answers the statements that failed. As in MongoDB, neighbours go into one entry;
   * where one of these failed, each goes into its own.
   */
  inserts(work: () => Doc[]): Doc[] {
    const { result, told } = this.#gather(work);
    let pack: Told[] = [];
    let bytes = 0;
    const packs = [pack];
    for (const one of told) {
      const size = (one.operation.o as RawDocument).bytes?.length ?? 0;
      if (pack.length > 0 && (pack.length === insertVector.documents || bytes + size > insertVector.bytes)) {
        pack = [];
        bytes = 0;
        packs.push(pack);
      }
      pack.push(one);
      bytes += size;
    }
    for (const [at, one] of packs.entries()) {
      const end = packs[at + 1]?.[0]?.index ?? Number.POSITIVE_INFINITY;
      const failed = result.some(({ index }) => Number(index) >= (one[0]?.index ?? 0) && Number(index) < end);
      const plain = one.every(({ operation }) => operation.op === 'i');
      if (one.length < 2 || failed || !plain) for (const told of one) this.#single(told);
      else this.#vector(one);
    }
    return result;
  }

  /** Runs deletes of many documents, of which MongoDB writes ten into one entry. */
  deletes<T>(work: () => T): T {
    const { result, told } = this.#gather(work);
    for (let at = 0; at < told.length; at += deleteBatch)
      this.#write({
        op: 'c',
        ns: 'admin.$cmd',
        o: { applyOps: told.slice(at, at + deleteBatch).map(({ operation }) => operation) },
      });
    return result;
  }

  #single({ index, operation }: Told): void {
    const statement = operation.op === 'c' ? undefined : this.#statement;
    if (!statement) {
      this.#write(operation);
      return;
    }
    const { image } = statement;
    const needsRetryImage = image && operation.op !== 'i' ? { needsRetryImage: image } : {};
    const { lsid, txnNumber, previous } = statement;
    const stmtId = statement.statements(index);
    statement.previous = this.#write(
      { lsid, txnNumber, ...operation, ...needsRetryImage, stmtId },
      { prevOpTime: previous },
    );
  }

  #vector(told: readonly Told[]): void {
    const statement = this.#statement;
    const entry = { op: 'c', ns: 'admin.$cmd' };
    if (!statement) {
      this.#write({ ...entry, o: { applyOps: told.map(({ operation }) => operation) } });
      return;
    }
    const applyOps = told.map(({ index, operation }) => ({
      ...operation,
      stmtId: statement.statements(index),
    }));
    const { lsid, txnNumber, previous } = statement;
    statement.previous = this.#write(
      { lsid, txnNumber, ...entry, o: { applyOps } },
      { prevOpTime: previous, multiOpType: 1 },
    );
  }

  transaction({ lsid, txnNumber }: Numbered, changes: readonly Change[]): void {
    const operations = changes
      .filter(({ collection }) => collection.db !== place.db)
      .map((change) => operationOf(change));
    const packs = packed(operations, this.#largestEntry);
    let previous = nothingBefore;
    for (const [at, applyOps] of packs.entries()) {
      const last = at === packs.length - 1;
      const o: Doc = { applyOps };
      if (!last) o.partialTxn = true;
      else if (packs.length > 1) o.count = Long.fromNumber(operations.length);
      previous = this.#write({ lsid, txnNumber, op: 'c', ns: 'admin.$cmd', o }, { prevOpTime: previous });
    }
  }

  created(collection: Collection): void {
    const { db, name, options } = collection;
    if (db === place.db) return;
    if (!collection.view) {
      const idIndex = collection.indexes[0]!.spec;
      this.#tell(commandOf(db, collection, { create: name, ...options, idIndex }));
      return;
    }
    const first = !this.#store.inDatabase(db).some((other) => other.view && other !== collection);
    if (first) this.#tell(viewsCreated(db));
    this.#tell(viewCreated(collection));
  }

  dropped(collection: Collection): void {
    const { db, name, count } = collection;
    if (db === place.db) return;
    if (collection.view) this.#tell(viewDropped(collection));
    else this.#tell(commandOf(db, collection, { drop: name }, { numRecords: Long.fromNumber(count) }));
  }

  /** A database was dropped after its collections. */
  databaseDropped(db: string): void {
    if (db !== place.db) this.#tell(commandOf(db, undefined, { dropDatabase: 1 }));
  }

  renamed(collection: Collection, from: Name, replaced: Collection | undefined): void {
    if (from.db !== collection.db) this.#moved(collection, from, replaced);
    else if (from.db !== place.db) this.#renamedWithin(collection, from, replaced);
  }

  #renamedWithin(collection: Collection, from: Name, replaced: Collection | undefined): void {
    const o: Doc = {
      renameCollection: `${from.db}.${from.name}`,
      to: namespaceOf(collection),
      stayTemp: false,
    };
    if (replaced) o.dropTarget = uuidOf(replaced);
    const o2 = replaced && { numRecords: Long.fromNumber(replaced.count) };
    this.#tell(commandOf(from.db, collection, o, o2));
  }

  /** Between databases MongoDB makes a new collection, copies, and drops the old one. */
  #moved(collection: Collection, from: Name, replaced: Collection | undefined): void {
    if (collection.db !== place.db) {
      if (replaced) this.dropped(replaced);
      this.created(collection);
      for (const index of collection.indexes)
        if (index.name !== '_id_') this.#tell(this.#indexCreated(collection, index.spec));
      for (const row of this.#store.main
        .prepare(`SELECT doc FROM ${recordTable(collection)} ORDER BY rid`)
        .iterate() as unknown as Iterable<unknown[]>) {
        const bytes = Buffer.from(bytesOf(row[0]));
        const { _id: id } = decodeFields(bytes, new Set(['_id']));
        this.changed({ op: 'i', collection, id, bytes });
      }
    }
    this.dropped({ ...collection, ...from });
  }

  #indexCreated(collection: Collection, spec: Doc): Operation {
    return commandOf(collection.db, collection, { createIndexes: collection.name, ...spec });
  }

  indexed(collection: Collection, indexes: readonly { spec: Doc }[]): void {
    const { db, name, count } = collection;
    if (db === place.db || indexes.length === 0) return;
    if (count === 0) {
      for (const { spec } of indexes) this.#tell(this.#indexCreated(collection, spec));
      return;
    }
    const build = {
      indexBuildUUID: new Binary(crypto.getRandomValues(new Uint8Array(16)), Binary.SUBTYPE_UUID),
      indexes: indexes.map(({ spec }) => spec),
    };
    for (const step of ['startIndexBuild', 'commitIndexBuild'])
      this.#tell(commandOf(db, collection, { [step]: name, ...build }));
  }

  unindexed(collection: Collection, { name: index, spec }: { name: string; spec: Doc }): void {
    if (collection.db === place.db) return;
    this.#tell(commandOf(collection.db, collection, { dropIndexes: collection.name, index }, spec));
  }

  /** A collection's options or one of its indexes were changed by `collMod`; `before` tells what was. */
  modified(collection: Collection, command: Doc, before: Doc): void {
    const { db, name } = collection;
    if (db === place.db) return;
    if (collection.view) this.#tell(viewModified(collection));
    else this.#tell(commandOf(db, collection, { collMod: name, ...command }, before));
  }

  /** Errors: those of the store, and then nothing of the change remains. */
  #write(entry: Doc, after: Doc = {}): { ts: Timestamp; t: Long } {
    const { last } = this.#clock;
    const ts = this.#clock.next();
    this.#store.onRollback(() => this.#clock.back(last));
    const bytes = encode({ ...entry, ts, t: term, v: version, wall: new Date(), ...after });
    this.#store.main.run(
      `INSERT INTO ${recordTable(this.#collection)} (rid, doc) VALUES (?, ?)`,
      numberOfTime(ts),
      bytes,
    );
    this.#store.resize(this.#collection, 1, bytes.length);
    this.#trim();
    return { ts, t: term };
  }

  /** The oldest entries go, as many as are too many; the newest stays. */
  #trim(): void {
    const collection = this.#collection;
    const { size } = collection.capped!;
    const table = recordTable(collection);
    while (collection.bytes > size && collection.count > 1) {
      const rows = this.#store.main.all(
        `SELECT rid, length(doc) FROM ${table} ORDER BY rid LIMIT ?`,
        Math.min(64, collection.count - 1),
      );
      let bytes = 0;
      let gone = 0;
      while (gone < rows.length && collection.bytes - bytes > size) bytes += Number(rows[gone++]![1]);
      this.#store.main.run(`DELETE FROM ${table} WHERE rid <= ?`, rows[gone - 1]![0] as number);
      this.#store.resize(collection, -gone, -bytes);
    }
  }
}

/** An oplog that a server without one finds would have a gap from now on: it goes. */
export const forgetOplog = (store: Store): void => {
  const left = store.find(place.db, place.name);
  if (left?.options.autoIndexId === false) store.drop(left);
};
