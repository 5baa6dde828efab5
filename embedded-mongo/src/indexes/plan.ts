import { compareText } from '../bson/compare.ts';
import { type Doc, isDoc, keysOf, toNumber, type Value } from '../bson/values.ts';
import { numbersBetween } from '../clock.ts';
import { badValue } from '../errors.ts';
import { type Collation, sameCollation } from '../query/collation.ts';
import { compileMatch, type Matcher } from '../query/match.ts';
import type { SortField } from '../query/sort.ts';
import type { Collection, Index } from '../storage/catalog.ts';
import { type Bounds, boundsOf, type Demand, demandsOf, implies, type Range } from './bounds.ts';

export type { Range } from './bounds.ts';

/** What a command wants to read. */
export interface Query {
  readonly filter: Doc;
  readonly sort?: readonly SortField[] | undefined;
  readonly limit?: number | undefined;
  readonly hint?: Value;
  readonly collation?: Collation | undefined;
  readonly variables?: Readonly<Record<string, Value>> | undefined;
}

/** How it is read. The matcher is applied to every document unless `exact`. */
export interface Plan {
  readonly index: Index | undefined;
  readonly ranges: readonly Range[];
  /** The ranges are read side by side, in the order of what follows their fixed bytes, which is that of the sort. */
  readonly merged?: boolean;
  readonly reverse: boolean;
  /** Without an index: only the records whose numbers lie between these, both included. */
  readonly records?: { readonly from: number; readonly to: number } | undefined;
  /** Ranges of which each has an entry of every match as well: what several text prefixes demand of one array. */
  readonly also: readonly Range[];
  /** Another plan that may restrict far more, by text prefixes: how much is only known by asking the index. */
  readonly narrower?: Plan | undefined;
  /** One that fixes more fields but is not in the order that is asked for: better where it names few documents. */
  readonly finer?: Plan | undefined;
  /** Documents come in the order of the sort already. */
  readonly sorted: boolean;
  /** Every entry in the ranges is a match and every match is one entry: counting needs no documents. */
  readonly exact: boolean;
  readonly matcher: Matcher;
}

const scan = (matcher: Matcher, complete: boolean, sort: readonly SortField[], reverse = false): Plan => ({
  index: undefined,
  ranges: [],
  also: [],
  reverse,
  sorted: sort.length === 0,
  exact: complete,
  matcher,
});

/** More ranges than this are not read side by side: each time some of every one are looked at, whichever come first. */
const mostMerged = 32;

/**
 * Whether reading an index forwards (1) or backwards (-1) gives the order of a sort; 0 when neither does. Several ranges, of a field that
 * may have one of several values, do where they are merged.
 */
const sortDirection = (index: Index, bounds: Bounds, query: Query): 1 | -1 | 0 => {
  const { sort = [], limit } = query;
  const several = bounds.count > 1;
  if (index.collation || (several && (limit === undefined || bounds.count > mostMerged))) return 0;
  // An array is sorted by its least or greatest value, whichever of its entries a range finds.
  const inArray = (at: number) => (index.multikey & (1 << at)) !== 0;
  const isFixed = (path: string) => {
    for (let at = 0; at < bounds.single; at++)
      if (index.fields[at]!.path === path && !inArray(at)) return true;
    return false;
  };
  let at = 0;
  let direction: 1 | -1 | 0 = 0;
  for (const field of sort) {
    if (isFixed(field.path)) continue;
    while (at < bounds.points && index.fields[at]?.path !== field.path) at++;
    const own = index.fields[at];
    if (own?.path !== field.path || inArray(at) || (several && at < bounds.points)) return 0;
    at++;
    const here = own.direction === field.direction ? 1 : -1;
    if (direction !== 0 && direction !== here) return 0;
    direction = here;
  }
  return direction || 1;
};

const usable = (
  index: Index,
  query: Query,
  demands: ReadonlyMap<string, Demand>,
  bounds: Bounds,
): boolean => {
  if (index.partialFilter && !implies(query.filter, index.partialFilter)) return false;
  // A sparse index lacks documents that have none of its fields.
  if (index.sparse && !index.fields.some((field) => demands.get(field.path)?.present)) return false;
  return bounds.points > 0 || bounds.ranged || index.fields.length > 0;
};

/** Whether texts among the demands forbid an index whose collation is another than the query's. */
const collationFits = (index: Index, query: Query, demands: ReadonlyMap<string, Demand>): boolean => {
  if (sameCollation(index.collation, query.collation)) return true;
  const safe = (value: Value): boolean => typeof value !== 'string' && !isDoc(value) && !Array.isArray(value);
  return index.fields.every((field) => {
    const demand = demands.get(field.path);
    return (
      demand !== undefined &&
      !demand.prefixes &&
      (demand.points ?? [demand.lower?.value, demand.upper?.value]).every(safe)
    );
  });
};

const hinted = (collection: Collection, hint: Value): Index | 'natural' | 'reverse' | undefined => {
  if (hint === undefined || hint === null || hint === '') return undefined;
  if (isDoc(hint) && keysOf(hint).length === 0) return undefined;
  if (isDoc(hint) && '$natural' in hint) return toNumber(hint.$natural)! < 0 ? 'reverse' : 'natural';
  const found = collection.indexes.find((index) => {
    if (typeof hint === 'string') return index.name === hint;
    if (!isDoc(hint)) throw badValue('hint must be an index name or key pattern');
    const key = index.spec.key as Doc;
    const names = keysOf(key);
    return (
      names.length === keysOf(hint).length &&
      keysOf(hint).every(
        (name, i) =>
          name === names[i] && (toNumber(hint[name]) ?? hint[name]) === (toNumber(key[name]) ?? key[name]),
      )
    );
  });
  if (!found || found.hidden)
    throw badValue(
      'error processing query: planner returned error: hint provided does not correspond to an existing index',
    );
  return found;
};

