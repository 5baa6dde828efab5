import { compare, equal, rankOf } from '../bson/compare.ts';
import { type Doc, isDoc, keysOf, toNumber, truthy, type Value } from '../bson/values.ts';
import { literalPrefix, regexParts } from '../query/regex.ts';
import { collationKey } from './collation-key.ts';
import type { IndexDefinition, IndexField } from './definition.ts';
import { encodeKey, encodeRank, encodeTextPrefix, successor } from './key.ts';

/** A half-open range of index keys. */
export interface Range {
  readonly low: Buffer;
  readonly high: Buffer;
  /** How many bytes all its keys begin with: those of the fields that have one value within it. Left out where there are none. */
  readonly fixed?: number;
}

/** What a filter demands of one field, as far as an index can use it. */
export interface Demand {
  /** Values that the field has to equal, one of them. */
  points?: Value[] | undefined;
  lower?: { value: Value; inclusive: boolean } | undefined;
  upper?: { value: Value; inclusive: boolean } | undefined;
  /** Texts that the field has to begin with; of an array, some element with each. */
  prefixes?: string[] | undefined;
  /** The filter says that the field exists and is not null. */
  present: boolean;
  /** Everything the filter says of this field is expressed here. */
  exact: boolean;
  /** The keys of the points, by the kind of index; each of a collection's indexes asks for them. */
  keys?: Map<string, readonly Buffer[]>;
}

const orderable = new Set([10, 15, 30, 35, 40, 45, 47]);
const isOperators = (value: Value): value is Doc =>
  isDoc(value) && keysOf(value)[0]?.startsWith('$') === true && keysOf(value)[0] !== '$ref';
const pointable = (value: Value): boolean =>
  value !== undefined &&
  !Array.isArray(value) &&
  !regexParts(value) &&
  !(typeof value === 'number' && Number.isNaN(value));

const demandOf = (demands: Map<string, Demand>, field: string): Demand => {
  let demand = demands.get(field);
  if (!demand) {
    demand = { present: false, exact: true };
    demands.set(field, demand);
  }
  return demand;
};

const addOperator = (demand: Demand, operator: string, operand: Value): void => {
  switch (operator) {
    case '$eq':
      if (!pointable(operand) || demand.points) break;
      demand.points = [operand];
      if (operand !== null) demand.present = true;
      return;
    case '$in':
      if (!Array.isArray(operand) || operand.length > 1000 || demand.points || !operand.every(pointable))
        break;
      demand.points = operand;
      if (operand.every((item) => item !== null)) demand.present = true;
      return;
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      if (!orderable.has(rankOf(operand)) || Number.isNaN(toNumber(operand))) break;
      const side = operator.startsWith('$g') ? 'lower' : 'upper';
      demand.present = true;
      if (demand[side]) break;
      demand[side] = { value: operand, inclusive: operator.endsWith('e') };
      return;
    }
    case '$exists':
      if (truthy(operand)) {
        demand.exact = false;
        return;
      }
      break;
    case '$regex': {
      const parts = regexParts(operand);
      const pattern = parts ? parts.pattern : String(operand);
      const prefix = literalPrefix(pattern, parts?.options ?? '');
      demand.present = true;
      if (prefix) demand.prefixes = [...(demand.prefixes ?? []), prefix];
      if (prefix === undefined || pattern !== `^${prefix}`) demand.exact = false;
      return;
    }
    default:
      break;
  }
  demand.exact = false;
};

/**
 * What the filter demands of each field; `complete` when nothing else is said. Clauses that an index cannot use (such as
 * `$or`) only make it incomplete: the filter itself is applied to whatever an index finds.
 */
export const demandsOf = (filter: Doc): { demands: Map<string, Demand>; complete: boolean } => {
  const demands = new Map<string, Demand>();
  let complete = true;
  const collect = (clause: Doc): void => {
    for (const key of keysOf(clause)) {
      const operand = clause[key];
      if (key === '$and' && Array.isArray(operand)) for (const inner of operand) collect(inner as Doc);
      else if (key === '$comment') continue;
      else if (key.startsWith('$')) complete = false;
      else {
        const demand = demandOf(demands, key);
        if (regexParts(operand)) addOperator(demand, '$regex', operand);
        else if (isOperators(operand)) {
          const flags = Object.hasOwn(operand, '$options') && operand.$options !== '';
          for (const operator of keysOf(operand)) {
            if (operator === '$regex' && flags) demand.exact = false;
            else if (operator !== '$options') addOperator(demand, operator, operand[operator]);
          }
        } else addOperator(demand, '$eq', operand);
      }
    }
  };
  collect(filter);
  for (const demand of demands.values()) if (!demand.exact) complete = false;
  return { demands, complete };
};

