import { Timestamp } from 'bson';
import {
  type Doc,
  getField,
  isDoc,
  keysOf,
  removeField,
  setField,
  typeName,
  typeOf,
  type Value,
} from '../bson/values.ts';
import { CommandError, failedToParse } from '../errors.ts';
import { compileMatch, type MatchContext } from '../query/match.ts';
import { arrayIndex } from '../query/path.ts';
import { type Change, makeChange, missing } from './operators.ts';

/** What an update is applied with. */
export interface UpdateContext extends MatchContext {
  readonly arrayFilters?: readonly Doc[] | undefined;
}

/** What one application of an update needs to know of the document it is applied to. */
export interface Occasion {
  /** The array element that the filter matched: `$` in a path. */
  readonly position: number | undefined;
  /** The document is being inserted by an upsert. */
  readonly inserting: boolean;
  /** Gets the paths that were given a value as a whole; an array that only grew at its end is not among them. */
  readonly whole: Set<string>;
}

/** Changes a copy of a document in place. */
export type Updater = (doc: Doc, occasion: Occasion) => void;

type Filters = ReadonlyMap<string, (value: Value) => boolean>;

const compileFilters = (filters: readonly Doc[] | undefined, context: MatchContext): Filters => {
  const result = new Map<string, (value: Value) => boolean>();
  for (const filter of filters ?? []) {
    if (!isDoc(filter)) throw failedToParse('arrayFilters must be an array of objects');
    const names = new Set<string>();
    const collect = (clause: Doc): void => {
      for (const key of keysOf(clause)) {
        if (key.startsWith('$') && Array.isArray(clause[key]))
          for (const inner of clause[key]) collect(inner as Doc);
        else names.add(key.split('.', 1)[0]!);
      }
    };
    collect(filter);
    const [name] = names;
    if (name === undefined)
      throw failedToParse('Cannot use an expression without a top-level field name in arrayFilters');
    if (names.size > 1)
      throw failedToParse(
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${[...names].join("' and '")}'`,
      );
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name))
      throw new CommandError(
        2,
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${name}'`,
      );
    if (result.has(name))
      throw failedToParse(`Found multiple array filters with the same top-level field name ${name}`);
    const { test } = compileMatch(filter, context);
    result.set(name, (value) => test({ [name]: value }));
  }
  return result;
};

const notViable = (part: string, holder: Value, path: string): CommandError =>
  new CommandError(28, `Cannot create field '${part}' in element {${path}: ${typeName(typeOf(holder))}}`);

/** The concrete paths a path with `$`, `$[]` and `$[name]` stands for in a document. */
const expand = (doc: Doc, parts: readonly string[], filters: Filters, occasion: Occasion): string[][] => {
  let paths: { taken: string[]; value: Value }[] = [{ taken: [], value: doc }];
  for (const part of parts) {
    paths = paths.flatMap(({ taken, value }) => {
      if (part === '$') {
        if (occasion.position === undefined)
          throw new CommandError(2, 'The positional operator did not find the match needed from the query.');
        const items = value as Value[];
        return [{ taken: [...taken, String(occasion.position)], value: items?.[occasion.position] }];
      }
      const named = /^\$\[(.*)\]$/.exec(part);
      if (!named) {
        const inner = isDoc(value)
          ? getField(value, part)
          : Array.isArray(value) && arrayIndex(part) >= 0
            ? value[arrayIndex(part)]
            : undefined;
        return [{ taken: [...taken, part], value: inner }];
      }
      if (!Array.isArray(value)) {
        if (value === undefined)
          throw new CommandError(
            2,
            `The path '${taken.join('.')}' must exist in the document in order to apply array updates.`,
          );
        throw new CommandError(
          2,
          `Cannot apply array updates to non-array element ${taken.at(-1)}: ${typeName(typeOf(value))}`,
        );
      }
      const test = named[1] === '' ? () => true : filters.get(named[1]!)!;
      return value.flatMap((item, i) => (test(item) ? [{ taken: [...taken, String(i)], value: item }] : []));
    });
  }
  return paths.map(({ taken }) => taken);
};

/** Puts the result of a change where a path leads, making documents on the way. */
const put = (doc: Doc, path: readonly string[], change: Change): void => {
  let holder: Value = doc;
  for (let at = 0; at < path.length; at++) {
    const part = path[at]!;
    const last = at === path.length - 1;
    if (Array.isArray(holder)) {
      const index = arrayIndex(part);
      if (index < 0) {
        if (change.onlyExisting) return;
        throw notViable(part, holder, path.slice(0, at).join('.'));
      }
      if (last) {
        const result = change.compute(index < holder.length ? holder[index] : missing);
        if (result === missing) {
          // Removing an element of an array leaves a null in its place.
          if (index < holder.length) holder[index] = null;
          return;
        }
        if (index > 1_500_000 + holder.length)
          throw new CommandError(2, `can't backfill more than 1500000 elements`);
        while (holder.length < index) holder.push(null);
        holder[index] = result;
        return;
      }
      if (index >= holder.length || holder[index] === undefined) {
        if (change.onlyExisting) return;
        while (holder.length < index) holder.push(null);
        holder[index] = {};
      }
      holder = holder[index];
      continue;
    }
    if (!isDoc(holder)) {
      if (change.onlyExisting) return;
      throw notViable(part, holder, path.slice(0, at).join('.'));
    }
    const exists: boolean = Object.hasOwn(holder, part);
    if (last) {
      const result = change.compute(exists ? holder[part] : missing);
      if (result === missing) removeField(holder, part);
      else setField(holder, part, result);
      return;
    }
    if (!exists) {
      if (change.onlyExisting) return;
      setField(holder, part, {});
    }
    holder = holder[part];
  }
};

