import type { TextOrder } from '../bson/compare.ts';
import { type Doc, getField, isDoc, keysOf, setField, type Value } from '../bson/values.ts';
import { CommandError, failedToParse } from '../errors.ts';
import { operators } from './operators/index.ts';

/** What an expression sees while it is evaluated: the document and the variables in force. */
export interface Env {
  readonly root: Value;
  readonly variables: Readonly<Record<string, Value>>;
}
/** A compiled expression. `undefined` is a missing value. */
export type Evaluate = (env: Env) => Value;

/** What an expression is read with. */
export interface Scope {
  readonly text?: TextOrder | undefined;
  /** Values of variables that are known from the start: those of `let`. */
  readonly variables?: Readonly<Record<string, Value>> | undefined;
  /** Names bound by `$let`, `$map` and their like around the expression. */
  readonly bound?: ReadonlySet<string> | undefined;
}

/** Follows a path as an aggregation expression does: arrays on the way are mapped, and never indexed by number. */
export const follow = (value: Value, path: readonly string[], at: number): Value => {
  if (at === path.length) return value;
  if (Array.isArray(value)) {
    const result: Value[] = [];
    for (const item of value) {
      if (!isDoc(item) && !Array.isArray(item)) continue;
      const inner = follow(item, path, at);
      if (inner !== undefined) result.push(inner);
    }
    return result;
  }
  return isDoc(value) ? follow(getField(value, path[at]!), path, at + 1) : undefined;
};

const system = new Set(['ROOT', 'CURRENT', 'REMOVE', 'NOW', 'CLUSTER_TIME', 'DESCEND', 'PRUNE', 'KEEP']);

const fieldPath = (text: string, scope: Scope): Evaluate => {
  if (!text.startsWith('$$')) {
    const path = text.slice(1).split('.');
    if (path.some((part) => part === ''))
      throw new CommandError(
        text === '$' ? 16872 : 15998,
        text === '$'
          ? "'$' by itself is not a valid FieldPath"
          : 'FieldPath field names may not be empty strings.',
      );
    if (path.length === 1) {
      const name = path[0]!;
      return ({ variables, root }) => {
        const current = Object.hasOwn(variables, 'CURRENT') ? variables.CURRENT : root;
        return isDoc(current) ? getField(current, name) : follow(current, path, 0);
      };
    }
    return ({ variables, root }) =>
      follow(Object.hasOwn(variables, 'CURRENT') ? variables.CURRENT : root, path, 0);
  }
  const [name, ...path] = text.slice(2).split('.') as [string, ...string[]];
  if (name === '') throw failedToParse('empty variable names are not allowed');
  if (name === 'ROOT') return ({ root }) => follow(root, path, 0);
  if (name === 'CURRENT')
    return ({ root, variables }) => follow(Object.hasOwn(variables, name) ? variables[name] : root, path, 0);
  if (name === 'REMOVE') return () => undefined;
  if (name === 'DESCEND' || name === 'PRUNE' || name === 'KEEP') return () => `$$${name}`;
  if (!system.has(name) && !scope.bound?.has(name) && !Object.hasOwn(scope.variables ?? {}, name))
    throw new CommandError(17276, `Use of undefined variable: ${name}`);
  return ({ variables }) => follow(variables[name], path, 0);
};

const document = (doc: Doc, scope: Scope): Evaluate => {
  const fields = keysOf(doc).map((key) => {
    if (key.includes('.'))
      throw new CommandError(
        16412,
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      );
    return [key, compile(doc[key], scope)] as const;
  });
  return (env) => {
    const result: Doc = {};
    for (const [key, evaluate] of fields) {
      const value = evaluate(env);
      if (value !== undefined) setField(result, key, value);
    }
    return result;
  };
};

/** Compiles an expression that stands inside another one. */
export const compile = (expression: Value, scope: Scope): Evaluate => {
  if (typeof expression === 'string')
    return expression.startsWith('$') ? fieldPath(expression, scope) : () => expression;
  if (Array.isArray(expression)) {
    const items = expression.map((item) => compile(item, scope));
    return (env) => items.map((item) => item(env) ?? null);
  }
  if (!isDoc(expression)) return () => expression;
  const keys = keysOf(expression);
  const name = keys[0];
  if (name === undefined || !name.startsWith('$')) {
    const wrong = keys.find((key) => key.startsWith('$'));
    if (wrong)
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    return document(expression, scope);
  }
  if (keys.length > 1)
    throw new CommandError(
      15983,
      `An object representing an expression must have exactly one field: { ${keys.join(', ')} }`,
    );
  const operator = operators.get(name);
  if (!operator) throw new CommandError(168, `Unrecognized expression '${name}'`);
  return operator(expression[name], scope, name);
};

/** The variables that every evaluation of a command shares; NOW is one instant for all of it. */
export const baseVariables = (variables: Readonly<Record<string, Value>> = {}): Record<string, Value> => ({
  NOW: new Date(),
  ...variables,
});

/**
 * Makes an aggregation expression ready for use on documents. Errors are MongoDB's: 168 for an unknown operator, 17276
 * for an unknown variable, and those of each operator.
 */
export const compileExpression = (expression: Value, scope: Scope = {}): ((root: Value) => Value) => {
  const evaluate = compile(expression, scope);
  const variables = baseVariables(scope.variables);
  return (root) => evaluate({ root, variables });
};
