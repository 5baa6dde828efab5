import { Double } from 'bson';
import { compareText } from '../bson/compare.ts';
import {
  type Doc,
  isDoc,
  isNumeric,
  keysOf,
  setField,
  toNumber,
  truthy,
  type Value,
} from '../bson/values.ts';
import { CommandError, typeMismatch } from '../errors.ts';
import { type Collation, parseCollation } from '../query/collation.ts';
import { compileMatch, type Matcher } from '../query/match.ts';

/** One field of an index and its direction. */
export interface IndexField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly direction: 1 | -1;
}

/** An index as it is defined; `spec` is what `listIndexes` shows. */
export interface IndexDefinition {
  readonly name: string;
  readonly spec: Doc;
  readonly fields: readonly IndexField[];
  readonly directions: readonly number[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly hidden: boolean;
  readonly partial: Matcher | undefined;
  readonly partialFilter: Doc | undefined;
  readonly collation: Collation | undefined;
  /** Seconds after which a document whose indexed date has passed is removed. */
  readonly expireAfter: number | undefined;
}

const allowed = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'background',
  'partialFilterExpression',
  'expireAfterSeconds',
  'collation',
  'hidden',
  'dropDups',
  'ns',
  'clustered',
  'prepareUnique',
  'storageEngine',
]);

/** `{a: 1, b: -1}` → `a_1_b_-1`, the name MongoDB gives when none is given. */
export const defaultIndexName = (key: Doc): string =>
  keysOf(key)
    .map((field) => `${field}_${String(isNumeric(key[field]) ? toNumber(key[field]) : key[field])}`)
    .join('_');

const parseFields = (key: Value): IndexField[] => {
  if (!isDoc(key)) throw typeMismatch("The field 'key' must be an object");
  const names = keysOf(key);
  if (names.length === 0) throw new CommandError(67, 'Index keys cannot be an empty object');
  if (names.length > 32) throw new CommandError(13103, 'too many fields in an index key');
  return names.map((path) => {
    const given = key[path];
    if (path === '' || path.split('.').includes(''))
      throw new CommandError(67, 'Index keys cannot contain an empty field.');
    if (path.startsWith('$'))
      throw new CommandError(67, `Index key contains an illegal field name: field name starts with '$'.`);
    if (path === '$**' || path.endsWith('.$**'))
      throw new CommandError(67, 'Wildcard indexes are not supported by embedded-mongo');
    if (given === 'hashed') return { path, parts: path.split('.'), direction: 1 };
    if (typeof given === 'string')
      throw new CommandError(
        67,
        ['text', '2d', '2dsphere', 'wildcard', 'columnstore'].includes(given)
          ? `Index type '${given}' is not supported by embedded-mongo`
          : `Unknown index plugin '${given}'`,
      );
    const direction = toNumber(given);
    if (direction === undefined || Number.isNaN(direction) || direction === 0)
      throw new CommandError(
        67,
        `Values in v:2 index key pattern cannot be of this type or 0. Only numbers > 0, numbers < 0, and strings are allowed.`,
      );
    return { path, parts: path.split('.'), direction: direction > 0 ? 1 : -1 };
  });
};

/** Reads one entry of `createIndexes`. `inherited` is the collection's own collation. Errors: 14, 67, 72, 197. */
export const parseIndex = (given: Value, inherited?: Collation): IndexDefinition => {
  if (!isDoc(given)) throw typeMismatch('Expected an index specification to be an object');
  for (const key of keysOf(given))
    if (!allowed.has(key))
      throw new CommandError(
        197,
        `The field '${key}' is not valid for an index specification. Specification: ${JSON.stringify(given)}`,
      );
  if (given.key === undefined)
    throw new CommandError(9, "The 'key' field is a required property of an index specification");
  const fields = parseFields(given.key);
  const key = given.key as Doc;
  if (given.name !== undefined && typeof given.name !== 'string')
    throw typeMismatch("The field 'name' must be a string");
  if (given.name === undefined)
    throw new CommandError(9, "The 'name' field is a required property of an index specification");
  if (given.name === '') throw new CommandError(67, 'index names cannot be empty');
  if (given.name === '*') throw new CommandError(2, "The index name '*' is not valid.");
  const isId = fields.length === 1 && fields[0]!.path === '_id' && fields[0]!.direction === 1;
  const name = isId ? '_id_' : (given.name as string);
  const v = given.v === undefined ? 2 : toNumber(given.v);
  if (v !== 1 && v !== 2)
    throw new CommandError(
      67,
      `Invalid index specification; cannot create an index with v=${String(given.v)}`,
    );
  const spec: Doc = { v: 2, key, name };
  if (given.unique !== undefined && typeof given.unique !== 'boolean' && !isNumeric(given.unique))
    throw typeMismatch("The field 'unique' has value of the wrong type, expected bool");
  for (const option of ['unique', 'sparse', 'hidden', 'background'] as const)
    if (
      given[option] !== undefined &&
      !(isId && option !== 'background') &&
      (truthy(given[option]) || option === 'background')
    )
      spec[option] = truthy(given[option]);
  if (isId && given.sparse !== undefined && truthy(given.sparse))
    throw new CommandError(197, "The field 'sparse' is not valid for an _id index specification.");
  if (isId && truthy(given.hidden)) throw new CommandError(2, "can't hide _id index");
  let expireAfter: number | undefined;
  if (given.expireAfterSeconds !== undefined) {
    expireAfter = toNumber(given.expireAfterSeconds);
    if (expireAfter === undefined || !(expireAfter >= 0 && expireAfter <= 2147483647))
      throw new CommandError(
        67,
        "TTL index 'expireAfterSeconds' option must be within an acceptable range, between 0 and 2147483647.",
      );
    if (fields.length > 1)
      throw new CommandError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
    if (isId)
      throw new CommandError(
        197,
        "The field 'expireAfterSeconds' is not valid for an _id index specification.",
      );
    spec.expireAfterSeconds =
      given.expireAfterSeconds instanceof Double ? expireAfter : given.expireAfterSeconds;
  }
  let partialFilter: Doc | undefined;
  if (given.partialFilterExpression !== undefined) {
    if (!isDoc(given.partialFilterExpression))
      throw typeMismatch("The field 'partialFilterExpression' must be an object");
    if (truthy(given.sparse))
      throw new CommandError(67, "cannot mix 'partialFilterExpression' and 'sparse' options");
    if (isId) throw new CommandError(67, '_id index cannot be a partial index');
    partialFilter = given.partialFilterExpression;
    spec.partialFilterExpression = partialFilter;
  }
  const simple = isDoc(given.collation) && given.collation.locale === 'simple';
  const collation =
    given.collation === undefined ? inherited : simple ? undefined : parseCollation(given.collation);
  if (collation) spec.collation = collation.spec;
  return {
    name,
    spec,
    fields,
    directions: fields.map((field) => field.direction),
    unique: isId || truthy(given.unique),
    sparse: truthy(given.sparse),
    hidden: truthy(given.hidden),
    partialFilter,
    partial: partialFilter && compileMatch(partialFilter, { text: collation?.order ?? compareText }),
    collation,
    expireAfter,
  };
};

/** The same index with some options replaced, as `collMod` does. */
export const withOptions = (index: IndexDefinition, options: Doc): IndexDefinition => {
  const spec: Doc = { ...index.spec };
  for (const key of keysOf(options))
    if (options[key] === undefined) delete spec[key];
    else setField(spec, key, options[key]);
  return parseIndex(spec, undefined);
};