const validatePath = (path: string): string[] => {
  if (path === '') throw new CommandError(56, 'An empty update path is not valid.');
  const parts = path.split('.');
  if (parts.includes(''))
    throw new CommandError(
      56,
      `The update path '${path}' contains an empty field name, which is not allowed.`,
    );
  for (const part of parts)
    if (
      part.startsWith('$') &&
      part !== '$' &&
      !/^\$\[.*\]$/.test(part) &&
      !['$ref', '$id', '$db'].includes(part)
    )
      throw new CommandError(
        52,
        `The dollar ($) prefixed field '${part}' in '${path}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
  if (parts[0]!.startsWith('$') && parts.length > 0 && /^\$(\[|$)/.test(parts[0]!))
    throw new CommandError(
      2,
      `Cannot have positional (i.e. '$') element in the first position in path '${path}'`,
    );
  return parts;
};

const conflict = (path: string, other: string) =>
  new CommandError(40, `Updating the path '${path}' would create a conflict at '${other}'`);

const rename = (from: string, to: Value): Updater => {
  if (typeof to !== 'string')
    throw new CommandError(2, `The 'to' field for $rename must be a string: ${from}: ${String(to)}`);
  if (from === to)
    throw new CommandError(2, `The source and target field for $rename must differ: ${from}: "${to}"`);
  const source = validatePath(from);
  const target = validatePath(to);
  if (/\$/.test(from)) throw new CommandError(2, `The source field for $rename may not be dynamic: ${from}`);
  if (/\$/.test(to)) throw new CommandError(2, `The destination field for $rename may not be dynamic: ${to}`);
  return (doc, { whole }) => {
    let moved: Value = missing;
    let holder: Value = doc;
    for (const part of source.slice(0, -1)) {
      if (Array.isArray(holder))
        throw new CommandError(
          2,
          `The source field cannot be an array element, '${from}' in doc has an array field`,
        );
      holder = isDoc(holder) ? getField(holder, part) : undefined;
    }
    if (!isDoc(holder) || !Object.hasOwn(holder, source.at(-1)!)) return;
    moved = holder[source.at(-1)!];
    removeField(holder, source.at(-1)!);
    put(doc, target, { onlyExisting: false, compute: () => moved });
    whole.add(to);
  };
};

/** Whether an array is another one with more at its end. */
const isGrown = (before: Value, after: Value): boolean =>
  Array.isArray(before) && Array.isArray(after) && before.every((item, at) => item === after[at]);

/** The order MongoDB applies changes in: by path, number-like parts by number. */
const byPath = (left: string, right: string): number => {
  const a = left.split('.');
  const b = right.split('.');
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] === b[i]) continue;
    const [x, y] = [arrayIndex(a[i]!), arrayIndex(b[i]!)];
    return x >= 0 && y >= 0 ? x - y : a[i]! < b[i]! ? -1 : 1;
  }
  return a.length - b.length;
};

/**
 * Makes an update with operators ready for use. Errors: 9 for an unknown operator or a wrong operand, 40 for two changes
 * of one path, 2, 28, 52, 56.
 */
export const compileUpdate = (update: Doc, context: UpdateContext): Updater => {
  const filters = compileFilters(context.arrayFilters, context);
  const used = new Set<string>();
  const steps: { path: string; apply: Updater }[] = [];
  const claim = (path: string) => {
    for (const { path: other } of steps)
      if (other === path || other.startsWith(`${path}.`) || path.startsWith(`${other}.`))
        throw conflict(path, other.length < path.length ? other : path);
  };
  const now = { date: new Date(), timestamp: new Timestamp({ t: Math.floor(Date.now() / 1000), i: 1 }) };
  for (const operator of keysOf(update)) {
    const changes = update[operator];
    if (!operator.startsWith('$') || (!makeChange.has(operator) && operator !== '$rename'))
      throw failedToParse(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isDoc(changes))
      throw failedToParse(
        `Modifiers operate on fields but we found type ${typeName(typeOf(changes))} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${String(changes)}}`,
      );
    for (const path of keysOf(changes)) {
      const parts = validatePath(path);
      for (const part of parts) {
        const named = /^\$\[(.+)\]$/.exec(part);
        if (!named) continue;
        if (!filters.has(named[1]!))
          throw new CommandError(2, `No array filter found for identifier '${named[1]}' in path '${path}'`);
        used.add(named[1]!);
      }
      claim(path);
      if (operator === '$rename') {
        const apply = rename(path, changes[path]);
        steps.push({ path, apply });
        claim(changes[path] as string);
        steps.push({ path: changes[path] as string, apply: () => {} });
        continue;
      }
      const change = makeChange.get(operator)!(changes[path], path, { ...context, now });
      const dynamic = parts.some((part) => part.startsWith('$'));
      steps.push({
        path,
        apply: (doc, occasion) => {
          if (operator === '$setOnInsert' && !occasion.inserting) return;
          for (const concrete of dynamic ? expand(doc, parts, filters, occasion) : [parts]) {
            let grew = false;
            const compute = (value: Value | typeof missing) => {
              const result = change.compute(value);
              grew = operator === '$push' && isGrown(value, result);
              return result;
            };
            put(doc, concrete, { onlyExisting: change.onlyExisting, compute });
            if (!grew) occasion.whole.add(concrete.join('.'));
          }
        },
      });
    }
  }
  for (const name of filters.keys())
    if (!used.has(name))
      throw failedToParse(
        `The array filter for identifier '${name}' was not used in the update ${JSON.stringify(update)}`,
      );
  steps.sort((a, b) => byPath(a.path, b.path));
  return (doc, occasion) => {
    for (const { apply } of steps) apply(doc, occasion);
  };
};
