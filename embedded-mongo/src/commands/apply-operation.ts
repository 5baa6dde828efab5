import { Binary } from 'bson';
import { identical } from '../bson/compare.ts';
import { type Doc, getField, isDoc, keysOf, removeField, toNumber, type Value } from '../bson/values.ts';
import { CommandError, failedToParse } from '../errors.ts';
import { patched } from '../oplog/patch.ts';
import { viewsCollection } from '../oplog/views.ts';
import { type Collection, namespaceOf } from '../storage/catalog.ts';
import type { UpdateForm } from '../storage/change-log.ts';
import { type Found, findRecords } from '../storage/view.ts';
import { catalogCommands, createCollection } from './catalog.ts';
import { assertNamespace, type Call } from './command.ts';
import { indexCommands } from './indexes.ts';
import { insertDocument, validateDocument } from './write.ts';

/** What an entry of the oplog says, as far as applying it needs. */
interface Entry {
  readonly db: string;
  readonly name: string;
  readonly ui: Buffer | undefined;
  readonly o: Doc;
  readonly o2: Doc | undefined;
  /** Update or insert. */
  readonly upsert: boolean;
}

/** How entries are applied. */
export interface Manner {
  /** Validators are not asked. */
  readonly bypass: boolean;
  /** An update whose document is not there makes it. */
  readonly upsert: boolean;
}

/** One document could not be changed as told; the entries after it are applied all the same. */
export class OperationFailed extends Error {}

/** Which errors mean that a command's effect is there already, or was taken away by a later entry: MongoDB's own lists. */
const acceptable: Readonly<Record<string, readonly number[]>> = {
  create: [48],
  drop: [26],
  dropDatabase: [26],
  renameCollection: [26, 48],
  collMod: [26, 27],
  dropIndexes: [26, 27],
  deleteIndexes: [26, 27],
};
const commands = { ...catalogCommands, ...indexCommands };
/** Building an index needs more than its entry: whoever replays a history runs createIndexes instead. */
const indexBuilds = new Set(['createIndexes', 'startIndexBuild', 'commitIndexBuild', 'abortIndexBuild']);

const split = (namespace: string): { db: string; name: string } => {
  const at = namespace.indexOf('.');
  return at < 0 ? { db: namespace, name: '' } : { db: namespace.slice(0, at), name: namespace.slice(at + 1) };
};

const parse = ({ ns, ui, o, o2, b }: Doc): Entry => {
  if (typeof ns !== 'string') throw failedToParse("'ns' must be a string");
  if (!isDoc(o)) throw failedToParse("'o' must be an object");
  const uuid = ui instanceof Binary ? Buffer.from(ui.buffer.subarray(0, ui.position)) : undefined;
  return { ...split(ns), ui: uuid, o, o2: isDoc(o2) ? o2 : undefined, upsert: b === true };
};

const byUuid = ({ server }: Call, uuid: Buffer): Collection | undefined =>
  server.store.all().find((collection) => collection.uuid.equals(uuid));

/** The collection whose document an entry changes. Errors: 26, 73, 166, 3318200 when its UUID is that of another one. */
const collectionOf = (call: Call, { db, name, ui }: Entry): Collection | undefined => {
  assertNamespace(db, name);
  const found = call.server.store.find(db, name);
  if (ui && !found?.uuid.equals(ui))
    throw new CommandError(
      3318200,
      `Namespace '${db}.${name}' and UUID '${ui.toString('hex')}' point to different collections`,
    );
  if (found?.view) throw new CommandError(166, `applyOps not supported on view: ${db}.${name}`);
  if (found?.oplog) throw new CommandError(73, `cannot write to ${db}.${name}`);
  return found;
};

const idOf = (doc: Doc | undefined, what: string): Value => {
  if (!doc || !Object.hasOwn(doc, '_id'))
    throw new CommandError(4, `Failed to apply ${what} due to missing _id`);
  return doc._id;
};

const find = ({ view }: Call, collection: Collection, id: Value): Found | undefined => {
  const { collation } = collection;
  for (const found of findRecords(view, collection, { filter: { _id: { $eq: id } }, collation, limit: 1 }))
    return found;
  return undefined;
};

const change = (
  call: Call,
  collection: Collection,
  found: Found,
  doc: Doc,
  form: UpdateForm,
  bypass: boolean,
) => {
  if (identical(found.doc, doc)) return;
  validateDocument(collection, doc, found.doc, bypass);
  call.view.update(collection, found, doc, form);
};

const required = (call: Call, entry: Entry): Collection => {
  const collection = collectionOf(call, entry);
  if (collection) return collection;
  throw new CommandError(
    26,
    `cannot apply insert or update operation on a non-existent namespace ${entry.db}.${entry.name}`,
  );
};

