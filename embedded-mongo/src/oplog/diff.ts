import { BsonType, documentOf, type Element, element, elementsOf, int32, same } from './elements.ts';

/** How a diff is made. */
interface Rules {
  /** Paths that are told as a whole, however little of them changed. */
  readonly whole: ReadonlySet<string>;
  /** A diff that would not be smaller than what it leads to is given up for it. */
  readonly smaller: boolean;
}

/** The parts of a diff that are written, and MongoDB's estimate of its size, by which it decides what is worth it. */
interface Diff {
  readonly bytes: Buffer;
  readonly size: number;
}

/** Room that MongoDB counts for what stands around the diff in an entry. */
const padding = 15;
/** MongoDB's estimate of the name and the frame of one of the sections d, u and i. */
const section = 8;

const isNested = (type: number): boolean => type === BsonType.document || type === BsonType.array;

const nested = (before: Element, after: Element, path: string, rules: Rules): Diff | undefined => {
  if (before.type !== after.type || !isNested(after.type) || rules.whole.has(path)) return undefined;
  return after.type === BsonType.document
    ? ofDocuments(before.value, after.value, `${path}.`, rules, 0)
    : ofArrays(before.value, after.value, `${path}.`, rules);
};

const ofArrays = (before: Buffer, after: Buffer, prefix: string, rules: Rules): Diff | undefined => {
  const [old, fresh] = [elementsOf(before), elementsOf(after)];
  const parts = [element(BsonType.bool, 'a', Buffer.of(1))];
  let size = 9;
  if (old.length > fresh.length) {
    parts.push(element(BsonType.int32, 'l', int32(fresh.length)));
    size += 7;
  }
  for (const [at, item] of fresh.entries()) {
    const was = old[at];
    if (was && same(was, item)) continue;
    const inner = was && nested(was, item, `${prefix}${at}`, rules);
    const digits = String(at);
    size += digits.length + 3 + (inner?.size ?? item.value.length);
    parts.push(
      inner
        ? element(BsonType.document, `s${digits}`, inner.bytes)
        : element(item.type, `u${digits}`, item.value),
    );
  }
  return rules.smaller && after.length <= size ? undefined : { bytes: documentOf(parts), size };
};

const ofDocuments = (
  before: Buffer,
  after: Buffer,
  prefix: string,
  rules: Rules,
  around: number,
): Diff | undefined => {
  const [old, fresh] = [elementsOf(before), elementsOf(after)];
  const removed = new Map<string, Buffer>();
  const updated: Buffer[] = [];
  const inserted: Buffer[] = [];
  const inside: Buffer[] = [];
  let size = around + 5;
  let at = 0;
  // Fields keep their order: what does not stand where it stood is removed, and inserted at the end.
  for (const was of old) {
    const now = fresh[at];
    if (!now?.name.equals(was.name)) {
      removed.set(was.name.toString('latin1'), was.name);
      continue;
    }
    at++;
    if (same(was, now)) continue;
    const inner = nested(was, now, `${prefix}${now.name}`, rules);
    if (inner) {
      inside.push(element(BsonType.document, Buffer.concat([Buffer.from('s'), now.name]), inner.bytes));
      size += now.name.length + 3 + inner.size;
      continue;
    }
    if (updated.length === 0) size += section;
    updated.push(element(now.type, now.name, now.value));
    size += now.name.length + 2 + now.value.length;
  }
  for (const now of fresh.slice(at)) {
    if (inserted.length === 0) size += section;
    inserted.push(element(now.type, now.name, now.value));
    size += now.name.length + 2 + now.value.length;
    removed.delete(now.name.toString('latin1'));
  }
  const deleted = [...removed.values()].map((name) => element(BsonType.bool, name, Buffer.of(0)));
  if (deleted.length > 0) size += section;
  for (const name of removed.values()) size += name.length + 3;
  if (rules.smaller && after.length <= size) return undefined;
  const parts: Buffer[] = [];
  for (const [name, fields] of [
    ['d', deleted],
    ['u', updated],
    ['i', inserted],
  ] as const)
    if (fields.length > 0) parts.push(element(BsonType.document, name, documentOf(fields)));
  return { bytes: documentOf([...parts, ...inside]), size };
};

/** What an update with operators changed, as MongoDB's diff of version 2: never given up for the whole document. */
export const operatorDiff = (before: Buffer, after: Buffer, whole: ReadonlySet<string>): Buffer =>
  ofDocuments(before, after, '', { whole, smaller: false }, 0)!.bytes;

/** What a pipeline changed, or undefined where the whole document is not larger than the diff. */
export const pipelineDiff = (before: Buffer, after: Buffer): Buffer | undefined =>
  ofDocuments(before, after, '', { whole: new Set(), smaller: true }, padding)?.bytes;