/** Whether a filter can only match documents that a partial index holds. */
export const implies = (filter: Doc, condition: Doc): boolean => {
  const { demands } = demandsOf(filter);
  return keysOf(condition).every((field) => {
    const wanted = condition[field];
    if (equal(filter[field], wanted)) return true;
    if (field === '$and' && Array.isArray(wanted))
      return wanted.every((inner) => implies(filter, inner as Doc));
    if (field.startsWith('$')) return false;
    const demand = demands.get(field);
    if (!demand) return false;
    const operators = isOperators(wanted) ? wanted : { $eq: wanted };
    return keysOf(operators).every((operator) => {
      const operand = operators[operator];
      switch (operator) {
        case '$exists':
          return truthy(operand) && demand.present;
        case '$eq':
          return demand.points?.every((point) => equal(point, operand)) === true;
        case '$gt':
        case '$gte': {
          const bound = (value: Value, inclusive: boolean) => {
            if (rankOf(value) !== rankOf(operand)) return false;
            const order = compare(value, operand);
            return order > 0 || (order === 0 && (operator === '$gte' || !inclusive));
          };
          if (demand.points) return demand.points.every((point) => bound(point, true));
          return demand.lower !== undefined && bound(demand.lower.value, demand.lower.inclusive);
        }
        case '$lt':
        case '$lte': {
          const bound = (value: Value, inclusive: boolean) => {
            if (rankOf(value) !== rankOf(operand)) return false;
            const order = compare(value, operand);
            return order < 0 || (order === 0 && (operator === '$lte' || !inclusive));
          };
          if (demand.points) return demand.points.every((point) => bound(point, true));
          return demand.upper !== undefined && bound(demand.upper.value, demand.upper.inclusive);
        }
        default:
          return false;
      }
    });
  });
};

const everything = { low: Buffer.alloc(0), high: Buffer.from([0xff]) };
const after = (prefix: Buffer): Buffer => successor(prefix) ?? everything.high;
const startingWith = (prefix: Buffer): Range => ({ low: prefix, high: after(prefix) });

/** The range of one field's own bytes that a demand with a bound leaves. */
const fieldRange = (demand: Demand, field: IndexField, array: boolean): Range => {
  const { direction } = field;
  let { lower, upper } = demand;
  // Of an array, one element may satisfy one bound and another element the other.
  if (array && lower && upper) upper = undefined;
  const some = (lower ?? upper)!;
  if (lower && upper && rankOf(lower.value) !== rankOf(upper.value))
    return { low: everything.high, high: everything.high };
  // NaN stands before all numbers, and no bound includes it.
  if (!lower && rankOf(some.value) === 10) lower = { value: Number.NEGATIVE_INFINITY, inclusive: true };
  const whole = startingWith(encodeRank(rankOf(some.value), direction));
  const edge = (bound: { value: Value; inclusive: boolean }, below: boolean) => {
    const key = encodeKey([bound.value], [direction]);
    return bound.inclusive === below ? key : after(key);
  };
  const first = direction > 0 ? lower : upper;
  const last = direction > 0 ? upper : lower;
  return { low: first ? edge(first, true) : whole.low, high: last ? edge(last, false) : whole.high };
};

/** The keys of a demand's points in their order, each once. */
const pointKeys = (demand: Demand, direction: 1 | -1, collated: boolean): readonly Buffer[] => {
  demand.keys ??= new Map();
  const kind = `${direction} ${collated}`;
  let keys = demand.keys.get(kind);
  if (!keys) {
    const all = demand.points!.map((value) =>
      encodeKey([collated ? collationKey(value) : value], [direction]),
    );
    all.sort(Buffer.compare);
    keys = all.filter((key, at) => at === 0 || !key.equals(all[at - 1]!));
    demand.keys.set(kind, keys);
  }
  return keys;
};

