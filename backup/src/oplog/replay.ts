import type { MongoClient } from 'mongodb';
import { type Namespace, nameOf } from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import type { CollectionRecord } from '../manifest.ts';
import { fromExtendedJson, type Ordered, toExtendedJson } from '../mongo/extended-json.ts';
import { createCollection } from '../mongo/load.ts';
import {
  type Change,
  changesIn,
  collectionOf,
  commandOf,
  databaseOf,
  isPartial,
  readEntry,
} from './entry.ts';
import { PendingDocuments } from './pending-documents.ts';
import { expectSupported } from './supported.ts';
import { unsupported } from './unsupported.ts';

/** A collection while changes are made in it. Its indexes are built when all is done. */
export interface LiveCollection {
  readonly source: Namespace;
  readonly target: Namespace;
  readonly options: Ordered;
  readonly type: string;
  readonly indexes: Map<string, Ordered>;
}

export interface ReplayOptions {
  /** Where a collection goes; undefined leaves its changes out. */
  readonly target: (namespace: Namespace) => Namespace | undefined;
}

/** Commands that say of an index that it is being built: it counts when it is. */
const SAY_NOTHING = new Set(['startIndexBuild', 'abortIndexBuild', 'setMultikeyMetadata', 'dropIdent']);

/**
 * Makes the changes of an oplog again, in a database that is as it was before them and has no indexes yet. Source of what entries mean: mongo,
 * db/repl/oplog.cpp, and mongo-tools, mongorestore/oplog.go.
 */
export class Replay {
  private readonly client: MongoClient;
  private readonly options: ReplayOptions;
  private readonly live = new Map<string, LiveCollection>();
  private readonly pending = new Map<LiveCollection, PendingDocuments>();
  /** Changes of transactions whose last entry has not come yet. */
  private readonly open = new Map<string, Change[]>();
  /** Changes that were made. */
  changes = 0;

  constructor(client: MongoClient, collections: readonly CollectionRecord[], options: ReplayOptions) {
    this.client = client;
    this.options = options;
    for (const { db, collection, type, options: settings, indexes } of collections) {
      const target = options.target({ db, collection });
      if (target === undefined) continue;
      const specs = indexes.map(fromExtendedJson);
      this.live.set(`${db}.${collection}`, {
        source: { db, collection },
        target,
        options: fromExtendedJson(settings),
        type,
        indexes: new Map(specs.map((spec) => [String(spec.get('name')), spec])),
      });
    }
  }

  /** The collections that there are by now. */
  get collections(): LiveCollection[] {
    return [...this.live.values()];
  }

  /** @throws {BackupError} `oplog.unsupported`, `oplog.corrupt`, `restore.failed` */
  async apply(document: Uint8Array): Promise<void> {
    const entry = readEntry(document);
    expectSupported(entry);
    const { transaction } = entry;
    const command = entry.op === 'c' ? commandOf(entry) : undefined;
    if (command === 'abortTransaction') {
      this.open.delete(transaction ?? '');
      return;
    }
    if (command !== 'applyOps') return this.make(entry);
    if (entry.goesOn && !this.open.has(transaction!)) throw beginningMissing();
    const changes = [...((transaction && this.open.get(transaction)) || []), ...changesIn(entry.o)];
    if (transaction !== undefined && isPartial(entry)) {
      this.open.set(transaction, changes);
      return;
    }
    if (transaction !== undefined) this.open.delete(transaction);
    for (const change of changes) await this.make(change);
  }

  /** Resolves when all that was applied is in the database. */
  async finish(): Promise<void> {
    for (const pending of this.pending.values()) await pending.flush();
  }

  private async make(change: Change): Promise<void> {
    const { op, ns, o, o2 } = change;
    if (op === 'n' || op === 'km') return;
    if (op === 'c') return this.command(change);
    const collection = collectionOf(ns);
    if (collection === 'system.views') return this.view(change);
    if (isServers(collection)) return;
    const live = this.find(ns);
    if (live === undefined) return;
    const pending = this.pending.get(live) ?? new PendingDocuments(this.client, live.target);
    this.pending.set(live, pending);
    if (op === 'i') pending.insert(o);
    else if (op === 'd') pending.remove(o);
    else if (op === 'u' && o2 !== undefined) pending.update(o2, o);
    else throw unsupported(`the operation "${op}"`);
    this.changes++;
    if (pending.isFull) await pending.flush();
  }

  /** Undefined for what is not restored. */
  private find(ns: string): LiveCollection | undefined {
    const found = this.live.get(ns);
    if (found !== undefined || this.targetOf(ns) === undefined) return found;
    throw new BackupError({
      code: 'oplog.corrupt',
      message: `The changes do not go with the backup: it has no ${ns}, which they change.`,
      hint: 'Restore the last backup without them.',
    });
  }

  private targetOf(ns: string): Namespace | undefined {
    return this.options.target({ db: databaseOf(ns), collection: collectionOf(ns) });
  }

