import { type Doc, getField, isDoc, type Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { arrayIndex } from '../query/path.ts';
import { collationKey } from './collation-key.ts';
import type { IndexDefinition } from './definition.ts';
import { encodeKey } from './key.ts';

/** The keys of one document in one index. */
export interface Entries {
  readonly keys: readonly Buffer[];
  /** The fields that an array on the way gave several values, as bits: their ranges have to be read with more care. */
  readonly multikey: number;
  /** The values of the first key, for the message about a duplicate. */
  readonly values: readonly Value[];
}

const none: Entries = { keys: [], multikey: 0, values: [] };

interface Reached {
  values: Value[];
  /** The array that was gone through, if any: two different ones cannot be in one compound index. */
  array: Value[] | undefined;
}

/** The values an index holds for one field of a document; null stands for a missing one. */
const reach = (value: Value, parts: readonly string[], at: number, out: Reached): undefined => {
  if (at === parts.length) {
    if (!Array.isArray(value)) {
      out.values.push(value);
      return;
    }
    out.array = value;
    // An empty array stands where BSON's undefined stands: before null.
    if (value.length === 0) out.values.push(undefined);
    else out.values.push(...value.map((item) => item ?? null));
    return;
  }
  const part = parts[at]!;
  if (isDoc(value)) return reach(present(value, part), parts, at + 1, out);
  if (!Array.isArray(value)) {
    out.values.push(null);
    return;
  }
  out.array = value;
  const position = arrayIndex(part);
  if (position >= 0 && position < value.length) reach(value[position], parts, at + 1, out);
  const docs = value.filter(isDoc);
  for (const item of docs) reach(item, parts, at, out);
  if (docs.length === 0 && out.values.length === 0) out.values.push(null);
};

const present = (doc: Doc, part: string): Value => {
  const value = getField(doc, part);
  return value === undefined ? null : value;
};

const missing = (doc: Doc, parts: readonly string[]): boolean => {
  let value: Value = doc;
  for (const part of parts) {
    if (Array.isArray(value)) return false;
    if (!isDoc(value)) return true;
    value = getField(value, part);
    if (value === undefined) return true;
  }
  return false;
};

/**
 * The keys that a document has in an index: one, or several when a field is an array.
 * Errors: 171 when two arrays would have to be indexed side by side.
 */
export const entriesOf = (index: IndexDefinition, doc: Doc): Entries => {
  if (index.partial && !index.partial.test(doc)) return none;
  if (index.sparse && index.fields.every((field) => missing(doc, field.parts))) return none;
  const seen = (value: Value): Value => (index.collation ? collationKey(value) : value);
  const { fields } = index;
  if (fields.length === 1 && fields[0]!.parts.length === 1) {
    const value = present(doc, fields[0]!.path);
    if (!Array.isArray(value))
      return { keys: [encodeKey([seen(value)], index.directions)], multikey: 0, values: [value] };
  }
  const reached = fields.map((field) => {
    const out: Reached = { values: [], array: undefined };
    reach(doc, field.parts, 0, out);
    return out;
  });
  const arrays = new Set(reached.map(({ array }) => array).filter((array) => array !== undefined));
  if (arrays.size === 0) {
    const values = reached.map((field) => field.values[0] ?? null);
    return { keys: [encodeKey(values.map(seen), index.directions)], multikey: 0, values };
  }
  if (arrays.size > 1) {
    const names = fields.filter((_field, i) => reached[i]!.array).map((field) => field.path);
    throw new CommandError(171, `cannot index parallel arrays [${names[1]}] [${names[0]}]`);
  }
  const combinations = reached.reduce<Value[][]>(
    (rows, field) => rows.flatMap((row) => field.values.map((value) => [...row, value])),
    [[]],
  );
  const keys = new Map(
    combinations.map((values) => {
      const key = encodeKey(values.map(seen), index.directions);
      return [key.toString('latin1'), key] as const;
    }),
  );
  const multikey = reached.reduce((bits, { array }, at) => (array ? bits | (1 << at) : bits), 0);
  return { keys: [...keys.values()], multikey, values: combinations[0]! };
};