const insert = (call: Call, entry: Entry, { bypass }: Manner): void => {
  const collection = required(call, entry);
  const found = find(call, collection, idOf(entry.o, 'insert'));
  if (found) change(call, collection, found, entry.o, { kind: 'replacement' }, bypass);
  else insertDocument(call.view, collection, entry.o, bypass);
};

/** The diff of an update, or undefined where it holds the whole document. Errors: 4772600, 4772601. */
const diffOf = (o: Doc): Doc | undefined => {
  if (Object.hasOwn(o, '_id')) return undefined;
  if (toNumber(o.$v) !== 2) throw new CommandError(4772600, 'Expected _id field or $v field missing or $v:2');
  if (!isDoc(o.diff)) throw new CommandError(4772601, "Expected 'diff' field to be an object");
  return o.diff;
};

const update = (call: Call, entry: Entry, { bypass, upsert }: Manner): void => {
  const collection = required(call, entry);
  const id = idOf(entry.o2, 'update');
  const diff = diffOf(entry.o);
  const found = find(call, collection, id);
  if (found) {
    const doc = diff ? patched(found.doc, diff) : entry.o;
    const form: UpdateForm = diff ? { kind: 'operators', whole: new Set() } : { kind: 'replacement' };
    change(call, collection, found, doc, form, bypass);
  } else if (upsert || entry.upsert) {
    insertDocument(call.view, collection, diff ? patched({ _id: id }, diff) : entry.o, bypass);
  } else throw new OperationFailed('Failed to apply update');
};

const remove = (call: Call, entry: Entry): void => {
  const collection = collectionOf(call, entry);
  const found = collection && find(call, collection, idOf(entry.o, 'delete'));
  if (found) call.view.remove(collection, found);
};

/** A view is a document of `system.views` in the oplog. */
const applyView = (call: Call, op: string, { db, o, o2 }: Entry): void => {
  const { name } = split(String(op === 'u' ? idOf(o2, 'update') : idOf(o, 'view')));
  const found = call.server.store.find(db, name);
  if (op === 'd') {
    if (found?.view) call.server.store.drop(found);
    return;
  }
  const { _id, ...definition } = o;
  if (found?.view) call.server.store.setOptions(found, definition);
  else createCollection({ ...call, db, name: 'create', command: { create: name, ...definition } });
};

const ownerOf = (call: Call, uuid: Buffer): Collection => {
  const found = byUuid(call, uuid);
  if (!found) throw new CommandError(26, `there is no collection with the UUID ${uuid.toString('hex')}`);
  return found;
};

/** Runs a command of an entry as a client's command of that name. */
const runCommand = (call: Call, { db, ui, o }: Entry): void => {
  const [name] = keysOf(o) as [string];
  if (o[name] === viewsCollection) return;
  const command: Doc = { ...o };
  removeField(command, 'idIndex');
  const own = { ...call, db, name, command };
  if (name === 'create') {
    if (!ui || !byUuid(call, ui)) createCollection(own, ui);
    return;
  }
  if (ui && name !== 'dropDatabase') {
    const owner = ownerOf(call, ui);
    own.db = owner.db;
    command[name] = name === 'renameCollection' ? namespaceOf(owner) : owner.name;
  }
  if (name === 'renameCollection')
    command.dropTarget = command.dropTarget instanceof Binary || command.dropTarget === true;
  commands[name]!.handle(own);
};

const applyCommand = (call: Call, entry: Entry): void => {
  const name = keysOf(entry.o)[0] ?? '';
  if (indexBuilds.has(name))
    throw new CommandError(115, `The ${name} operation is not supported in applyOps mode`);
  const errors = acceptable[name];
  if (!errors) throw new CommandError(2, `Unknown command type in an oplog entry: '${name}'`);
  try {
    runCommand(call, entry);
  } catch (error) {
    if (!(error instanceof CommandError) || !errors.includes(error.code)) throw error;
  }
};

/**
 * Applies one entry of an oplog, except those that hold others. Applying it again changes nothing more. Errors:
 * OperationFailed when the document of an update is not there, else those of MongoDB.
 */
export const applyOperation = (call: Call, operation: Doc, how: Manner): void => {
  const op = getField(operation, 'op');
  const entry = parse(operation);
  if (op === 'c') applyCommand(call, entry);
  else if (entry.name === viewsCollection) applyView(call, String(op), entry);
  else if (op === 'i') insert(call, entry, how);
  else if (op === 'u') update(call, entry, how);
  else if (op === 'd') remove(call, entry);
  else throw new CommandError(2, `Enumeration value '${String(op)}' for field 'op' is not a valid value.`);
};
