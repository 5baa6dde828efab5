import { compare, compareText } from '../bson/compare.ts';
import { decodeDocument, decodeFields } from '../bson/decode.ts';
import { encodeForStorage } from '../bson/encode.ts';
import { type Doc, getField, type Value } from '../bson/values.ts';
import { CommandError } from '../errors.ts';
import { entriesOf } from '../indexes/entries.ts';
import { makePlans, type Plan, type Query, type Range } from '../indexes/plan.ts';
import { type SortField, sortItems } from '../query/sort.ts';
import { type Collection, type Index, namespaceOf } from './catalog.ts';
import type { UpdateForm } from './change-log.ts';
import type { Connection } from './connection.ts';
import { scanMerged } from './merged.ts';
import { type Named, namedBy } from './narrow.ts';
import { countEntries, getRecords, type StoredRecord, scanAmong, scanIndex, scanRecords } from './records.ts';

/**
 * What an operation sees of the data and how it changes it: the latest state, or the snapshot and own writes of a
 * transaction. Errors of changes: 11000, 112, 10334, 171.
 */
export interface View {
  readonly connection: Connection;
  readonly usable: (index: Index) => boolean;
  /** Whether the collection's tables exist for this view: a snapshot does not have those made later. */
  holds(collection: Collection): boolean;
  /** Replaces stored records by this view's own ones, and adds those it has made. */
  overlay(collection: Collection, records: Iterable<StoredRecord>): Iterable<StoredRecord>;
  /** Whether this view holds changes of its own to the collection, so that indexes alone do not tell all. */
  changed(collection: Collection): boolean;
  insert(collection: Collection, doc: Doc): void;
  update(collection: Collection, record: StoredRecord, doc: Doc, form: UpdateForm): void;
  remove(collection: Collection, record: StoredRecord): void;
  /** The number of documents, without reading them. */
  count(collection: Collection): number;
}