/** How a filter restricts an index. */
export interface Bounds {
  /** Leading fields that have to equal a value. */
  readonly points: number;
  /** Leading fields with exactly one value: the order of the following fields is kept within. */
  readonly single: number;
  readonly ranged: boolean;
  /** How many ranges there are. */
  readonly count: number;
  /** The fields whose demands are fully expressed by the ranges. */
  readonly expressed: ReadonlySet<string>;
  /** The ranges themselves: made for the index that is chosen, not for all that could be. */
  ranges(): Ranges;
}

export interface Ranges {
  readonly ranges: readonly Range[];
  /** Further ranges of one text prefix each: what the filter matches has an entry in every one of them as well. */
  readonly also: readonly Range[];
}

/** The most ranges that several values of several fields may come to. */
const mostRanges = 1000;

/** The ranges of an index in which everything lies that a filter can match. */
export const boundsOf = (
  index: IndexDefinition & { multikey: number },
  demands: ReadonlyMap<string, Demand>,
): Bounds => {
  const keys: (readonly Buffer[])[] = [];
  let count = 1;
  let single = 0;
  const expressed = new Set<string>();
  const restricted = (last?: (prefixes: readonly Buffer[]) => Ranges): Bounds => ({
    points: keys.length,
    single,
    ranged: last !== undefined,
    count,
    expressed,
    ranges() {
      const prefixes = keys.reduce<readonly Buffer[]>(
        (all, next) => all.flatMap((prefix) => next.map((key) => Buffer.concat([prefix, key]))),
        [Buffer.alloc(0)],
      );
      if (last) return last(prefixes);
      if (keys.length === 0) return { ranges: [everything], also: [] };
      return {
        ranges: prefixes.map((prefix) => ({ ...startingWith(prefix), fixed: prefix.length })),
        also: [],
      };
    },
  });
  for (const [position, field] of index.fields.entries()) {
    const demand = demands.get(field.path);
    if (!demand) break;
    const array = (index.multikey & (1 << position)) !== 0;
    const sharesRoot =
      index.multikey !== 0 &&
      index.fields.slice(0, position).some((other) => other.parts[0] === field.parts[0]);
    if (sharesRoot) break;
    // A missing field inside an array has no entry of its own, so null is looked for among all.
    const usable = demand.points && !(array && demand.points.includes(null));
    if (usable) {
      const next = pointKeys(demand, field.direction, index.collation !== undefined);
      if (count * next.length > mostRanges) break;
      keys.push(next);
      count *= next.length;
      if (next.length === 1 && single === position) single++;
      if (!demand.lower && !demand.upper && !demand.prefixes && !index.collation) expressed.add(field.path);
      continue;
    }
    if (demand.prefixes && !index.collation) {
      const [first, ...others] = demand.prefixes as [string, ...string[]];
      // Several points before would need each prefix within the same point.
      const all = count === 1 || others.length === 0;
      if (!demand.lower && !demand.upper && all) expressed.add(field.path);
      const of = (prefixes: readonly Buffer[], text: string) =>
        within(prefixes, startingWith(encodeTextPrefix(text, field.direction)));
      return restricted((prefixes) => ({
        ranges: of(prefixes, first),
        also: all ? others.flatMap((text) => of(prefixes, text)) : [],
      }));
    }
    const texts = [demand.lower, demand.upper].some((bound) => bound && rankOf(bound.value) === 15);
    if (index.collation && (demand.prefixes || texts)) break;
    if (!demand.lower && !demand.upper) break;
    if (!(array && demand.lower && demand.upper)) expressed.add(field.path);
    return restricted((prefixes) => ({
      ranges: within(prefixes, fieldRange(demand, field, array)),
      also: [],
    }));
  }
  return restricted();
};

/** The range of one field behind each of several beginnings. */
const within = (prefixes: readonly Buffer[], range: Range): Range[] =>
  prefixes.map((prefix) => ({
    low: Buffer.concat([prefix, range.low]),
    high: Buffer.concat([prefix, range.high]),
    fixed: prefix.length,
  }));
