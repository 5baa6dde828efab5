import { compareText, equal } from '../bson/compare.ts';
import {
  type Doc,
  getField,
  isDoc,
  isNumeric,
  keysOf,
  Type,
  toNumber,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { CommandError, failedToParse, typeMismatch } from '../errors.ts';
import { compileRegex } from './regex.ts';
import { parseTypeSet } from './type-set.ts';

type Valid = (value: Value) => boolean;

const jsonTypes: Record<string, readonly number[]> = {
  object: [Type.object],
  array: [Type.array],
  string: [Type.string],
  number: [Type.double, Type.int, Type.long, Type.decimal],
  boolean: [Type.bool],
  null: [Type.null],
};
const annotations = new Set(['title', 'description', 'encrypt', 'encryptMetadata']);

const numberOf = (keyword: string, value: Value): number => {
  const number = toNumber(value);
  if (number === undefined) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be a number`);
  return number;
};
const objectOf = (keyword: string, value: Value): Doc => {
  if (!isDoc(value)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an object`);
  return value;
};
const listOf = (keyword: string, value: Value): Value[] => {
  if (!Array.isArray(value)) throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an array`);
  if (value.length === 0) throw failedToParse(`$jsonSchema keyword '${keyword}' cannot be an empty array`);
  return value;
};
const stringsOf = (keyword: string, value: Value): string[] =>
  listOf(keyword, value).map((item) => {
    if (typeof item !== 'string')
      throw typeMismatch(`$jsonSchema keyword '${keyword}' must be an array of strings`);
    return item;
  });
/** Keywords that speak of one type hold for values of every other type. */
const when =
  (applies: (value: Value) => boolean, valid: Valid): Valid =>
  (value) =>
    !applies(value) || valid(value);
const isString = (value: Value): value is string => typeof value === 'string';
const length = (text: Value): number => [...(text as string)].length;

const properties = (schema: Doc): Valid => {
  const named = Object.entries(objectOf('properties', schema.properties ?? {})).map(
    ([key, value]) => [key, compileSchema(value)] as const,
  );
  const patterns = Object.entries(objectOf('patternProperties', schema.patternProperties ?? {})).map(
    ([pattern, value]) => [compileRegex(pattern, ''), compileSchema(value)] as const,
  );
  const known = new Map(named);
  const rest = schema.additionalProperties;
  const additional = isDoc(rest) ? compileSchema(rest) : () => rest !== false;
  return when(isDoc, (value) =>
    keysOf(value as Doc).every((key) => {
      const field = (value as Doc)[key];
      const own = known.get(key);
      const matching = patterns.filter(([pattern]) => pattern.test(key));
      if (own && !own(field)) return false;
      if (!matching.every(([, valid]) => valid(field))) return false;
      return own !== undefined || matching.length > 0 || additional(field);
    }),
  );
};

const items = (schema: Doc): Valid => {
  const rest = schema.additionalItems;
  if (Array.isArray(schema.items)) {
    const each = schema.items.map(compileSchema);
    const additional = isDoc(rest) ? compileSchema(rest) : () => rest !== false;
    return when(Array.isArray, (value) =>
      (value as Value[]).every((item, i) => (each[i] ?? additional)(item)),
    );
  }
  const valid = compileSchema(schema.items);
  return when(Array.isArray, (value) => (value as Value[]).every(valid));
};

const dependencies = (value: Value): Valid => {
  const rules = Object.entries(objectOf('dependencies', value)).map(([key, rule]) => {
    const valid: Valid = Array.isArray(rule)
      ? (doc) => stringsOf('dependencies', rule).every((name) => getField(doc as Doc, name) !== undefined)
      : compileSchema(rule);
    return [key, valid] as const;
  });
  return when(isDoc, (doc) =>
    rules.every(([key, valid]) => getField(doc as Doc, key) === undefined || valid(doc)),
  );
};

const keyword = (name: string, value: Value, schema: Doc): Valid | undefined => {
  switch (name) {
    case 'bsonType': {
      const types = parseTypeSet(value, 'bsonType');
      return (item) => types.has(typeOf(item));
    }
    case 'type': {
      const names = Array.isArray(value) ? value : [value];
      const types = new Set(
        names.flatMap((item) => {
          const codes = jsonTypes[String(item)];
          if (!codes)
            throw failedToParse(
              item === 'integer'
                ? "$jsonSchema type 'integer' is not currently supported."
                : `Unknown type name alias: ${String(item)}`,
            );
          return codes;
        }),
      );
      return (item) => types.has(typeOf(item));
    }
    case 'enum': {
      const allowed = listOf(name, value);
      return (item) => allowed.some((one) => equal(one, item, compareText));
    }
    case 'required': {
      const required = stringsOf(name, value);
      return when(isDoc, (doc) => required.every((field) => getField(doc as Doc, field) !== undefined));
    }
    case 'properties':
      return properties(schema);
    case 'patternProperties':
    case 'additionalProperties':
      return schema.properties === undefined || name === 'patternProperties' ? properties(schema) : undefined;
    case 'items':
      return items(schema);
    case 'additionalItems':
      return undefined;
    case 'minimum':
    case 'maximum': {
      const limit = numberOf(name, value);
      const exclusive = schema[name === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum'] === true;
      const side = name === 'minimum' ? 1 : -1;
      return when(isNumeric, (item) => {
        const difference = side * (toNumber(item)! - limit);
        return exclusive ? difference > 0 : difference >= 0;
      });
    }
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      if (typeof value !== 'boolean') throw typeMismatch(`$jsonSchema keyword '${name}' must be a boolean`);
      return undefined;
    case 'multipleOf': {
      const step = numberOf(name, value);
      return when(isNumeric, (item) => toNumber(item)! % step === 0);
    }
    case 'minLength': {
      const limit = numberOf(name, value);
      return when(isString, (item) => length(item) >= limit);
    }
    case 'maxLength': {
      const limit = numberOf(name, value);
      return when(isString, (item) => length(item) <= limit);
    }
    case 'pattern': {
      if (!isString(value)) throw typeMismatch("$jsonSchema keyword 'pattern' must be a string");
      const regex = compileRegex(value, '');
      return when(isString, (item) => regex.test(item as string));
    }
    case 'minItems':
    case 'maxItems': {
      const limit = numberOf(name, value);
      return when(Array.isArray, (item) =>
        name === 'minItems' ? (item as Value[]).length >= limit : (item as Value[]).length <= limit,
      );
    }
    case 'uniqueItems':
      if (value !== true) return undefined;
      return when(Array.isArray, (item) =>
        (item as Value[]).every((a, i) => (item as Value[]).findIndex((b) => equal(a, b)) === i),
      );
    case 'minProperties':
    case 'maxProperties': {
      const limit = numberOf(name, value);
      return when(isDoc, (item) =>
        name === 'minProperties' ? keysOf(item as Doc).length >= limit : keysOf(item as Doc).length <= limit,
      );
    }
    case 'allOf': {
      const all = listOf(name, value).map(compileSchema);
      return (item) => all.every((valid) => valid(item));
    }
    case 'anyOf': {
      const all = listOf(name, value).map(compileSchema);
      return (item) => all.some((valid) => valid(item));
    }
    case 'oneOf': {
      const all = listOf(name, value).map(compileSchema);
      return (item) => all.filter((valid) => valid(item)).length === 1;
    }
    case 'not': {
      const valid = compileSchema(value);
      return (item) => !valid(item);
    }
    case 'dependencies':
      return dependencies(value);
    default:
      if (annotations.has(name)) return undefined;
      throw failedToParse(
        ['$ref', '$schema', 'default', 'definitions', 'format', 'id'].includes(name)
          ? `$jsonSchema keyword '${name}' is not currently supported`
          : `Unknown $jsonSchema keyword: ${name}`,
      );
  }
};

/** Makes a JSON schema (draft 4 with `bsonType`, as `$jsonSchema` takes it) ready for use. Errors: 9, 14. */
export const compileSchema = (schema: Value): Valid => {
  if (!isDoc(schema)) throw new CommandError(14, '$jsonSchema must be an object');
  const rules = keysOf(schema)
    .map((name) => keyword(name, schema[name], schema))
    .filter((rule) => rule !== undefined);
  return (value) => rules.every((valid) => valid(value));
};
