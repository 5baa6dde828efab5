import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decodeDocument } from '../bson/decode.ts';
import { encode } from '../bson/encode.ts';
import { type Doc, isDoc, toNumber, truthy } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { type IndexDefinition, parseIndex } from '../indexes/definition.ts';
import { entriesOf } from '../indexes/entries.ts';
import { parseCollation } from '../query/collation.ts';
import { compileMatch } from '../query/match.ts';
import { type Collection, type Index, indexTable, recordTable } from './catalog.ts';
import type { ChangeLog } from './change-log.ts';
import { bytesOf, Connection } from './connection.ts';

const schema = `
  CREATE TABLE IF NOT EXISTS collections (
    id INTEGER PRIMARY KEY AUTOINCREMENT, db TEXT NOT NULL, name TEXT NOT NULL, uuid BLOB NOT NULL,
    options BLOB NOT NULL, count INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (db, name)
  );
  CREATE TABLE IF NOT EXISTS indexes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL, spec BLOB NOT NULL, multikey INTEGER NOT NULL DEFAULT 0
  );
`;
const applicationId = 0x434d4f4e;
/** Kept pages of the file, in KiB: enough for the upper levels of every index. */
const cacheKiB = 8 * 1024;

/** The data file cannot be opened: another process has it, or it is something else. */
export class DataFileError extends Error {
  readonly code: 'DATA_FILE_IN_USE' | 'DATA_FILE_UNUSABLE';
  readonly hint: string;
  constructor(code: DataFileError['code'], message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DataFileError';
    this.code = code;
    this.hint = hint;
  }
}

/**
 * The data file. Everything that is written goes through `write`, one SQLite transaction per call, so a killed process
 * leaves either all of a command's effect or none. The write-ahead log is handed to the operating system at each commit:
 * that survives the death of the process at any point. Power loss may take the last moments, unless `sync` was called.
 */
export class Store {
  readonly main: Connection;
  readonly file: string;
  /** Grows with every commit; snapshots remember it. */
  sequence = 0;
  /** Told of every change, where there is an oplog. */
  log: ChangeLog | undefined;
  readonly #collections = new Map<string, Map<string, Collection>>();
  readonly #lock: Connection;
  readonly #temporary: string | undefined;
  #undo: (() => void)[] | undefined;
  #dirty = new Set<Collection>();
  /** Data and log by their numbers in the file system: what is written to them when they were removed is lost. */
  readonly #files: ReadonlyMap<string, string | undefined>;

  constructor(data: string) {
    this.#temporary = data === ':memory:' ? mkdtempSync(join(tmpdir(), 'embedded-mongo-')) : undefined;
    this.file = this.#temporary ? join(this.#temporary, 'data') : data;
    this.#lock = this.#acquire();
    try {
      this.main = new Connection(this.file);
      this.#prepareFile();
      this.#load();
      this.#files = new Map([this.file, `${this.file}-wal`].map((file) => [file, numberOf(file)]));
    } catch (cause) {
      this.#lock.close();
      if (cause instanceof DataFileError) throw cause;
      throw new DataFileError(
        'DATA_FILE_UNUSABLE',
        `cannot open the data file ${this.file}: ${(cause as Error).message}`,
        'give a file that embedded-mongo made, or one that does not exist yet in a folder that can be written',
        cause,
      );
    }
  }

