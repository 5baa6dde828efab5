import { Long, MaxKey, MinKey } from 'bson';
import { compileExpression } from '../aggregate/expression.ts';
import { compare, compareText, rankOf, type TextOrder } from '../bson/compare.ts';
import {
  type Doc,
  isDoc,
  isNumeric,
  keysOf,
  Type,
  toNumber,
  truthy,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { badValue, CommandError, failedToParse } from '../errors.ts';
import { bitsTest } from './bits.ts';
import { compileSchema } from './json-schema.ts';
import { type Position, visitPath } from './path.ts';
import { compileRegex, regexParts } from './regex.ts';
import { parseTypeSet } from './type-set.ts';

/** What a filter is read with: the collation for texts and the values of `let` for `$expr`. */
export interface MatchContext {
  readonly text?: TextOrder | undefined;
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}

type Test = (doc: Doc, position?: Position) => boolean;
type ValueTest = (value: Value) => boolean;

/** A filter ready for use. */
export interface Matcher {
  /** Whether the document satisfies the filter; fills in which array element did. */
  readonly test: Test;
  /** The top-level fields that decide it, or undefined when any may. */
  readonly fields: ReadonlySet<string> | undefined;
}

const nothing = (value: Value): boolean => value === undefined || value === null;

/** The test of `{field: value}` on one value that the path reaches. */
const equalTest = (operand: Value, text: TextOrder): ValueTest => {
  if (operand === null) return nothing;
  const rank = rankOf(operand);
  return (value) => value !== undefined && rankOf(value) === rank && compare(value, operand, text) === 0;
};

const regexTest = (operand: Value): ValueTest => {
  const { pattern, options } = regexParts(operand)!;
  const regex = compileRegex(pattern, options);
  return (value) =>
    typeof value === 'string'
      ? regex.test(value)
      : value !== undefined && typeOf(value) === Type.regex && compare(value, operand) === 0;
};

const orderTest = (operator: string, operand: Value, text: TextOrder): ValueTest => {
  if (regexParts(operand)) throw badValue(`Can't have RegEx as arg to predicate over field`);
  const wanted: (order: number) => boolean = {
    $gt: (order: number) => order > 0,
    $gte: (order: number) => order >= 0,
    $lt: (order: number) => order < 0,
    $lte: (order: number) => order <= 0,
  }[operator]!;
  const orEqual = operator === '$gte' || operator === '$lte';
  if (operand === null) return (value) => orEqual && nothing(value);
  if (operand instanceof MinKey || operand instanceof MaxKey)
    return (value) => wanted(compare(value === undefined ? null : value, operand, text));
  const rank = rankOf(operand);
  const wantsNaN = Number.isNaN(toNumber(operand));
  return (value) => {
    if (value === undefined || rankOf(value) !== rank) return false;
    if (rank === 10 && wantsNaN !== Number.isNaN(toNumber(value))) return false;
    return wanted(compare(value, operand, text));
  };
};

const inTest = (operator: string, operand: Value, text: TextOrder): ValueTest => {
  if (!Array.isArray(operand)) throw badValue(`${operator} needs an array`);
  for (const item of operand)
    if (isDoc(item) && keysOf(item)[0]?.startsWith('$') && keysOf(item)[0] !== '$ref')
      throw badValue(`cannot nest $ under ${operator}`);
  const tests = operand.map((item) => (regexParts(item) ? regexTest(item) : equalTest(item, text)));
  if (text === compareText && operand.length > 8 && operand.every((item) => typeof item === 'string')) {
    const set = new Set<Value>(operand);
    return (value) => set.has(value);
  }
  return (value) => tests.some((test) => test(value));
};

const modTest = (operand: Value): ValueTest => {
  if (!Array.isArray(operand)) throw badValue('malformed mod, needs to be an array');
  if (operand.length < 2) throw badValue('malformed mod, not enough elements');
  if (operand.length > 2) throw badValue('malformed mod, too many elements');
  if (!isNumeric(operand[0])) throw badValue('malformed mod, divisor not a number');
  const whole = (value: Value): bigint =>
    value instanceof Long ? value.toBigInt() : BigInt(Math.trunc(toNumber(value) ?? 0));
  const divisor = whole(operand[0]);
  if (divisor === 0n) throw badValue('divisor cannot be 0');
  const remainder = whole(operand[1]);
  return (value) =>
    isNumeric(value) && Number.isFinite(toNumber(value)) && whole(value) % divisor === remainder;
};

const sizeTest = (operand: Value): ValueTest => {
  const size = toNumber(operand);
  if (size === undefined)
    throw failedToParse(`Failed to parse $size. Expected a number in: $size: ${String(operand)}`);
  if (!Number.isInteger(size))
    throw failedToParse(`Failed to parse $size. Expected an integer: $size: ${size}`);
  if (size < 0)
    throw failedToParse(`Failed to parse $size. Expected a non-negative number in: $size: ${size}`);
  return (value) => Array.isArray(value) && value.length === size;
};

/** Fields that begin with `$` and yet are data: those of a reference to a document. */
const referenceFields = new Set(['$ref', '$id', '$db']);
const isOperators = (value: Value): value is Doc => {
  const first = isDoc(value) ? (keysOf(value)[0] ?? '') : '';
  return first.startsWith('$') && !referenceFields.has(first);
};

const elemMatch = (operand: Value, context: MatchContext): ValueTest => {
  if (!isDoc(operand)) throw badValue('$elemMatch needs an Object');
  const logical = new Set(['$and', '$or', '$nor', '$where', '$expr', '$jsonSchema']);
  if (isOperators(operand) && !logical.has(keysOf(operand)[0]!)) {
    const test = compileField('value', operand, context);
    return (value) =>
      Array.isArray(value) && value.some((item) => test({ value: Array.isArray(item) ? [item] : item }));
  }
  const { test } = compileMatch(operand, context);
  return (value) =>
    Array.isArray(value) && value.some((item) => (isDoc(item) || Array.isArray(item)) && test(item as Doc));
};

/** The predicates of one field, such as `{$gt: 1, $lt: 5}`. */
const compileField = (field: string, operators: Doc, context: MatchContext): Test => {
  const path = field.split('.');
  const text = context.text ?? compareText;
  const any = (test: ValueTest, expand = true): Test => {
    if (path.length === 1)
      return (doc, position) => {
        const value = Object.hasOwn(doc, field) ? doc[field] : undefined;
        return Array.isArray(value) || Array.isArray(doc)
          ? visitPath(doc, path, 0, expand, test, position)
          : test(value);
      };
    return (doc, position) => visitPath(doc, path, 0, expand, test, position);
  };
  const not =
    (test: Test): Test =>
    (doc) =>
      !test(doc);
  const tests: Test[] = [];
  for (const operator of keysOf(operators)) {
    const operand = operators[operator];
    switch (operator) {
      case '$eq':
        tests.push(any(equalTest(operand, text)));
        break;
      case '$ne':
        if (regexParts(operand)) throw badValue("Can't have regex as arg to $ne.");
        tests.push(not(any(equalTest(operand, text))));
        break;
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte':
        tests.push(any(orderTest(operator, operand, text)));
        break;
      case '$in':
        tests.push(any(inTest(operator, operand, text)));
        break;
      case '$nin':
        tests.push(not(any(inTest(operator, operand, text))));
        break;
      case '$exists': {
        const exists = any((value) => value !== undefined, false);
        tests.push(truthy(operand) ? exists : not(exists));
        break;
      }
      case '$type': {
        const types = parseTypeSet(operand, '$type');
        tests.push(any((value) => types.has(typeOf(value))));
        break;
      }
      case '$mod':
        tests.push(any(modTest(operand)));
        break;
      case '$size':
        tests.push(any(sizeTest(operand), false));
        break;
      case '$bitsAllSet':
      case '$bitsAllClear':
      case '$bitsAnySet':
      case '$bitsAnyClear':
        tests.push(any(bitsTest(operator, operand)));
        break;
      case '$regex': {
        const parts =
          regexParts(operand) ??
          (typeof operand === 'string' ? { pattern: operand, options: '' } : undefined);
        if (!parts) throw badValue('$regex has to be a string');
        const options = operators.$options;
        if (options !== undefined && typeof options !== 'string')
          throw badValue('$options has to be a string');
        if (options && parts.options)
          throw new CommandError(51075, 'options set in both $regex and $options');
        const regex = compileRegex(parts.pattern, options || parts.options);
        tests.push(any((value) => typeof value === 'string' && regex.test(value)));
        break;
      }
      case '$options':
        if (operators.$regex === undefined) throw badValue('$options needs a $regex');
        break;
      case '$not': {
        if (regexParts(operand)) tests.push(not(any(regexTest(operand))));
        else if (isDoc(operand)) {
          if (keysOf(operand).length === 0) throw badValue('$not cannot be empty');
          tests.push(not(compileField(field, operand, context)));
        } else throw badValue('$not needs a regex or a document');
        break;
      }
      case '$elemMatch': {
        const test = elemMatch(operand, context);
        const position = elemPosition(operand as Doc, context);
        tests.push((doc, where) =>
          visitPath(doc, path, 0, false, (value) => {
            if (!test(value)) return false;
            if (where) where.index = position(value as Value[]);
            return true;
          }),
        );
        break;
      }
      case '$all': {
        if (!Array.isArray(operand)) throw badValue('$all needs an array');
        const all = operand.map((item) => {
          if (isDoc(item) && Object.hasOwn(item, '$elemMatch')) return compileField(field, item, context);
          if (isOperators(item)) throw badValue('no $ expressions in $all');
          return any(regexParts(item) ? regexTest(item) : equalTest(item, text));
        });
        tests.push((doc, position) => all.length > 0 && all.every((test) => test(doc, position)));
        break;
      }
      default:
        throw badValue(`unknown operator: ${operator}`);
    }
  }
  return tests.length === 1 ? tests[0]! : (doc, position) => tests.every((test) => test(doc, position));
};

const elemPosition = (operand: Doc, context: MatchContext): ((values: Value[]) => number) => {
  const one = elemMatch(operand, context);
  return (values) => values.findIndex((value) => one([value]));
};

const clauses = (operator: string, operand: Value, context: MatchContext): Matcher[] => {
  if (!Array.isArray(operand)) throw badValue(`${operator} must be an array`);
  if (operand.length === 0) throw badValue(`${operator} argument must be a non-empty array`);
  return operand.map((clause) => {
    if (!isDoc(clause)) throw badValue(`${operator} argument's entries must be objects`);
    return compileMatch(clause, context);
  });
};

const union = (matchers: readonly Matcher[]): ReadonlySet<string> | undefined =>
  matchers.some((matcher) => matcher.fields === undefined)
    ? undefined
    : new Set(matchers.flatMap((matcher) => [...matcher.fields!]));

const topLevel = (operator: string, operand: Value, context: MatchContext): Matcher => {
  switch (operator) {
    case '$and': {
      const all = clauses(operator, operand, context);
      return { test: (doc, position) => all.every(({ test }) => test(doc, position)), fields: union(all) };
    }
    case '$or': {
      const all = clauses(operator, operand, context);
      return { test: (doc, position) => all.some(({ test }) => test(doc, position)), fields: union(all) };
    }
    case '$nor': {
      const all = clauses(operator, operand, context);
      return { test: (doc) => !all.some(({ test }) => test(doc)), fields: union(all) };
    }
    case '$comment':
      return { test: () => true, fields: new Set() };
    case '$alwaysTrue':
      return { test: () => true, fields: new Set() };
    case '$alwaysFalse':
      return { test: () => false, fields: new Set() };
    case '$sampleRate': {
      const rate = toNumber(operand);
      if (rate === undefined || !(rate >= 0 && rate <= 1))
        throw badValue('numeric argument to $sampleRate must be in [0, 1]');
      return { test: () => Math.random() < rate, fields: new Set() };
    }
    case '$expr': {
      const evaluate = compileExpression(operand, context);
      return { test: (doc) => truthy(evaluate(doc)), fields: undefined };
    }
    case '$jsonSchema': {
      const valid = compileSchema(operand);
      return { test: (doc) => valid(doc), fields: undefined };
    }
    case '$where':
      throw badValue('no globalScriptEngine in $where parsing');
    case '$text':
      throw new CommandError(27, 'text index required for $text query');
    default:
      throw badValue(
        `unknown top level operator: ${operator}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
};

/**
 * Makes a filter ready for use. Semantics are those of MongoDB's query language; unknown operators and wrong operands
 * are its errors (2, 9, 51108 …), never ignored.
 */
export const compileMatch = (filter: Doc, context: MatchContext = {}): Matcher => {
  const matchers = keysOf(filter).map((key): Matcher => {
    const operand = filter[key];
    if (key.startsWith('$')) return topLevel(key, operand, context);
    const fields = new Set([key.split('.', 1)[0]!]);
    if (isOperators(operand)) return { test: compileField(key, operand, context), fields };
    if (regexParts(operand)) return { test: compileField(key, { $regex: operand }, context), fields };
    return { test: compileField(key, { $eq: operand }, context), fields };
  });
  if (matchers.length === 1) return matchers[0]!;
  const tests = matchers.map(({ test }) => test);
  return {
    test: (doc, position) => {
      for (const test of tests) if (!test(doc, position)) return false;
      return true;
    },
    fields: union(matchers),
  };
};
