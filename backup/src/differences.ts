import { nameOf } from './archive/format.ts';
import type { CollectionRecord } from './manifest.ts';
import { fromExtendedJson, type Ordered } from './mongo/extended-json.ts';

/**
 * What a restored database has that the backup hasn't, and the other way round: none when both are the same. Compared are the
 * collections, and of each its kind, options, indexes, number of documents and the hash of their bytes.
 */
export function differences(
  expected: readonly CollectionRecord[],
  actual: readonly CollectionRecord[],
): string[] {
  const found = new Map(actual.map((record) => [nameOf(record), record]));
  const known = new Set(expected.map(nameOf));
  return [
    ...expected.flatMap((record) => {
      const other = found.get(nameOf(record));
      return other === undefined ? [`${nameOf(record)} is missing`] : compare(record, other);
    }),
    ...actual.filter((record) => !known.has(nameOf(record))).map((record) => `${nameOf(record)} is too much`),
  ];
}

function compare(expected: CollectionRecord, actual: CollectionRecord): string[] {
  const name = nameOf(expected);
  const different: string[] = [];
  if (expected.type !== actual.type) different.push(`${name} is a ${actual.type}, not a ${expected.type}`);
  if (expected.documents !== actual.documents) {
    different.push(`${name} has ${actual.documents} documents, not ${expected.documents}`);
  } else if (expected.hash !== actual.hash || expected.bytes !== actual.bytes) {
    different.push(`${name} has other documents`);
  }
  if (normalize(expected.options) !== normalize(actual.options)) {
    different.push(`${name} has the options ${actual.options}, not ${expected.options}`);
  }
  return [...different, ...compareIndexes(name, expected.indexes, actual.indexes)];
}

function compareIndexes(name: string, expected: readonly string[], actual: readonly string[]): string[] {
  const byName = (indexes: readonly string[]) =>
    new Map(indexes.map((index) => [String(fromExtendedJson(index).get('name')), index]));
  const wanted = byName(expected);
  const found = byName(actual);
  return [
    ...[...wanted].flatMap(([index, text]) => {
      const other = found.get(index);
      if (other === undefined) return [`${name} lacks the index ${index}`];
      return normalize(text) === normalize(other) ? [] : [`${name} has the index ${other}, not ${text}`];
    }),
    ...[...found.keys()]
      .filter((index) => !wanted.has(index))
      .map((index) => `${name} has the index ${index} too much`),
  ];
}

/** Index versions, and names that only old servers report, are the server's own business. */
const SERVERS_OWN = new Set(['v', 'ns', 'background']);

/** The same text for the same settings: the order of top-level fields means nothing, that of nested ones may (index keys). */
function normalize(json: string): string {
  const fields = [...fromExtendedJson(json)].filter(([name]) => !SERVERS_OWN.has(name));
  return fields
    .map(([name, value]) => `${JSON.stringify(name)}:${render(value)}`)
    .sort()
    .join(',');
}

function render(value: unknown): string {
  if (value instanceof Map) {
    return `{${[...(value as Ordered)].map(([name, item]) => `${JSON.stringify(name)}:${render(item)}`).join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(render).join(',')}]`;
  return JSON.stringify(value);
}
