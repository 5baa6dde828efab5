import { isDoc, keysOf, type Value } from '../bson/values.ts';

/**
 * A text reduced so far that texts which any collation may call equal become the same text: without case, accents,
 * leading zeros and characters that collations ignore. What differs only in those meets in one index entry; the filter
 * and the unique check then ask the collation itself. The reduced form does not keep the order, so sorts are done in memory.
 */
const reduce = (text: string): string =>
  text
    .normalize('NFKD')
    .replaceAll(/[\p{M}\p{Cf}]|(?![\t-\r\x85])\p{Cc}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll(/0+(?=\d)/g, '');

/** The value with every text in it reduced, for the keys of an index with a collation. */
export const collationKey = (value: Value): Value => {
  if (typeof value === 'string') return reduce(value);
  if (Array.isArray(value)) return value.map(collationKey);
  if (!isDoc(value)) return value;
  return Object.fromEntries(keysOf(value).map((key) => [key, collationKey(value[key])]));
};
