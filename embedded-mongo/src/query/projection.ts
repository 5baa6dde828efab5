import { baseVariables, compile, type Env, type Evaluate, type Scope } from '../aggregate/expression.ts';
import {
  type Doc,
  getField,
  isDoc,
  isNumeric,
  keysOf,
  setField,
  toNumber,
  truthy,
  type Value,
} from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { compileMatch, type Matcher } from './match.ts';
import type { Position } from './path.ts';

/** A node of a projection: what happens to a field and what is below it. */
type Node =
  | { kind: 'flag'; include: boolean }
  | { kind: 'compute'; evaluate: Evaluate }
  | { kind: 'special'; apply: (value: Value) => Value }
  | { kind: 'tree'; fields: Map<string, Node> };
type Tree = Extract<Node, { kind: 'tree' }>;

/** Applies a projection to a document; the position is that of the array element the filter matched. */
export type Projection = (doc: Doc, filter?: Matcher) => Doc;

const newTree = (): Tree => ({ kind: 'tree', fields: new Map() });
const collision = (path: string) => new CommandError(31250, `Path collision at ${path}`);

const place = (tree: Tree, path: string, node: Node): undefined => {
  const parts = path.split('.');
  if (parts.includes('')) throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
  let at = tree;
  for (const [i, part] of parts.entries()) {
    const here = at.fields.get(part);
    if (i === parts.length - 1) {
      if (here) throw collision(path);
      at.fields.set(part, node);
      return;
    }
    if (here && here.kind !== 'tree') throw collision(path);
    const next: Tree = here ?? newTree();
    at.fields.set(part, next);
    at = next;
  }
};

const slice = (operand: Value): ((value: Value) => Value) => {
  const [first, second] = (Array.isArray(operand) ? operand : [operand]).map((item) => {
    const number = toNumber(item);
    if (number === undefined)
      throw new CommandError(
        28667,
        'Invalid $slice syntax. The given syntax did not match the find() syntax',
      );
    return Math.trunc(number);
  }) as [number, number?];
  if (second !== undefined && second <= 0)
    throw new CommandError(28724, 'First argument to $slice must be an array, but is of type: int');
  return (value) => {
    if (!Array.isArray(value)) return value;
    if (second === undefined) return first >= 0 ? value.slice(0, first) : value.slice(first);
    const from = first < 0 ? Math.max(0, value.length + first) : first;
    return value.slice(from, from + second);
  };
};

const elemMatch = (operand: Value, scope: Scope): ((value: Value) => Value) => {
  if (!isDoc(operand)) throw new CommandError(31274, 'elemMatch: Invalid argument, object required');
  const { test } = compileMatch({ value: { $elemMatch: operand } }, scope);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    const found = value.find((item) => test({ value: [item] }));
    return found === undefined ? undefined : [found];
  };
};

/** Reads a projection into a tree; `undefined` for the inclusion means that nothing decides between the two modes. */
class Parser {
  readonly tree = newTree();
  including: boolean | undefined;
  id: boolean | undefined;
  positional: string | undefined;
  computed = false;
  readonly #scope: Scope;
  readonly #find: boolean;

  constructor(scope: Scope, find: boolean) {
    this.#scope = scope;
    this.#find = find;
  }

  read(spec: Doc, prefix = ''): undefined {
    for (const key of keysOf(spec)) this.#field(`${prefix}${key}`, spec[key]);
  }

  #decide(include: boolean, path: string): undefined {
    if (this.including !== undefined && this.including !== include)
      throw include
        ? new CommandError(31253, `Cannot do inclusion on field ${path} in exclusion projection`)
        : new CommandError(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
    this.including = include;
  }