  /** One process at a time: SQLite's own lock on a file beside the data, which dies with the process. */
  #acquire(): Connection {
    try {
      const lock = new Connection(`${this.file}-lock`);
      lock.db.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
      return lock;
    } catch (cause) {
      const busy = /locked|busy/.test((cause as Error).message);
      throw busy
        ? new DataFileError(
            'DATA_FILE_IN_USE',
            `the data file ${this.file} is in use by another process`,
            'stop the other embedded-mongo, or connect to it instead',
            cause,
          )
        : new DataFileError(
            'DATA_FILE_UNUSABLE',
            `cannot open the data file ${this.file}: ${(cause as Error).message}`,
            'give a file in a folder that exists and can be written',
            cause,
          );
    }
  }

  #prepareFile(): void {
    const { db } = this.main;
    const [id] = this.main.get('PRAGMA application_id')!;
    const tables = Number(this.main.get('SELECT count(*) FROM sqlite_schema')![0]);
    if (tables > 0 && id !== applicationId)
      throw new DataFileError(
        'DATA_FILE_UNUSABLE',
        `${basename(this.file)} is an SQLite file of something else`,
        'give another file with --data',
      );
    db.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${this.#temporary ? 'OFF' : 'NORMAL'}; PRAGMA cache_size = -${cacheKiB}`,
    );
    db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA wal_autocheckpoint = 4000;`);
    db.exec(schema);
    // Files of version 0 say only that some field is an array: then any may be.
    if (Number(this.main.get('PRAGMA user_version')![0]) === 0)
      db.exec('UPDATE indexes SET multikey = -1 WHERE multikey <> 0; PRAGMA user_version = 1');
  }

  #load(): void {
    for (const [id, db, name, uuid, options, count, bytes] of this.main.all(
      'SELECT id, db, name, uuid, options, count, bytes FROM collections',
    ))
      this.#register(
        this.#collection(
          Number(id),
          String(db),
          String(name),
          bytesOf(uuid),
          decodeDocument(bytesOf(options)),
          Number(count),
          Number(bytes),
        ),
      );
    const byId = new Map(this.all().map((collection) => [collection.id, collection]));
    for (const [id, collection, spec, multikey] of this.main.all(
      'SELECT id, collection, spec, multikey FROM indexes ORDER BY id',
    ))
      byId.get(Number(collection))!.indexes.push({
        ...parseIndex(decodeDocument(bytesOf(spec))),
        id: Number(id),
        multikey: Number(multikey),
        since: 0,
      });
  }

  #collection(
    id: number,
    db: string,
    name: string,
    uuid: Buffer,
    options: Doc,
    count: number,
    bytes: number,
  ): Collection {
    const collection: Collection = {
      id,
      db,
      name,
      uuid,
      options: {},
      view: undefined,
      collation: undefined,
      validator: undefined,
      capped: undefined,
      indexes: [],
      count,
      bytes,
      nextId: undefined,
      since: this.#undo ? this.sequence + 1 : 0,
      oplog: false,
    };
    applyOptions(collection, options);
    return collection;
  }

  #register(collection: Collection): void {
    let names = this.#collections.get(collection.db);
    if (!names) {
      names = new Map();
      this.#collections.set(collection.db, names);
    }
    names.set(collection.name, collection);
  }

  #unregister(collection: Collection): void {
    const names = this.#collections.get(collection.db);
    names?.delete(collection.name);
    if (names?.size === 0) this.#collections.delete(collection.db);
  }

  find(db: string, name: string): Collection | undefined {
    return this.#collections.get(db)?.get(name);
  }
  inDatabase(db: string): Collection[] {
    return [...(this.#collections.get(db)?.values() ?? [])];
  }
  databases(): string[] {
    return [...this.#collections.keys()].sort();
  }
  all(): Collection[] {
    return [...this.#collections.values()].flatMap((names) => [...names.values()]);
  }

  /** Runs something as one SQLite transaction; when it throws, nothing of it remains. Nested calls join the outer one. */
  write<T>(work: () => T): T {
    if (this.#undo) return work();
    this.#assertThere();
    const undo: (() => void)[] = [];
    this.#undo = undo;
    this.main.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      for (const collection of this.#dirty)
        this.main.run(
          'UPDATE collections SET count = ?, bytes = ? WHERE id = ?',
          collection.count,
          collection.bytes,
          collection.id,
        );
      this.main.db.exec('COMMIT');
      this.sequence++;
      return result;
    } catch (error) {
      if (this.main.db.isTransaction) this.main.db.exec('ROLLBACK');
      for (const back of undo.reverse()) back();
      throw storageError(error);
    } finally {
      this.#undo = undefined;
      this.#dirty.clear();
    }
  }

  /** Errors: 1 when the data file was removed or replaced under this process. */
  #assertThere(): void {
    for (const [file, number] of this.#files) {
      if (numberOf(file) === number) continue;
      throw new CommandError(
        1,
        `the data file ${file} was removed or replaced while it was in use, so nothing more is written; put it back, or restore a backup, and start again`,
      );
    }
  }

  /** Says how to take back a change in memory should the current `write` fail. */
  onRollback(back: () => void): void {
    this.#undo?.push(back);
  }

  /** Notes a change of a collection's size; written with the current `write`. */
  resize(collection: Collection, documents: number, bytes: number): void {
    if (!this.#dirty.has(collection)) {
      const { count, bytes: size } = collection;
      this.onRollback(() => Object.assign(collection, { count, bytes: size }));
      this.#dirty.add(collection);
    }
    collection.count += documents;
    collection.bytes += bytes;
  }

  /** Makes the log durable against power loss as well: what `{j: true}` asks for. */
  sync(): void {
    const log = `${this.file}-wal`;
    if (this.#temporary || !existsSync(log)) return;
    const handle = openSync(log, 'r+');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  /** A connection of its own that sees the data as it is now, whatever happens later, until it is closed. */
  snapshot(): Connection {
    this.#assertThere();
    const connection = new Connection(this.file, { readOnly: true });
    connection.db.exec('BEGIN');
    connection.get('SELECT count(*) FROM collections');
    return connection;
  }

  /** `idIndex: false` makes a collection whose documents are found by their number alone. */
  create(
    db: string,
    name: string,
    options: Doc,
    { idIndex = true, uuid = newUuid() }: { idIndex?: boolean; uuid?: Buffer | undefined } = {},
  ): Collection {
    return this.write(() => {
      this.main.run(
        'INSERT INTO collections (db, name, uuid, options) VALUES (?, ?, ?, ?)',
        db,
        name,
        uuid,
        encode(options),
      );
      const id = Number(this.main.get('SELECT last_insert_rowid()')![0]);
      const collection = this.#collection(id, db, name, uuid, options, 0, 0);
      this.#register(collection);
      this.onRollback(() => this.#unregister(collection));
      if (!collection.view) {
        this.main.db.exec(
          `CREATE TABLE ${recordTable(collection)} (rid INTEGER PRIMARY KEY, doc BLOB NOT NULL)`,
        );
        if (idIndex)
          this.#build(collection, parseIndex({ key: { _id: 1 }, name: '_id_' }, collection.collation));
      }
      this.log?.created(collection);
      return collection;
    });
  }

  /** Errors: 20 for the server's own oplog. */
  drop(collection: Collection): void {
    assertNotOplog(collection, 'drop');
    this.write(() => {
      this.#drop(collection);
      this.log?.dropped(collection);
    });
  }

  #drop(collection: Collection): void {
    this.main.forget();
    for (const index of collection.indexes) this.main.db.exec(`DROP TABLE ${indexTable(index)}`);
    this.main.run('DELETE FROM indexes WHERE collection = ?', collection.id);
    if (!collection.view) this.main.db.exec(`DROP TABLE ${recordTable(collection)}`);
    this.main.run('DELETE FROM collections WHERE id = ?', collection.id);
    this.#unregister(collection);
    this.onRollback(() => this.#register(collection));
  }

  /** Gives a collection another name, in the place of `target`. Errors: 20 for the server's own oplog. */
  rename(collection: Collection, db: string, name: string, target?: Collection): void {
    for (const one of [collection, target]) if (one) assertNotOplog(one, 'rename');
    this.write(() => {
      if (target) this.#drop(target);
      this.main.run('UPDATE collections SET db = ?, name = ? WHERE id = ?', db, name, collection.id);
      const move = (toDb: string, toName: string) => {
        this.#unregister(collection);
        Object.assign(collection, { db: toDb, name: toName });
        this.#register(collection);
      };
      const { db: oldDb, name: oldName } = collection;
      move(db, name);
      this.onRollback(() => move(oldDb, oldName));
      this.log?.renamed(collection, { db: oldDb, name: oldName }, target);
    });
  }

  setOptions(collection: Collection, options: Doc): void {
    this.write(() => {
      const before = collection.options;
      applyOptions(collection, options);
      this.onRollback(() => applyOptions(collection, before));
      this.main.run('UPDATE collections SET options = ? WHERE id = ?', encode(options), collection.id);
    });
  }

  /** Builds indexes over what is stored. `unique` violations are found by `check`. */
  addIndexes(
    collection: Collection,
    definitions: readonly IndexDefinition[],
    check?: (index: Index) => void,
  ): void {
    this.write(() => {
      const built = definitions.map((definition) => this.#build(collection, definition, check));
      this.log?.indexed(collection, built);
    });
  }

  #build(collection: Collection, definition: IndexDefinition, check?: (index: Index) => void): Index {
    this.main.run(
      'INSERT INTO indexes (collection, spec) VALUES (?, ?)',
      collection.id,
      encode(definition.spec),
    );
    const id = Number(this.main.get('SELECT last_insert_rowid()')![0]);
    const index: Index = { ...definition, id, multikey: 0, since: this.sequence + 1 };
    this.main.db.exec(
      `CREATE TABLE ${indexTable(index)} (key BLOB NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY (key, rid)) WITHOUT ROWID`,
    );
    if (collection.count > 0) this.#fill(collection, index);
    check?.(index);
    const before = collection.indexes;
    collection.indexes = [...before, index];
    this.onRollback(() => {
      collection.indexes = before;
    });
    return index;
  }

  #fill(collection: Collection, index: Index): void {
    const rows: { key: Buffer; rid: number }[] = [];
    for (const row of this.main
      .prepare(`SELECT rid, doc FROM ${recordTable(collection)}`)
      .iterate() as unknown as Iterable<unknown[]>) {
      const { keys, multikey } = entriesOf(index, decodeDocument(bytesOf(row[1])));
      index.multikey |= multikey;
      for (const key of keys) rows.push({ key, rid: Number(row[0]) });
    }
    rows.sort((a, b) => Buffer.compare(a.key, b.key) || a.rid - b.rid);
    const insert = this.main.prepare(`INSERT OR IGNORE INTO ${indexTable(index)} (key, rid) VALUES (?, ?)`);
    for (const { key, rid } of rows) insert.run(key, rid);
    if (index.multikey)
      this.main.run('UPDATE indexes SET multikey = ? WHERE id = ?', index.multikey, index.id);
  }

  /** Remembers which fields of an index give documents several keys. */
  markMultikey(index: Index, fields: number): void {
    const before = index.multikey;
    if ((before & fields) === fields) return;
    index.multikey |= fields;
    this.onRollback(() => {
      index.multikey = before;
    });
    this.main.run('UPDATE indexes SET multikey = ? WHERE id = ?', index.multikey, index.id);
  }

  dropIndex(collection: Collection, index: Index): void {
    this.write(() => {
      this.main.forget();
      this.main.db.exec(`DROP TABLE ${indexTable(index)}`);
      this.main.run('DELETE FROM indexes WHERE id = ?', index.id);
      const before = collection.indexes;
      collection.indexes = before.filter((other) => other !== index);
      this.onRollback(() => {
        collection.indexes = before;
      });
      this.log?.unindexed(collection, index);
    });
  }

  /** Replaces what an index says of itself; its keys stay. */
  redefineIndex(collection: Collection, index: Index, definition: IndexDefinition): void {
    this.write(() => {
      this.main.run('UPDATE indexes SET spec = ? WHERE id = ?', encode(definition.spec), index.id);
      const before = collection.indexes;
      collection.indexes = before.map((other) => (other === index ? { ...index, ...definition } : other));
      this.onRollback(() => {
        collection.indexes = before;
      });
    });
  }

  close(): void {
    this.main.close();
    this.#lock.close();
    rmSync(`${this.file}-lock`, { force: true });
    if (this.#temporary) rmSync(this.#temporary, { recursive: true, force: true });
  }
}

const newUuid = (): Buffer => Buffer.from(randomUUID().replaceAll('-', ''), 'hex');

const assertNotOplog = (collection: Collection, what: string): void => {
  if (collection.oplog) throw new CommandError(20, `can't ${what} live oplog while replicating`);
};

