import { compare, compareText, type TextOrder } from '../bson/compare.ts';
import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import { badValue, CommandError, typeMismatch } from '../errors.ts';
import { visitPath } from './path.ts';

/** One field of a sort and its direction. */
export interface SortField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: 1 | -1;
}

/** Reads a sort. Errors: 14 for something else than a document, 15975 for a direction that is not 1 or -1. */
export const parseSort = (sort: Value): SortField[] => {
  if (sort === undefined || sort === null) return [];
  if (!isDoc(sort)) throw typeMismatch('Expected field sort to be of type object');
  return keysOf(sort).map((path) => {
    const given = sort[path];
    if (isDoc(given)) throw badValue(`$meta sort by ${JSON.stringify(given)} is not supported`);
    const direction = toNumber(given);
    if (direction === undefined)
      throw new CommandError(15974, `Illegal key in $sort specification: ${path}: ${String(given)}`);
    if (direction !== 1 && direction !== -1)
      throw new CommandError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    if (path === '' || path.split('.').includes(''))
      throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    return { path, parts: path.split('.'), direction };
  });
};

/** What a document is sorted by for one field: the least (or greatest) of the values the path reaches. */
export const sortValue = (
  doc: Doc,
  { parts, direction }: SortField,
  text: TextOrder = compareText,
): Value => {
  if (parts.length === 1) {
    const value = Object.hasOwn(doc, parts[0]!) ? doc[parts[0]!] : undefined;
    if (!Array.isArray(value)) return value === undefined ? null : value;
  }
  let best: Value;
  let any = false;
  visitPath(doc, parts, 0, true, (value) => {
    if (Array.isArray(value) && value.length > 0) return false;
    // An empty array stands before null, where BSON's undefined is.
    const candidate = Array.isArray(value) ? undefined : value === undefined ? null : value;
    if (!any || compare(candidate, best, text) * direction < 0) best = candidate;
    any = true;
    return false;
  });
  return any ? best : null;
};

/** The order of two lists of sort values. */
export const compareValues =
  (fields: readonly SortField[], text: TextOrder = compareText) =>
  (left: readonly Value[], right: readonly Value[]): number => {
    for (let index = 0; index < fields.length; index++) {
      const order = compare(left[index], right[index], text);
      if (order) return order * fields[index]!.direction;
    }
    return 0;
  };

/** The order of two documents under a sort. */
export const compareBy = (sort: Doc, text?: TextOrder): ((left: Doc, right: Doc) => number) => {
  const fields = parseSort(sort);
  const order = compareValues(fields, text);
  const values = (doc: Doc) => fields.map((field) => sortValue(doc, field, text));
  return (left, right) => order(values(left), values(right));
};

/** Sorts items stably by the values of their documents; with a limit only the first ones are kept. */
export const sortItems = <T>(
  items: Iterable<T>,
  docOf: (item: T) => Doc,
  fields: readonly SortField[],
  text?: TextOrder,
  limit = Number.POSITIVE_INFINITY,
): T[] => {
  const order = compareValues(fields, text);
  let keyed: { key: Value[]; item: T }[] = [];
  const settle = () => {
    keyed.sort((a, b) => order(a.key, b.key));
    if (keyed.length > limit) keyed = keyed.slice(0, limit);
  };
  for (const item of items) {
    const doc = docOf(item);
    keyed.push({ key: fields.map((field) => sortValue(doc, field, text)), item });
    if (keyed.length >= limit * 2 + 1000) settle();
  }
  settle();
  return keyed.map(({ item }) => item);
};
