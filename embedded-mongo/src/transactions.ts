import { decodeDocument, decodeFields } from './bson/decode.ts';
import type { Doc } from './bson/values.ts';
import { CommandError, writeConflict } from './errors.ts';
import { type Collection, type Index, indexTable } from './storage/catalog.ts';
import type { Change, Numbered, UpdateForm } from './storage/change-log.ts';
import type { Connection } from './storage/connection.ts';
import { type Guard, LatestView } from './storage/latest.ts';
import { getRecord, ridsOfKey, type StoredRecord } from './storage/records.ts';
import type { Store } from './storage/store.ts';
import { duplicateKey, prepared, sameUnder, type View } from './storage/view.ts';

/** A write outside transactions met a document that an open transaction has changed: it waits until that one ends. */
export class WriteBlocked extends Error {
  readonly transaction: Transaction;
  constructor(transaction: Transaction) {
    super('waiting for a transaction');
    this.transaction = transaction;
  }
}

/** Own changes to one collection: new bytes by record number, null for a removed record. */
type Changes = Map<number, Buffer | null>;

/**
 * The open transactions of the server: which documents and unique keys they hold, and what was changed since the oldest
 * of their snapshots, so that two writers of one document never both succeed.
 */
export class Transactions implements Guard {
  readonly #store: Store;
  readonly #open = new Set<Transaction>();
  readonly #holders = new Map<string, Transaction>();
  readonly #changed = new Map<string, number>();
  readonly latest: LatestView;

  constructor(store: Store) {
    this.#store = store;
    this.latest = new LatestView(store, this);
  }

  get open(): number {
    return this.#open.size;
  }