/** Device and inode; undefined where there is no such file. */
const numberOf = (file: string): string | undefined => {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
};

/** SQLite's own failures as what a MongoDB client can understand. */
const storageError = (error: unknown): unknown => {
  const { errcode, message } = error as { errcode?: number; message: string };
  if (errcode === undefined) return error;
  return errcode === 13
    ? new CommandError(14031, `no space left on the device that holds the data file: ${message}`, {
        cause: error,
      })
    : new CommandError(1, `the data file could not be written: ${message}`, { cause: error });
};

/** Reads what `create` and `collMod` were given into the collection. */
const applyOptions = (collection: Collection, options: Doc): void => {
  collection.options = options;
  collection.collation = parseCollation(options.collation);
  collection.view =
    typeof options.viewOn === 'string'
      ? { on: options.viewOn, pipeline: (options.pipeline ?? []) as Doc[] }
      : undefined;
  collection.validator =
    isDoc(options.validator) && Object.keys(options.validator).length > 0
      ? {
          matcher: compileMatch(options.validator, { text: collection.collation?.order }),
          action: String(options.validationAction ?? 'error'),
          level: String(options.validationLevel ?? 'strict'),
        }
      : undefined;
  collection.capped = truthy(options.capped)
    ? { size: toNumber(options.size) ?? 0, max: toNumber(options.max) ?? Number.POSITIVE_INFINITY }
    : undefined;
};