/** A record that was found, with its document once somebody asked for it. */
export class Found implements StoredRecord {
  readonly rid: number;
  #bytes: Buffer;
  #doc: Doc | undefined;
  constructor(record: StoredRecord) {
    this.rid = record.rid;
    this.#bytes = record.bytes;
  }
  get bytes(): Buffer {
    return this.#bytes;
  }
  /** Takes the bytes out of the larger piece that they were read in. */
  separate(): void {
    if (this.#bytes.length < this.#bytes.buffer.byteLength) this.#bytes = Buffer.from(this.#bytes);
  }
  get doc(): Doc {
    this.#doc ??= decodeDocument(this.bytes);
    return this.#doc;
  }
}

function* scanPlan(
  view: View,
  collection: Collection,
  plan: Plan,
  wanted: number | undefined,
): Generator<StoredRecord> {
  const { connection } = view;
  if (!view.holds(collection)) return;
  const { index, ranges, reverse } = plan;
  if (index && plan.merged) yield* scanMerged(connection, collection, index, ranges, reverse, wanted);
  else if (index) yield* scanIndex(connection, collection, index, ranges, reverse, wanted);
  else yield* scanRecords(connection, collection, plan.reverse, wanted, plan.records);
}

function* matching(
  view: View,
  collection: Collection,
  plans: readonly Plan[],
  wanted: number | undefined,
): Generator<Found> {
  const seen = plans.length > 1 ? new Set<number>() : undefined;
  function* candidates() {
    for (const plan of plans) yield* scanPlan(view, collection, plan, wanted);
  }
  const source = view.changed(collection) ? view.overlay(collection, candidates()) : candidates();
  const { test, fields } = plans[0]!.matcher;
  const skipTest =
    plans.length === 1 && plans[0]!.exact && plans[0]!.also.length === 0 && !view.changed(collection);
  for (const record of source) {
    if (seen?.has(record.rid)) continue;
    seen?.add(record.rid);
    const found = new Found(record);
    if (!skipTest && !test(fields && fields.size < 6 ? decodeFields(record.bytes, fields) : found.doc))
      continue;
    // A few that are all wanted go on together; of many, one must not keep those that it was read with.
    if (!skipTest || wanted === undefined) found.separate();
    yield found;
  }
}

/** How a query is going to be read. */
export const plansFor = (view: View, collection: Collection, query: Query): Plan[] => {
  const plans = makePlans(collection, query, view.usable);
  if (query.limit === undefined || plans.length > 1) return plans;
  const [plan] = plans as [Plan];
  return [query.sort?.length ? fewest(view, collection, plan) : soonest(plan)];
};

/** The plan that names few documents, which are soon read and sorted, rather than the one that is in order. */
const fewest = (view: View, collection: Collection, plan: Plan): Plan => {
  const { finer, narrower } = plan;
  if (!finer || narrower || !view.holds(collection)) return plan;
  const most = worthOrdering + 1;
  return countEntries(view.connection, collection, finer.index!, finer.ranges, most) < most ? finer : plan;
};

/** A few documents are wanted, whichever they are: where they are those with one text prefix, the first ones do. */
const soonest = (plan: Plan): Plan => {
  const { narrower } = plan;
  return narrower?.exact && narrower.ranges.length === 1 && narrower.also.length === 0 ? narrower : plan;
};

/** More records than this are not read only to be sorted when an index has them in order. */
const worthOrdering = 200;

/** The records that the text prefixes of a query leave, when an index says so cheaply. */
export const narrowed = (
  view: View,
  collection: Collection,
  plans: readonly Plan[],
  wanted?: number,
): Named | undefined => {
  const narrower = plans.length === 1 ? plans[0]!.narrower : undefined;
  if (!narrower || view.changed(collection) || !view.holds(collection)) return undefined;
  return namedBy(view.connection, narrower, Math.max(1000, collection.count >> 3), wanted);
};

/** Whether named records are read in the order of the plan's index, rather than all read and sorted. */
export const inOrder = ({ rids }: Named, plan: Plan, query: Query): boolean =>
  rids.length > worthOrdering &&
  query.limit !== undefined &&
  (query.sort?.length ?? 0) > 0 &&
  plan.index !== undefined &&
  plan.sorted &&
  plan.ranges.length === 1;

function* findNamed(
  view: View,
  collection: Collection,
  plan: Plan,
  named: Named,
  query: Query,
): Generator<Found> {
  const { connection } = view;
  const { test, fields } = plan.matcher;
  function* among(records: Iterable<StoredRecord>) {
    for (const record of records) {
      const found = new Found(record);
      found.separate();
      if (named.certain || test(fields ? decodeFields(record.bytes, fields) : found.doc)) yield found;
    }
  }
  if (inOrder(named, plan, query)) {
    const ranges = plan.ranges as readonly [Range];
    yield* among(scanAmong(connection, collection, plan.index!, ranges, plan.reverse, new Set(named.rids)));
    return;
  }
  const sort = query.sort ?? [];
  if (sort.length === 0) yield* among(getRecords(connection, collection, named.rids));
  else yield* sorted(among(getRecords(connection, collection, named.rids)), sort, query);
}

const sorted = (found: Iterable<Found>, sort: readonly SortField[], query: Query): Found[] => {
  const fields = new Set(sort.map((field) => field.parts[0]!));
  return sortItems(
    found,
    ({ bytes }) => decodeFields(bytes, fields),
    sort,
    query.collation?.order,
    query.limit,
  );
};

/** The documents a query matches, in the order of its sort, lazily where the order allows. */
export function* findRecords(view: View, collection: Collection, query: Query): Generator<Found> {
  const plans = plansFor(view, collection, query);
  const named = narrowed(view, collection, plans, query.sort?.length ? undefined : query.limit);
  if (named) return yield* findNamed(view, collection, plans[0]!, named, query);
  const sort = query.sort ?? [];
  const ordered =
    sort.length === 0 ||
    sort[0]!.path === '$natural' ||
    (plans.every((plan) => plan.sorted) && !view.changed(collection));
  if (ordered) return yield* matching(view, collection, plans, query.limit);
  yield* sorted(matching(view, collection, plans, undefined), sort, query);
}

/** How many documents a query matches, counted up to a limit. Entries are counted instead of documents where they tell. */
export const countRecords = (
  view: View,
  collection: Collection,
  query: Query,
  limit = Number.POSITIVE_INFINITY,
): number => {
  const plans = plansFor(view, collection, query);
  const [plan] = plans as [Plan];
  const named = narrowed(view, collection, plans);
  if (named?.certain) return Math.min(limit, named.rids.length);
  if (named) return counted(findNamed(view, collection, plan, named, { ...query, sort: undefined }), limit);
  const certain = plan.exact && plan.also.length === 0;
  if (plans.length === 1 && certain && !view.changed(collection) && view.holds(collection)) {
    if (plan.index) return countEntries(view.connection, collection, plan.index, plan.ranges, limit);
    return Math.min(limit, view.count(collection));
  }
  return counted(matching(view, collection, plans, undefined), limit);
};

const counted = (found: Iterable<Found>, limit: number): number => {
  let total = 0;
  for (const _found of found) if (++total >= limit) break;
  return total;
};

/** The bytes and index keys of a document that is to be stored. */
export const prepared = (collection: Collection, doc: Doc) => ({
  bytes: encodeForStorage(doc),
  keys: collection.indexes.map((index) => ({ index, entries: entriesOf(index, doc) })),
});

/** 11000, as MongoDB words it. */
export const duplicateKey = (
  collection: Collection,
  index: Index,
  values: readonly Value[],
): CommandError => {
  const keyValue: Doc = {};
  index.fields.forEach((field, i) => {
    keyValue[field.path] = values[i] === undefined ? null : values[i];
  });
  const shown = Object.entries(keyValue).map(([key, value]) => `${key}: ${inspect(value)}`);
  return new CommandError(
    11000,
    `E11000 duplicate key error collection: ${namespaceOf(collection)} index: ${index.name} dup key: { ${shown.join(', ')} }`,
    { extra: { keyPattern: index.spec.key, keyValue } },
  );
};

const inspect = (value: Value): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  const kind = (value as { _bsontype?: string } | null)?._bsontype;
  if (kind === 'ObjectId') return `ObjectId('${String(value)}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  return kind ? String(value) : JSON.stringify(value);
};

/** Whether two documents with one key in a unique index really hold equal values; only collations can say no. */
export const sameUnder = (index: Index, left: Doc, right: Doc): boolean => {
  if (!index.collation) return true;
  const order = index.collation.order ?? compareText;
  return index.fields.every((field) => {
    const [a, b] = [left, right].map((doc) =>
      field.parts.reduce<Value>((value, part) => getField((value ?? {}) as Doc, part), doc),
    );
    return Array.isArray(a) || Array.isArray(b) || compare(a ?? null, b ?? null, order) === 0;
  });
};