  begin(): Transaction {
    const transaction = new Transaction(this.#store, this);
    this.#open.add(transaction);
    return transaction;
  }

  end(transaction: Transaction): void {
    this.#open.delete(transaction);
    for (const [what, holder] of this.#holders) if (holder === transaction) this.#holders.delete(what);
    if (this.#open.size === 0) this.#changed.clear();
  }

  record(collection: Collection, rid: number): void {
    const holder = this.#holders.get(`${collection.id}:${rid}`);
    if (holder) throw new WriteBlocked(holder);
  }
  key(index: Index, key: Buffer): void {
    if (this.#holders.size === 0) return;
    const holder = this.#holders.get(`${index.id}=${key.toString('latin1')}`);
    if (holder) throw new WriteBlocked(holder);
  }
  changed(collection: Collection, rid: number): void {
    if (this.#open.size > 0) this.#changed.set(`${collection.id}:${rid}`, this.#store.sequence + 1);
  }

  /** Takes a document or key for a transaction. Errors: 112 when another has it or it changed after the snapshot. */
  hold(what: string, transaction: Transaction): void {
    const holder = this.#holders.get(what);
    if (holder === transaction) return;
    if (holder || (this.#changed.get(what) ?? 0) > transaction.since) throw writeConflict();
    this.#holders.set(what, transaction);
  }
}

/** One transaction: a snapshot of the data when it began, with its own changes on top until it is committed. */
export class Transaction implements View {
  readonly connection: Connection;
  readonly since: number;
  readonly #store: Store;
  readonly #all: Transactions;
  readonly #changes = new Map<Collection, Changes>();
  readonly #added = new Map<Collection, number>();
  /** The changes in the order in which they were made, where there is an oplog that is to tell them. */
  readonly #made: Change[] = [];
  #settle: (() => void) | undefined;
  /** Settles when the transaction has ended, however it did. */
  readonly ended: Promise<void>;

  constructor(store: Store, all: Transactions) {
    this.#store = store;
    this.#all = all;
    this.since = store.sequence;
    this.connection = store.snapshot();
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  readonly usable = (index: Index): boolean => index.since <= this.since;

  holds(collection: Collection): boolean {
    return collection.since <= this.since;
  }

  changed(collection: Collection): boolean {
    return this.#changes.has(collection);
  }

  /** Whether it has only read so far. */
  get unchanged(): boolean {
    return this.#changes.size === 0;
  }

  *overlay(collection: Collection, records: Iterable<StoredRecord>): Generator<StoredRecord> {
    const changes = this.#changes.get(collection) ?? new Map<number, Buffer | null>();
    for (const record of records) if (!changes.has(record.rid)) yield record;
    for (const [rid, bytes] of [...changes]) if (bytes) yield { rid, bytes };
  }

  count(collection: Collection): number {
    const row = this.connection.get('SELECT count FROM collections WHERE id = ?', collection.id);
    return Number(row?.[0] ?? 0) + (this.#added.get(collection) ?? 0);
  }

  insert(collection: Collection, doc: Doc): void {
    const rid = this.#all.latest.newId(collection);
    const bytes = this.#change(collection, rid, doc);
    if (this.#store.log) this.#made.push({ op: 'i', collection, id: doc._id, bytes });
    this.#added.set(collection, (this.#added.get(collection) ?? 0) + 1);
  }
  update(collection: Collection, record: StoredRecord, doc: Doc, form: UpdateForm): void {
    this.#all.hold(`${collection.id}:${record.rid}`, this);
    const after = this.#change(collection, record.rid, doc);
    if (this.#store.log)
      this.#made.push({ op: 'u', collection, id: doc._id, before: record.bytes, after, form });
  }
  remove(collection: Collection, record: StoredRecord): void {
    this.#all.hold(`${collection.id}:${record.rid}`, this);
    this.#changesOf(collection).set(record.rid, null);
    if (this.#store.log)
      this.#made.push({ op: 'd', collection, id: decodeFields(record.bytes, new Set(['_id']))._id });
    this.#added.set(collection, (this.#added.get(collection) ?? 0) - 1);
  }

  #changesOf(collection: Collection): Changes {
    let changes = this.#changes.get(collection);
    if (!changes) {
      changes = new Map();
      this.#changes.set(collection, changes);
    }
    return changes;
  }

  #change(collection: Collection, rid: number, doc: Doc): Buffer {
    const { bytes, keys } = prepared(collection, doc);
    const changes = this.#changesOf(collection);
    for (const { index, entries } of keys) {
      if (!index.unique) continue;
      for (const key of entries.keys) {
        this.#all.hold(`${index.id}=${key.toString('latin1')}`, this);
        this.#assertFree(collection, index, key, entries.values, doc, rid, changes);
      }
    }
    changes.set(rid, bytes);
    return bytes;
  }

  #assertFree(
    collection: Collection,
    index: Index,
    key: Buffer,
    values: readonly unknown[],
    doc: Doc,
    rid: number,
    changes: Changes,
  ): void {
    for (const [other, bytes] of changes) {
      if (other === rid || !bytes) continue;
      const theirs = prepared(collection, decodeDocument(bytes)).keys.find(
        (entry) => entry.index.id === index.id,
      );
      if (theirs?.entries.keys.some((own) => own.equals(key)) && sameUnder(index, doc, decodeDocument(bytes)))
        throw duplicateKey(collection, index, values);
    }
    for (const other of ridsOfKey(this.#store.main, index, key, rid)) {
      if (changes.has(other)) continue;
      const bytes = getRecord(this.#store.main, collection, other)!;
      if (!sameUnder(index, doc, decodeDocument(bytes))) continue;
      // Somebody committed the same key after this transaction's snapshot.
      if (!this.#sees(collection, index, key, other)) throw writeConflict();
      throw duplicateKey(collection, index, values);
    }
  }

  #sees(collection: Collection, index: Index, key: Buffer, rid: number): boolean {
    if (!this.usable(index) || !this.holds(collection)) return false;
    return (
      this.connection.get(`SELECT 1 FROM ${indexTable(index)} WHERE key = ? AND rid = ?`, key, rid) !==
      undefined
    );
  }

  /** Makes all changes real at once. Errors: 112 when that is no longer possible; then nothing has changed. */
  commit(whose: Numbered): void {
    this.#finish();
    if (this.#changes.size === 0) return;
    this.#store.write(() => {
      this.#store.log?.transaction(whose, this.#made);
      for (const [collection, changes] of this.#changes) {
        if (this.#store.find(collection.db, collection.name) !== collection) throw writeConflict();
        const rows = [...changes].map(([rid, bytes]) => ({
          rid,
          bytes,
          before: getRecord(this.#store.main, collection, rid),
        }));
        // Removals first, so that keys they free can be taken by what comes after.
        for (const { rid, bytes, before } of rows)
          if (!bytes && before) this.#all.latest.remove(collection, { rid, bytes: before }, true);
        for (const { rid, bytes, before } of rows) {
          if (!bytes) continue;
          if (before)
            this.#all.latest.update(collection, { rid, bytes: before }, decodeDocument(bytes), 'told');
          else this.#all.latest.insertAs(collection, rid, decodeDocument(bytes), true);
        }
      }
    });
  }

  abort(): void {
    this.#finish();
  }

  #finish(): void {
    this.connection.close();
    this.#all.end(this);
    this.#settle?.();
  }
}

/** 251: the transaction is over, or never was. It is safe to run the whole transaction again. */
export const noSuchTransaction = (message: string): CommandError =>
  new CommandError(251, message, { labels: ['TransientTransactionError'] });
