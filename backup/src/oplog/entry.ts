import { BackupError } from '../errors.ts';
import { type Instant, instantIn } from './instant.ts';
import { bsonType, documentOf, type Field, fieldsOf, integerIn, textIn } from './raw-document.ts';

/** One change: an entry of the oplog, or one of those in a transaction's entry. */
export interface Change {
  /** `i`, `u`, `d`; `c` for commands. */
  readonly op: string;
  /** `database.collection`; of a command `database.$cmd`. */
  readonly ns: string;
  readonly o: Uint8Array;
  /** Of an update, the `_id` of its document. */
  readonly o2: Uint8Array | undefined;
}

/** An entry of `local.oplog.rs`. Source: mongo, db/repl/oplog_entry.idl. */
export interface Entry extends Change {
  readonly at: Instant;
  /** What a transaction of several entries is known by; undefined for all other entries. */
  readonly transaction: string | undefined;
  /** Whether others of its transaction came before it. */
  readonly goesOn: boolean;
}

/** @throws {BackupError} `oplog.corrupt` */
export function readEntry(document: Uint8Array): Entry {
  const fields = mapOf(document);
  const at = instantIn(fields.get('ts'));
  if (at === undefined) throw corrupt('it has no time');
  const transaction = transactionOf(fields);
  return { ...changeOf(fields), at, transaction, goesOn: transaction !== undefined && !isFirst(fields) };
}

/** The changes in an `applyOps`, in their order. */
export function changesIn(o: Uint8Array): Change[] {
  const list = mapOf(o).get('applyOps');
  if (list?.type !== bsonType.array) throw corrupt('its applyOps is no list');
  return fieldsOf(list.value).map(({ value }) => changeOf(mapOf(value)));
}

/** Whether it is one of a transaction's entries that others follow: none of them counts before the last one. */
export const isPartial = ({ o }: Change): boolean => fieldsOf(o).some(({ name }) => name === 'partialTxn');

/** Whether it waits for other shards. */
export const isPrepared = ({ o }: Change): boolean => fieldsOf(o).some(({ name }) => name === 'prepare');

/** Whether what an update says is a whole new document. */
export const isReplacement = (o: Uint8Array): boolean =>
  !fieldsOf(o).some(({ name }) => name.startsWith('$'));

/** The command that an entry of kind `c` is. */
export const commandOf = ({ o }: Change): string => fieldsOf(o)[0]?.name ?? '';

/**
 * What of an entry concerns these databases (null: all that hold data of applications): undefined for nothing, the entry itself, or, of a
 * transaction, an entry with only its changes there.
 */
export function entryFor(document: Uint8Array, databases: readonly string[] | null): Uint8Array | undefined {
  const fields = mapOf(document);
  const { op, ns, o } = changeOf(fields);
  if (op === 'n') return undefined;
  if (op !== 'c' || !ns.startsWith('admin.')) return concerns(ns, databases) ? document : undefined;
  if (!mapOf(o).has('applyOps')) {
    // What ends a prepared transaction; and commands on admin itself, whose data nobody restores.
    return /^(commit|abort)Transaction$/.test(commandOf({ op, ns, o, o2: undefined })) ? document : undefined;
  }
  const inner = fieldsOf(mapOf(o).get('applyOps')!.value);
  const ours = inner.filter(({ value }) => concerns(textIn(mapOf(value).get('ns')) ?? '', databases));
  if (ours.length === inner.length) return document;
  if (ours.length === 0 && transactionOf(fields) === undefined) return undefined;
  const list = documentOf(ours.map((field, index) => ({ ...field, name: String(index) })));
  return replaced(document, 'o', replaced(o, 'applyOps', list));
}

const SERVERS_OWN = new Set(['admin', 'config', 'local', '']);

function concerns(ns: string, databases: readonly string[] | null): boolean {
  const db = databaseOf(ns);
  return databases === null ? !SERVERS_OWN.has(db) : databases.includes(db);
}

export const databaseOf = (ns: string): string => ns.split('.', 1)[0]!;
export const collectionOf = (ns: string): string => ns.slice(databaseOf(ns).length + 1);

function changeOf(fields: ReadonlyMap<string, Field>): Change {
  const o = fields.get('o');
  const op = textIn(fields.get('op'));
  const ns = textIn(fields.get('ns'));
  if (o?.type !== bsonType.document || op === undefined || ns === undefined) {
    throw corrupt('it does not say what was changed');
  }
  return { op, ns, o: o.value, o2: fields.get('o2')?.value };
}

/**
 * Only one that has several entries: a transaction in one entry needs no name. Several documents that one command inserted are `applyOps`, too,
 * with the command's number where it can be tried again (`multiOpType`), and no transaction.
 */
function transactionOf(fields: ReadonlyMap<string, Field>): string | undefined {
  const [lsid, number] = [fields.get('lsid'), fields.get('txnNumber')];
  if (!lsid || !number || (integerIn(fields.get('multiOpType')) ?? 0) !== 0) return undefined;
  const o = fields.get('o')!.value;
  const hasMore = fieldsOf(o).some(({ name }) => name === 'partialTxn' || name === 'prepare');
  return isFirst(fields) && !hasMore ? undefined : Buffer.concat([lsid.value, number.value]).toString('hex');
}

/** No entry of the same transaction came before. */
function isFirst(fields: ReadonlyMap<string, Field>): boolean {
  const before = fields.get('prevOpTime');
  return before === undefined || (instantIn(mapOf(before.value).get('ts'))?.t ?? 0) === 0;
}

const replaced = (document: Uint8Array, name: string, value: Uint8Array): Buffer =>
  documentOf(fieldsOf(document).map((field) => (field.name === name ? { ...field, value } : field)));

const mapOf = (document: Uint8Array): Map<string, Field> =>
  new Map(fieldsOf(document).map((field) => [field.name, field]));

const corrupt = (what: string): BackupError =>
  new BackupError({
    code: 'oplog.corrupt',
    message: `An entry of the oplog can't be read: ${what}.`,
  });
