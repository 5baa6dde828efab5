import { deserialize } from 'bson';
import type { Collection, MongoClient, ObjectId } from 'mongodb';
import { type Namespace, nameOf } from '../archive/format.ts';
import { BackupError } from '../errors.ts';
import { Batch } from '../mongo/batch.ts';
import { insertRaw } from '../mongo/driver.ts';
import { fromExtendedJson, toExtendedJson } from '../mongo/extended-json.ts';
import { failed } from '../mongo/loading.ts';
import { applyDiff } from './diff.ts';
import { isReplacement } from './entry.ts';
import { bsonType, documentOf, type Field, fieldOf } from './raw-document.ts';
import { unsupported } from './unsupported.ts';

/** Changes that are gathered at most before they go to the server, and their bytes. */
const CHANGES = 5_000;
const BYTES = 4 * 1024 * 1024;

interface Pending {
  readonly id: Field;
  /** The server has no such document before it. */
  readonly isNew: boolean;
  /** The new document; a diff to the one that is there; null: it goes. */
  readonly change: { readonly document: Uint8Array } | { readonly diff: Uint8Array } | null;
}

/**
 * Changes of one collection on their way to the server. What many of them make of a document is worked out here, and written once. The order
 * among documents means nothing then, because there is no index yet but that of `_id`.
 */
export class PendingDocuments {
  private readonly client: MongoClient;
  private readonly target: Namespace;
  private pending: Pending[] = [];
  private bytes = 0;

  constructor(client: MongoClient, target: Namespace) {
    this.client = client;
    this.target = target;
  }

  insert(document: Uint8Array): void {
    this.put(idOf(document), { document }, true);
  }

  /** By the `_id` in `o2`: a whole new document, or what changes in it. */
  update(o2: Uint8Array, o: Uint8Array): void {
    const diff = fieldOf(o, 'diff');
    if (isReplacement(o) || diff === undefined) this.put(idOf(o2), { document: o });
    else this.put(idOf(o2), { diff: diff.value });
  }

  remove(o: Uint8Array): void {
    this.put(idOf(o), null);
  }

  get isFull(): boolean {
    return this.pending.length >= CHANGES || this.bytes >= BYTES;
  }

  async flush(): Promise<void> {
    const changes = this.pending;
    this.pending = [];
    this.bytes = 0;
    if (changes.length === 0) return;
    const first = new Map<string, Pending>();
    for (const each of changes) if (!first.has(keyOf(each.id))) first.set(keyOf(each.id), each);
    const documents = await this.current(first.values());
    for (const { id, change } of changes) {
      const key = keyOf(id);
      documents.set(key, change === null ? null : this.after(change, documents.get(key), id));
    }
    const replaced = [...first.values()].filter(({ isNew }) => !isNew);
    if (replaced.length > 0) await this.collection.deleteMany({ _id: { $in: replaced.map(idFor) } });
    await this.insertAll([...documents.values()].filter((document) => document !== null));
  }

  private put(id: Field, change: Pending['change'], isNew = false): void {
    this.pending.push({ id, change, isNew });
    this.bytes += change === null ? 0 : 'diff' in change ? change.diff.length : change.document.length;
  }

  private after(
    change: NonNullable<Pending['change']>,
    before: Uint8Array | null | undefined,
    id: Field,
  ): Uint8Array {
    if ('document' in change) return change.document;
    if (!before) throw unfit(`${nameOf(this.target)} has no document ${textOf(id)}, which they change`);
    try {
      return applyDiff(before, change.diff);
    } catch (error) {
      if (error instanceof BackupError) throw error;
      throw unfit(`${textOf(id)} of ${nameOf(this.target)}: ${(error as Error).message}`);
    }
  }

  /** The documents whose first change says only what is different, as the server has them. */
  private async current(first: Iterable<Pending>): Promise<Map<string, Uint8Array | null>> {
    const wanted = [...first].filter(({ change }) => change !== null && 'diff' in change);
    const found = new Map<string, Uint8Array | null>();
    if (wanted.length === 0) return found;
    const cursor = this.collection.find({ _id: { $in: wanted.map(idFor) } }, { raw: true });
    for await (const each of cursor) {
      // A view into the server's reply, which the next one takes the place of.
      const document = Buffer.from(each as unknown as Uint8Array);
      found.set(keyOf(idOf(document)), document);
    }
    return found;
  }

  private async insertAll(documents: readonly Uint8Array[]): Promise<void> {
    for (let at = 0; at < documents.length; ) {
      const some: Uint8Array[] = [];
      for (let bytes = 0; at < documents.length && (some.length === 0 || bytes < BYTES); at++) {
        some.push(documents[at]!);
        bytes += documents[at]!.length;
      }
      const { db, collection } = this.target;
      const { inserted, errors } = await insertRaw(this.client, db, collection, Batch.of(...some), {
        ordered: true,
      });
      const [error] = errors;
      if (error !== undefined)
        throw failed(`${nameOf(this.target)} refused a document: ${error.message}`, error);
      if (inserted !== some.length)
        throw failed(
          `${nameOf(this.target)} took ${inserted} of ${some.length} documents without saying why`,
        );
    }
  }

  private get collection(): Collection {
    return this.client.db(this.target.db).collection(this.target.collection);
  }
}

function idOf(document: Uint8Array): Field {
  const id = fieldOf(document, '_id');
  if (id === undefined) throw unsupported('a document without _id');
  return id;
}

const keyOf = ({ type, value }: Field): string => `${type}:${Buffer.from(value).toString('latin1')}`;

/** As the driver sends it again, of whatever type: an `_id` that is a document keeps the order of its fields. */
function idFor({ id }: Pending): ObjectId {
  const alone = documentOf([id]);
  if (id.type === bsonType.document) return fromExtendedJson(toExtendedJson(alone)).get('_id') as ObjectId;
  return deserialize(alone, { promoteValues: false, bsonRegExp: true })._id;
}

const textOf = (id: Field): string => toExtendedJson(documentOf([id]));

const unfit = (what: string): BackupError =>
  new BackupError({
    code: 'oplog.corrupt',
    message: `The changes do not go with the backup: ${what}.`,
    hint: 'Restore the last backup without them.',
  });
