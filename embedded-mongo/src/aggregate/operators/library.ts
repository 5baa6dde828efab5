import { createRequire } from 'node:module';
import { Decimal128, Double, Long } from 'bson';
import type { MingoError as MingoErrorClass } from 'mingo/util';
import { clone, isDoc, type Value } from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { compile, type Evaluate } from '../expression.ts';
import type { Operator } from './operator.ts';

/** The value as mingo understands it: numbers without their boxes. */
export const unboxed = (value: Value): Value => {
  if (value instanceof Double) return value.value;
  if (value instanceof Long) return Number.isSafeInteger(value.toNumber()) ? value.toNumber() : value;
  if (value instanceof Decimal128) return Number(value.toString());
  if (Array.isArray(value)) return value.map(unboxed);
  if (!isDoc(value)) return value === undefined ? undefined : value;
  const copy = clone(value);
  for (const key of Object.keys(copy)) copy[key] = unboxed(copy[key]);
  return copy;
};

const require = createRequire(import.meta.url);
let loaded:
  | { operators: Record<string, LibraryOperator>; options: never; MingoError: typeof MingoErrorClass }
  | undefined;

/** mingo, loaded when something first needs it: most servers start and serve without. It is asked without scripts. */
export const mingo = () => {
  if (loaded) return loaded;
  const { Context } = require('mingo/core') as typeof import('mingo/core');
  const expression = { ...(require('mingo/operators/expression') as object) };
  const accumulator = { ...(require('mingo/operators/accumulator') as object) };
  const { MingoError } = require('mingo/util') as typeof import('mingo/util');
  const context = Context.init({ expression, accumulator } as never);
  const options = { context, scriptEnabled: false, useStrictMode: true, failOnError: true } as never;
  loaded = { operators: expression as Record<string, LibraryOperator>, options, MingoError };
  return loaded;
};

type LibraryOperator = (root: object, argument: Value, options: never) => Value;

/**
 * An operator whose semantics come from mingo. Its arguments are evaluated here and handed over as literals, so that
 * paths, variables and numbers mean the same as everywhere else in this server.
 */
const borrowed = (): Operator => (argument, scope, name) => {
  const evaluate = compile(argument, scope) as Evaluate;
  const literal = (value: Value): Value => ({ $literal: unboxed(value) });
  const named = isDoc(argument) && !Object.keys(argument)[0]?.startsWith('$');
  return (env) => {
    const value = evaluate(env);
    let given: Value;
    if (named && isDoc(value))
      given = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, literal(item)]));
    else if (Array.isArray(argument) && Array.isArray(value)) given = value.map(literal);
    else given = literal(value ?? null);
    const { operators, options, MingoError } = mingo();
    try {
      return operators[name]!({}, given, options);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (error instanceof MingoError || error instanceof RangeError || error instanceof TypeError)
        throw new CommandError(2, `Failed to evaluate ${name}: ${error.message}`, { cause: error });
      throw error;
    }
  };
};

/** Operators of mingo that are taken over; those with their own number types or variables are this server's. */
const taken = [
  '$bitAnd',
  '$bitNot',
  '$bitOr',
  '$bitXor',
  '$concat',
  '$indexOfBytes',
  '$ltrim',
  '$regexFind',
  '$regexFindAll',
  '$regexMatch',
  '$replaceAll',
  '$replaceOne',
  '$rtrim',
  '$split',
  '$strcasecmp',
  '$strLenBytes',
  '$strLenCP',
  '$substr',
  '$substrBytes',
  '$substrCP',
  '$toLower',
  '$toUpper',
  '$trim',
  '$dateAdd',
  '$dateDiff',
  '$dateFromParts',
  '$dateFromString',
  '$dateSubtract',
  '$dateToParts',
  '$dateToString',
  '$dateTrunc',
  '$dayOfMonth',
  '$dayOfWeek',
  '$dayOfYear',
  '$hour',
  '$isoDayOfWeek',
  '$isoWeek',
  '$isoWeekYear',
  '$millisecond',
  '$minute',
  '$month',
  '$second',
  '$week',
  '$year',
  '$zip',
  '$firstN',
  '$lastN',
  '$maxN',
  '$minN',
  '$median',
  '$percentile',
] as const;

export const library: [string, Operator][] = taken.map((name) => [name, borrowed()]);