  #field(path: string, value: Value): undefined {
    if (path.startsWith('$'))
      throw new CommandError(
        16410,
        "FieldPath field names may not start with '$'. Consider using $getField or $setField.",
      );
    if (isNumeric(value) || typeof value === 'boolean') return this.#flag(path, truthy(value));
    if (isDoc(value) && keysOf(value).length === 0)
      throw new CommandError(
        51270,
        'An empty sub-projection is not a valid value. Found empty object at path',
      );
    if (isDoc(value) && !keysOf(value)[0]!.startsWith('$')) return this.read(value, `${path}.`);
    const operator = isDoc(value) ? keysOf(value)[0]! : '';
    const operand = isDoc(value) ? value[operator] : undefined;
    if (this.#find && operator === '$slice' && !(Array.isArray(operand) && typeof operand[0] === 'string')) {
      place(this.tree, path, { kind: 'special', apply: slice(operand) });
      return;
    }
    if (this.#find && operator === '$elemMatch') {
      if (path.includes('.'))
        throw new CommandError(31275, 'Cannot use $elemMatch projection on a nested field.');
      place(this.tree, path, { kind: 'special', apply: elemMatch(operand, this.#scope) });
      if (this.including === undefined) this.including = true;
      return;
    }
    if (this.#find && operator === '$meta')
      throw new CommandError(2, 'query requires text score metadata, but it is not available');
    this.computed = true;
    this.#decide(true, path);
    place(this.tree, path, { kind: 'compute', evaluate: compile(value, this.#scope) });
  }

  #flag(path: string, include: boolean): undefined {
    if (path === '_id') {
      this.id = include;
      return;
    }
    if (this.#find && path.endsWith('.$')) {
      if (!include) throw new CommandError(31395, 'positional projection cannot be used with exclusion');
      if (this.positional)
        throw new CommandError(31276, 'Cannot specify more than one positional projection per query.');
      this.positional = path.slice(0, -2);
      this.#decide(true, path);
      place(this.tree, this.positional, { kind: 'flag', include: true });
      return;
    }
    if (path.split('.').some((part) => part.startsWith('$')))
      throw new CommandError(16410, "FieldPath field names may not start with '$'.");
    this.#decide(include, path);
    place(this.tree, path, { kind: 'flag', include });
  }
}

const applyTree = (value: Value, tree: Tree, including: boolean, env: Env): Value => {
  if (Array.isArray(value))
    return value.flatMap((item) => {
      const inner = applyTree(item, tree, including, env);
      return inner === undefined ? [] : [inner];
    });
  if (!isDoc(value)) {
    const computes = [...tree.fields.values()].some((node) => node.kind === 'compute');
    return including ? (computes ? applyTree({}, tree, including, env) : undefined) : value;
  }
  const result: Doc = {};
  for (const key of keysOf(value)) {
    const node = tree.fields.get(key);
    const field = value[key];
    if (!node) {
      if (!including) setField(result, key, field);
    } else if (node.kind === 'flag') {
      if (node.include) setField(result, key, field);
    } else if (node.kind === 'special') {
      const changed = node.apply(field);
      if (changed !== undefined) setField(result, key, changed);
    } else if (node.kind === 'tree') {
      const inner = applyTree(field, node, including, env);
      if (inner !== undefined) setField(result, key, inner);
    }
  }
  for (const [key, node] of tree.fields) {
    if (node.kind === 'compute') {
      const computed = node.evaluate(env);
      if (computed !== undefined) setField(result, key, computed);
    } else if (node.kind === 'tree' && !Object.hasOwn(value, key)) {
      const inner = applyTree({}, node, including, env);
      if (isDoc(inner) && keysOf(inner).length > 0) setField(result, key, inner);
    }
  }
  return result;
};

/** Keeps of the array at a path only the element that the filter matched. */
const keepMatched = (doc: Doc, path: string, index: number | undefined): Doc => {
  const parts = path.split('.');
  const keep = (value: Value, at: number): Value => {
    if (Array.isArray(value)) {
      if (index === undefined || value.length === 0)
        throw new CommandError(
          51246,
          "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
        );
      return index < value.length ? [value[index]] : value;
    }
    if (!isDoc(value) || at === parts.length) return value;
    const copy: Doc = {};
    for (const key of keysOf(value))
      setField(copy, key, key === parts[at] ? keep(getField(value, key), at + 1) : value[key]);
    return copy;
  };
  return keep(doc, 0) as Doc;
};

/**
 * Makes a projection ready for use, for `find` (with `$slice`, `$elemMatch` and `.$`) or for `$project`.
 * Errors: 31253, 31254 for a mixture of inclusion and exclusion, 31250 for paths that collide.
 */
export const compileProjection = (spec: Doc, scope: Scope = {}, find = true): Projection => {
  const parser = new Parser(scope, find);
  parser.read(spec);
  const { tree, id, positional } = parser;
  const including = parser.including ?? (tree.fields.size === 0 ? id === true : false);
  if (id === false) tree.fields.set('_id', { kind: 'flag', include: false });
  else if (including && !tree.fields.has('_id')) {
    const fields = new Map(tree.fields);
    tree.fields.clear();
    tree.fields.set('_id', { kind: 'flag', include: true });
    for (const [key, node] of fields) tree.fields.set(key, node);
  }
  const variables = baseVariables(scope.variables);
  return (doc, filter) => {
    let source = doc;
    if (positional) {
      const position: Position = { index: undefined };
      filter?.test(doc, position);
      source = keepMatched(doc, positional, position.index);
    }
    return applyTree(source, tree, including, { root: doc, variables }) as Doc;
  };
};

/** Sets computed fields on a document, as `$addFields` does: existing ones in place, others at the end. */
export const compileAddFields = (spec: Doc, scope: Scope = {}): ((doc: Doc) => Doc) => {
  const fields = flatten(spec).map(([path, value]) => ({
    parts: path.split('.'),
    evaluate: compile(value, scope),
  }));
  const variables = baseVariables(scope.variables);
  const set = (target: Value, parts: readonly string[], at: number, value: Value): Value => {
    if (Array.isArray(target) && at > 0) return target.map((item) => set(item, parts, at, value));
    const copy: Doc = {};
    if (isDoc(target)) for (const key of keysOf(target)) setField(copy, key, target[key]);
    const part = parts[at]!;
    if (at < parts.length - 1) setField(copy, part, set(getField(copy, part), parts, at + 1, value));
    else if (value !== undefined) setField(copy, part, value);
    else return without(copy, part);
    return copy;
  };
  return (doc) => {
    let result = doc;
    for (const { parts, evaluate } of fields)
      result = set(result, parts, 0, evaluate({ root: doc, variables })) as Doc;
    return result;
  };
};

/** Nested documents set their own fields and leave the others: `{a: {b: 1}}` is `{'a.b': 1}`. */
const flatten = (spec: Doc, prefix = ''): [string, Value][] =>
  keysOf(spec).flatMap((key): [string, Value][] => {
    const value = spec[key];
    if (isDoc(value) && keysOf(value).length > 0 && !keysOf(value)[0]!.startsWith('$'))
      return flatten(value, `${prefix}${key}.`);
    return [[`${prefix}${key}`, value]];
  });

const without = (doc: Doc, field: string): Doc => {
  const copy: Doc = {};
  for (const key of keysOf(doc)) if (key !== field) setField(copy, key, doc[key]);
  return copy;
};
