import { compare } from '../../bson/compare.ts';
import { isDoc, truthy, type Value } from '../../bson/values.ts';
import { CommandError } from '../../errors.ts';
import { compile } from '../expression.ts';
import { argumentsOf, eager, nothing, type Operator } from './operator.ts';

const comparing = (wanted: (order: number) => Value): Operator =>
  eager(2, 2, ([left, right], scope) => wanted(compare(left, right, scope.text)));

const many = Number.POSITIVE_INFINITY;

const cond: Operator = (argument, scope) => {
  const parts = isDoc(argument)
    ? [argument.if, argument.then, argument.else]
    : argumentsOf(argument, '$cond', 3);
  if (isDoc(argument)) {
    for (const key of Object.keys(argument))
      if (!['if', 'then', 'else'].includes(key))
        throw new CommandError(17083, `Unrecognized parameter to $cond: ${key}`);
    for (const [key, code] of [
      ['if', 17080],
      ['then', 17081],
      ['else', 17082],
    ] as const)
      if (!(key in argument)) throw new CommandError(code, `Missing '${key}' parameter to $cond`);
  }
  const [test, yes, no] = parts.map((part) => compile(part, scope));
  return (env) => (truthy(test!(env)) ? yes!(env) : no!(env));
};

const choose: Operator = (argument, scope) => {
  if (!isDoc(argument) || !Array.isArray(argument.branches))
    throw new CommandError(40061, "$switch expected an array for 'branches'");
  if (argument.branches.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const branches = argument.branches.map((branch) => {
    if (!isDoc(branch) || !('case' in branch))
      throw new CommandError(40064, "$switch requires each branch have a 'case' expression");
    if (!('then' in branch))
      throw new CommandError(40065, "$switch requires each branch have a 'then' expression.");
    return { test: compile(branch.case, scope), result: compile(branch.then, scope) };
  });
  const otherwise = 'default' in argument ? compile(argument.default, scope) : undefined;
  return (env) => {
    for (const { test, result } of branches) if (truthy(test(env))) return result(env);
    if (otherwise) return otherwise(env);
    throw new CommandError(
      40066,
      '$switch could not find a matching branch for an input, and no default was specified.',
    );
  };
};

const ifNull: Operator = (argument, scope, name) => {
  const items = argumentsOf(argument, name, 2, many).map((item) => compile(item, scope));
  return (env) => {
    let value: Value;
    for (const item of items) {
      value = item(env);
      if (!nothing(value)) return value;
    }
    return value;
  };
};

const all =
  (wanted: boolean): Operator =>
  (argument, scope) => {
    const items = (Array.isArray(argument) ? argument : [argument]).map((item) => compile(item, scope));
    return (env) => (items.some((item) => truthy(item(env)) !== wanted) ? !wanted : wanted);
  };

const letIn: Operator = (argument, scope) => {
  if (!isDoc(argument) || !isDoc(argument.vars) || !('in' in argument))
    throw new CommandError(16874, "$let requires an object with 'vars' and 'in'");
  const variables = Object.entries(argument.vars).map(
    ([key, value]) => [key, compile(value, scope)] as const,
  );
  const inner = compile(argument.in, {
    ...scope,
    bound: new Set([...(scope.bound ?? []), ...variables.map(([key]) => key)]),
  });
  return (env) => {
    const own = { ...env.variables };
    for (const [key, value] of variables) own[key] = value(env);
    return inner({ root: env.root, variables: own });
  };
};

export const logic: [string, Operator][] = [
  ['$eq', comparing((order) => order === 0)],
  ['$ne', comparing((order) => order !== 0)],
  ['$gt', comparing((order) => order > 0)],
  ['$gte', comparing((order) => order >= 0)],
  ['$lt', comparing((order) => order < 0)],
  ['$lte', comparing((order) => order <= 0)],
  ['$cmp', comparing((order) => order)],
  ['$and', all(true)],
  ['$or', all(false)],
  ['$not', eager(1, 1, ([value]) => !truthy(value))],
  ['$cond', cond],
  ['$switch', choose],
  ['$ifNull', ifNull],
  ['$let', letIn],
  ['$literal', (argument) => () => argument],
  ['$const', (argument) => () => argument],
  ['$rand', () => () => Math.random()],
];
