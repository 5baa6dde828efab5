import {
  type Change,
  changesIn,
  collectionOf,
  commandOf,
  type Entry,
  isPrepared,
  isReplacement,
} from './entry.ts';
import { bsonType, fieldOf, fieldsOf, integerIn } from './raw-document.ts';
import { unsupported } from './unsupported.ts';

/** Commands that can be made again, and those that change nothing by themselves. */
const COMMANDS = new Set([
  ...['create', 'drop', 'dropDatabase', 'renameCollection', 'collMod'],
  ...[
    'createIndexes',
    'startIndexBuild',
    'abortIndexBuild',
    'commitIndexBuild',
    'dropIndexes',
    'deleteIndexes',
  ],
  ...['abortTransaction', 'setMultikeyMetadata', 'dropIdent'],
]);
const OPERATIONS = new Set(['i', 'u', 'd', 'n', 'km']);
/** Sections of a diff, of documents and of arrays; see `diff.ts`. */
const SECTION = /^(?:[aldiu]|u\d+|s.*)$/;

/**
 * Refuses what can't be made again, before anything is: found half-way, it would leave a database that is neither as it was nor as it was to be.
 * @throws {BackupError} `oplog.unsupported`
 */
export function expectSupported(entry: Entry): void {
  const isList = entry.op === 'c' && commandOf(entry) === 'applyOps';
  if (isList && isPrepared(entry)) throw unsupported('a transaction over several shards');
  for (const change of isList ? changesIn(entry.o) : [entry]) expectKnown(change);
}

function expectKnown(change: Change): void {
  const { op, ns, o } = change;
  if (op === 'c') {
    const name = commandOf(change);
    if (name === 'commitTransaction') throw unsupported('a transaction over several shards');
    if (!COMMANDS.has(name)) throw unsupported(`the command "${name}"`);
    if (name === 'create' && fieldOf(o, 'timeseries')) throw unsupported('a time series');
    return;
  }
  if (!OPERATIONS.has(op)) throw unsupported(`the operation "${op}"`);
  if (collectionOf(ns).startsWith('system.buckets.')) throw unsupported(`changes of the time series ${ns}`);
  if (op !== 'u' || isReplacement(o)) return;
  const diff = fieldOf(o, 'diff');
  if (integerIn(fieldOf(o, '$v')) !== 2 || diff === undefined)
    throw unsupported('an update as MongoDB before 4.4 wrote it');
  expectSections(diff.value);
}

function expectSections(diff: Uint8Array): void {
  for (const { name, type, value } of fieldsOf(diff)) {
    if (!SECTION.test(name)) throw unsupported(`an update with the section "${name}"`);
    if (name.startsWith('s') && type === bsonType.document) expectSections(value);
  }
}
