import type { Value } from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { compile, type Evaluate, type Scope } from '../expression.ts';

/** Turns the argument of an operator into something to evaluate. */
export type Operator = (argument: Value, scope: Scope, name: string) => Evaluate;

/** The arguments of an operator, which may leave out the list around a single one. */
export const argumentsOf = (argument: Value, name: string, least: number, most = least): Value[] => {
  const items = Array.isArray(argument) ? argument : [argument];
  if (items.length < least || items.length > most) {
    const wanted =
      least === most
        ? `exactly ${least}`
        : most === Number.POSITIVE_INFINITY
          ? `at least ${least}`
          : `at least ${least} and at most ${most}`;
    throw new CommandError(
      least === most ? 16020 : 28667,
      `Expression ${name} takes ${wanted} arguments. ${items.length} were passed in.`,
    );
  }
  return items;
};

/** An operator that evaluates all its arguments and then computes. */
export const eager =
  (least: number, most: number, compute: (values: Value[], scope: Scope, name: string) => Value): Operator =>
  (argument, scope, name) => {
    const items = argumentsOf(argument, name, least, most).map((item) => compile(item, scope));
    if (items.length === 1) {
      const only = items[0]!;
      return (env) => compute([only(env)], scope, name);
    }
    return (env) =>
      compute(
        items.map((item) => item(env)),
        scope,
        name,
      );
  };

/** Null and missing alike: what most operators answer null for. */
export const nothing = (value: Value): value is null | undefined => value === null || value === undefined;
