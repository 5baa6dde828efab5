import { decodeDocument } from '../bson/decode.ts';
import type { Doc } from '../bson/values.ts';
import { entriesOf } from '../indexes/entries.ts';
import { type Collection, type Index, indexTable, recordTable } from './catalog.ts';
import type { UpdateForm } from './change-log.ts';
import { getRecord, ridsOfKey, type StoredRecord, scanRecords } from './records.ts';
import type { Store } from './store.ts';
import { duplicateKey, prepared, sameUnder, type View } from './view.ts';

/** Keeps the latest view out of what open transactions hold: answers by throwing when a document or key is taken. */
export interface Guard {
  record(collection: Collection, rid: number): void;
  key(index: Index, key: Buffer): void;
  /** Called after each change, so that older snapshots notice. */
  changed(collection: Collection, rid: number): void;
}

type Prepared = ReturnType<typeof prepared>;

/** The latest state of the data; changes take effect within the store's current `write`. */
export class LatestView implements View {
  readonly #store: Store;
  readonly #guard: Guard;

  constructor(store: Store, guard: Guard) {
    this.#store = store;
    this.#guard = guard;
  }

  get connection() {
    return this.#store.main;
  }
  readonly usable = () => true;
  holds(): boolean {
    return true;
  }
  overlay(_collection: Collection, records: Iterable<StoredRecord>): Iterable<StoredRecord> {
    return records;
  }
  changed(): boolean {
    return false;
  }
  count(collection: Collection): number {
    return collection.count;
  }

  /** The number for a new record. */
  newId(collection: Collection): number {
    collection.nextId ??=
      Number(this.connection.get(`SELECT max(rid) FROM ${recordTable(collection)}`)![0] ?? 0) + 1;
    return collection.nextId++;
  }

  /** Errors: 11000 when a unique index has one of the keys for another record. */
  assertUnique(collection: Collection, doc: Doc, { keys }: Prepared, rid: number): void {
    for (const { index, entries } of keys) {
      if (!index.unique) continue;
      for (const key of entries.keys) {
        this.#guard.key(index, key);
        for (const other of ridsOfKey(this.connection, index, key, rid)) {
          const bytes = index.collation ? getRecord(this.connection, collection, other) : undefined;
          if (bytes && !sameUnder(index, doc, decodeDocument(bytes))) continue;
          throw duplicateKey(collection, index, entries.values);
        }
      }
    }
  }

  insert(collection: Collection, doc: Doc): void {
    this.insertAs(collection, this.newId(collection), doc);
  }

  /** `told` is false for a change that the change log knows already. */
  insertAs(collection: Collection, rid: number, doc: Doc, told = false): void {
    const ready = prepared(collection, doc);
    this.assertUnique(collection, doc, ready, rid);
    this.connection.run(`INSERT INTO ${recordTable(collection)} (rid, doc) VALUES (?, ?)`, rid, ready.bytes);
    this.#addKeys(ready, rid);
    this.#store.resize(collection, 1, ready.bytes.length);
    this.#guard.changed(collection, rid);
    if (!told) this.#store.log?.changed({ op: 'i', collection, id: doc._id, bytes: ready.bytes });
    if (collection.capped) this.#trim(collection);
  }

  update(collection: Collection, record: StoredRecord, doc: Doc, form: UpdateForm | 'told'): void {
    this.#guard.record(collection, record.rid);
    const ready = prepared(collection, doc);
    this.assertUnique(collection, doc, ready, record.rid);
    this.connection.run(
      `UPDATE ${recordTable(collection)} SET doc = ? WHERE rid = ?`,
      ready.bytes,
      record.rid,
    );
    const before = decodeDocument(record.bytes);
    for (const { index, entries } of ready.keys) {
      const old = entriesOf(index, before);
      const has = (keys: readonly Buffer[], key: Buffer) => keys.some((other) => other.equals(key));
      for (const key of old.keys) if (!has(entries.keys, key)) this.#removeKey(index, key, record.rid);
      const fresh = entries.keys.filter((key) => !has(old.keys, key));
      this.#addKeys(
        { bytes: ready.bytes, keys: [{ index, entries: { ...entries, keys: fresh } }] },
        record.rid,
      );
    }
    this.#store.resize(collection, 0, ready.bytes.length - record.bytes.length);
    this.#guard.changed(collection, record.rid);
    if (form === 'told') return;
    const { bytes: after } = ready;
    this.#store.log?.changed({ op: 'u', collection, id: doc._id, before: record.bytes, after, form });
  }

  remove(collection: Collection, record: StoredRecord, told = false): void {
    this.#guard.record(collection, record.rid);
    const doc = decodeDocument(record.bytes);
    for (const index of collection.indexes)
      for (const key of entriesOf(index, doc).keys) this.#removeKey(index, key, record.rid);
    this.connection.run(`DELETE FROM ${recordTable(collection)} WHERE rid = ?`, record.rid);
    this.#store.resize(collection, -1, -record.bytes.length);
    this.#guard.changed(collection, record.rid);
    if (!told) this.#store.log?.changed({ op: 'd', collection, id: doc._id });
  }

  #addKeys({ keys }: Prepared, rid: number): void {
    for (const { index, entries } of keys) {
      if (entries.multikey) this.#store.markMultikey(index, entries.multikey);
      for (const key of entries.keys)
        this.connection.run(`INSERT INTO ${indexTable(index)} (key, rid) VALUES (?, ?)`, key, rid);
    }
  }

  #removeKey(index: Index, key: Buffer, rid: number): void {
    this.connection.run(`DELETE FROM ${indexTable(index)} WHERE key = ? AND rid = ?`, key, rid);
  }

  /** A capped collection loses its oldest documents. */
  #trim(collection: Collection): void {
    const { size, max } = collection.capped!;
    while (collection.count > max || (collection.bytes > size && collection.count > 1)) {
      const [oldest] = scanRecords(this.connection, collection, false, 1);
      if (!oldest) return;
      this.remove(collection, oldest);
    }
  }
}