/** What the one document of a unique key is worth: more than anything else. */
const uniqueHit = 1000;

const score = (bounds: Bounds, sorted: boolean, query: Query, index: Index): number => {
  const one = index.unique && bounds.points === index.fields.length ? uniqueHit : 0;
  const sort = sorted && (query.sort?.length ?? 0) > 0 ? (query.limit ? 25 : 15) : 0;
  return one + bounds.points * 20 + (bounds.ranged ? 10 : 0) + sort;
};

/** Chooses how to read: the index that restricts most, with a bonus for one that saves the sort. */
export const makePlan = (
  collection: Collection,
  query: Query,
  isUsable: (index: Index) => boolean = () => true,
): Plan => {
  const matcher = compileMatch(query.filter, {
    text: query.collation?.order ?? compareText,
    variables: query.variables,
  });
  const sort = query.sort ?? [];
  const natural = sort.length === 1 && sort[0]!.path === '$natural' ? sort[0]! : undefined;
  const { demands, complete } = demandsOf(query.filter);
  const hint = hinted(collection, query.hint);
  const everything = complete && demands.size === 0;
  if (collection.oplog) {
    // Its records are in the order of their times, and numbered by them.
    const ordered = natural ?? (sort.length === 1 && sort[0]!.path === 'ts' ? sort[0] : undefined);
    const plan = scan(matcher, everything, ordered ? [] : sort, (ordered?.direction ?? 1) < 0);
    const { points, lower, upper } = demands.get('ts') ?? {};
    const point = points?.length === 1 ? points[0] : undefined;
    return { ...plan, records: numbersBetween(point ?? lower?.value, point ?? upper?.value) };
  }
  if (natural || hint === 'natural' || hint === 'reverse') {
    const reverse = natural ? natural.direction < 0 : hint === 'reverse';
    return scan(matcher, everything, natural ? [] : sort, reverse);
  }
  const prefixed = [...demands.values()].some((demand) => demand.prefixes);
  const directionOf = (index: Index, bounds: Bounds) =>
    // What a text prefix leaves is put in the order of one range, or sorted.
    prefixed && bounds.count > 1 ? 0 : sortDirection(index, bounds, query);
  const planWith = ({ index, bounds, direction }: Option): Plan => {
    const covered =
      !index.sparse && !index.partialFilter && complete && demands.size === bounds.expressed.size;
    return {
      index,
      ...bounds.ranges(),
      merged: bounds.count > 1 && sort.length > 0 && direction !== 0,
      reverse: direction < 0,
      sorted: sort.length === 0 || direction !== 0,
      exact: covered,
      matcher,
    };
  };
  if (hint) {
    const bounds = boundsOf(hint, collationFits(hint, query, demands) ? demands : new Map());
    return planWith({ index: hint, bounds, direction: directionOf(hint, bounds) });
  }
  let best: (Option & { points: number }) | undefined;
  let narrower: (Option & { points: number }) | undefined;
  let finest: Option | undefined;
  for (const index of collection.indexes) {
    if (index.hidden || !isUsable(index)) continue;
    if (!collationFits(index, query, demands)) continue;
    const bounds = boundsOf(index, demands);
    if (!usable(index, query, demands, bounds)) continue;
    const direction = directionOf(index, bounds);
    const option = { index, bounds, direction };
    const points = score(bounds, sort.length === 0 || direction !== 0, query, index);
    if (points > 0 && (!best || points > best.points)) best = { ...option, points };
    if (!finest || bounds.points > finest.bounds.points) finest = option;
    const byPrefix =
      prefixed && index.fields[bounds.points] && demands.get(index.fields[bounds.points]!.path)?.prefixes;
    if (byPrefix && bounds.ranged && (!narrower || points > narrower.points))
      narrower = { ...option, points };
  }
  if (!best) return scan(matcher, everything, sort);
  const plan = planWith(best);
  if (best.points >= uniqueHit) return plan;
  const finer = plan.sorted && finest!.bounds.points > best.bounds.points && planWith(finest!);
  return { ...plan, ...(narrower && { narrower: planWith(narrower) }), ...(finer && { finer }) };
};

/** One way to read: an index, within bounds, in the order of the sort (1), the opposite (-1) or another (0). */
interface Option {
  readonly index: Index;
  readonly bounds: Bounds;
  readonly direction: 1 | -1 | 0;
}

/** The same for a query that may be a union: `{$or: […]}` whose every branch has its own index. */
export const makePlans = (
  collection: Collection,
  query: Query,
  isUsable?: (index: Index) => boolean,
): Plan[] => {
  const single = makePlan(collection, query, isUsable);
  const branches = query.filter.$or;
  if (single.index || query.hint || !Array.isArray(branches) || branches.length > 50) return [single];
  const plans = branches.map((branch) =>
    makePlan(collection, { ...query, filter: branch as Doc, sort: undefined }, isUsable),
  );
  const sort = query.sort ?? [];
  return plans.every((plan) => plan.index)
    ? plans.map((plan) => ({ ...plan, matcher: single.matcher, exact: false, sorted: sort.length === 0 }))
    : [single];
};
