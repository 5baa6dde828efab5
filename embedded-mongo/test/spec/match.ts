import assert from 'node:assert/strict';
import { EJSON } from 'bson';

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !('_bsontype' in value) &&
  !(value instanceof Date);
const shown = (value: unknown) => EJSON.stringify(value, { relaxed: true });

const types: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  object: isObject,
  array: Array.isArray,
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  long: (value) => Number.isInteger(value) || (value as Json | null)?._bsontype === 'Long',
  double: (value) => typeof value === 'number',
  null: (value) => value === null,
  objectId: (value) => (value as Json | null)?._bsontype === 'ObjectId',
  date: (value) => value instanceof Date,
  binData: (value) => (value as Json | null)?._bsontype === 'Binary',
  timestamp: (value) => (value as Json | null)?._bsontype === 'Timestamp',
};

/** The operators of the unified test format that stand in place of a value. */
const special = (
  expected: Json,
  actual: unknown,
  path: string,
  entities: ReadonlyMap<string, unknown>,
): boolean => {
  const [operator] = Object.keys(expected);
  const operand = expected[operator!];
  switch (operator) {
    case '$$exists':
      assert.equal(actual !== undefined, operand, `${path} should ${operand ? '' : 'not '}exist`);
      return true;
    case '$$type':
      assert.ok(
        [operand].flat().some((name) => types[name as string]!(actual)),
        `${path}: ${shown(actual)} is not of type ${operand}`,
      );
      return true;
    case '$$unsetOrMatches':
      if (actual !== undefined) match(operand, actual, path, entities, true);
      return true;
    case '$$matchesHexBytes':
    case '$$matchAsDocument':
    case '$$matchAsRoot':
      match(operand, actual, path, entities, operator === '$$matchAsRoot');
      return true;
    case '$$sessionLsid':
      match((entities.get(operand as string) as { id: unknown }).id, actual, path, entities);
      return true;
    case '$$lte':
      assert.ok((actual as number) <= (operand as number), `${path}: ${actual} is more than ${operand}`);
      return true;
    default:
      return false;
  }
};

/** Asserts that a value is what the specification expects; documents at the root may have more fields. */
export const match = (
  expected: unknown,
  actual: unknown,
  path: string,
  entities: ReadonlyMap<string, unknown>,
  root = false,
): void => {
  if (Array.isArray(expected)) {
    assert.ok(Array.isArray(actual), `${path}: ${shown(actual)} is no array`);
    assert.equal(actual.length, expected.length, `${path}: ${shown(actual)} should be ${shown(expected)}`);
    for (const [i, item] of expected.entries()) match(item, actual[i], `${path}[${i}]`, entities, root);
    return;
  }
  if (isObject(expected)) {
    if (Object.keys(expected).length === 1 && special(expected, actual, path, entities)) return;
    const fields = actual instanceof Map ? Object.fromEntries(actual) : actual;
    assert.ok(isObject(fields) || typeof fields === 'object', `${path}: ${shown(actual)} is no document`);
    assert.ok(fields !== null && fields !== undefined, `${path} is missing`);
    for (const key of Object.keys(expected))
      match(expected[key], (fields as Json)[key], `${path}.${key}`, entities);
    if (!root)
      for (const key of Object.keys(fields as Json))
        assert.ok(key in expected, `${path}.${key} = ${shown((fields as Json)[key])} is not expected`);
    return;
  }
  assert.equal(shown(actual), shown(expected), path);
};