  private async command(change: Change): Promise<void> {
    const name = commandOf(change);
    if (SAY_NOTHING.has(name)) return;
    const db = databaseOf(change.ns);
    const fields = fromExtendedJson(toExtendedJson(change.o));
    const ns = `${db}.${String(fields.get(name))}`;
    await this.finish();
    this.changes++;
    switch (name) {
      case 'create':
        return this.create(ns, without(fields, 'create', 'idIndex', 'uuid', 'o2'));
      case 'drop':
        return this.drop(ns);
      case 'dropDatabase':
        for (const each of [...this.live.keys()]) if (databaseOf(each) === db) await this.drop(each);
        return;
      case 'renameCollection':
        return this.rename(String(fields.get('renameCollection')), String(fields.get('to')));
      case 'createIndexes':
        this.find(ns)?.indexes.set(String(fields.get('name')), without(fields, 'createIndexes'));
        return;
      case 'commitIndexBuild':
        for (const spec of fields.get('indexes') as Ordered[])
          this.find(ns)?.indexes.set(String(spec.get('name')), spec);
        return;
      case 'dropIndexes':
      case 'deleteIndexes':
        return this.dropIndex(ns, String(fields.get('index')));
      case 'collMod':
        return this.modify(ns, without(fields, 'collMod'));
      default:
        throw unsupported(`the command "${name}"`);
    }
  }

  private async create(ns: string, options: Ordered): Promise<void> {
    const target = this.targetOf(ns);
    if (target === undefined) return;
    // The server makes those of its own itself: what views there are, for one.
    if (isServers(collectionOf(ns))) return;
    await createCollection(this.client, { target, options }, true);
    const type = options.has('viewOn') ? 'view' : 'collection';
    const source = { db: databaseOf(ns), collection: collectionOf(ns) };
    this.live.set(ns, { source, target, options, type, indexes: new Map() });
  }

  private async drop(ns: string): Promise<void> {
    const live = this.live.get(ns);
    if (live === undefined) return;
    await this.client.db(live.target.db).dropCollection(live.target.collection);
    this.forget(ns, live);
  }

  private forget(ns: string, live: LiveCollection): void {
    this.live.delete(ns);
    this.pending.delete(live);
  }

  private async rename(from: string, to: string): Promise<void> {
    const live = this.live.get(from);
    const target = this.targetOf(to);
    if (live === undefined || target === undefined) {
      if (live === undefined && target === undefined) return;
      throw unsupported(`a renaming from ${from} to ${to}, of which only one is restored`);
    }
    await this.drop(to);
    await this.client
      .db('admin')
      .command({ renameCollection: nameOf(live.target), to: nameOf(target), dropTarget: true });
    this.forget(from, live);
    const source = { db: databaseOf(to), collection: collectionOf(to) };
    this.live.set(to, { ...live, source, target });
  }

  private dropIndex(ns: string, name: string): void {
    const indexes = this.find(ns)?.indexes;
    if (name !== '*') indexes?.delete(name);
    else for (const each of [...(indexes?.keys() ?? [])]) if (each !== '_id_') indexes!.delete(each);
  }

  private async modify(ns: string, change: Ordered): Promise<void> {
    const live = this.find(ns);
    if (live === undefined) return;
    const index = change.get('index') as Ordered | undefined;
    if (index !== undefined) {
      const name = String(index.get('name') ?? nameByKey(live, index.get('keyPattern')));
      const spec = new Map(live.indexes.get(name) ?? []);
      for (const [field, value] of index)
        if (field !== 'name' && field !== 'keyPattern') spec.set(field, value);
      if (spec.get('hidden') === false) spec.delete('hidden');
      live.indexes.set(name, spec);
    }
    const rest = without(change, 'index');
    if (rest.size > 0)
      await this.client
        .db(live.target.db)
        .command({ collMod: live.target.collection, ...Object.fromEntries(rest) });
  }

  /** Views are documents of `system.views`, with the view's whole name as `_id`. */
  private async view({ op, o, o2 }: Change): Promise<void> {
    await this.finish();
    this.changes++;
    const document = fromExtendedJson(toExtendedJson(op === 'u' ? o2! : o));
    const ns = String(document.get('_id'));
    if (op === 'i') return this.create(ns, without(document, '_id'));
    if (op === 'd') return this.drop(ns);
    const after = fromExtendedJson(toExtendedJson(o));
    if (after.has('$v')) throw unsupported(`a change of the view ${ns}`);
    return this.create(ns, without(after, '_id'));
  }
}

const isServers = (collection: string): boolean =>
  collection.startsWith('system.') && collection !== 'system.js';

/** Its first entries are older than the backup, which is of an instant in the middle of it. */
const beginningMissing = (): BackupError =>
  new BackupError({
    code: 'oplog.corrupt',
    message: 'The changes end a transaction whose beginning is not among them.',
    hint: 'Restore the last backup without them, or begin with an earlier one.',
  });

const without = (fields: Ordered, ...names: readonly string[]): Map<string, unknown> =>
  new Map([...fields].filter(([name]) => !names.includes(name)));

const nameByKey = ({ indexes }: LiveCollection, key: unknown): string | undefined =>
  [...indexes].find(
    ([, spec]) =>
      JSON.stringify([...(spec.get('key') as Ordered)]) ===
      JSON.stringify([...((key ?? new Map()) as Ordered)]),
  )?.[0];
