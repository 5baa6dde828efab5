import { Binary } from 'bson';
import { RawDocument } from '../bson/encode.ts';
import type { Doc } from '../bson/values.ts';
import { type Collection, namespaceOf } from '../storage/catalog.ts';
import type { Change } from '../storage/change-log.ts';
import { operatorDiff, pipelineDiff } from './diff.ts';

/** What happened, as it stands in an entry of its own and in one that holds several. */
export type Operation = Doc & { op: 'i' | 'u' | 'd' | 'c' | 'n'; ns: string; o: Doc | RawDocument };

export const uuidOf = (collection: { uuid: Buffer }): Binary =>
  new Binary(collection.uuid, Binary.SUBTYPE_UUID);

const updateOf = ({ before, after, form }: Change & { op: 'u' }): Doc | RawDocument => {
  if (form.kind === 'replacement') return new RawDocument(after);
  const diff =
    form.kind === 'operators' ? operatorDiff(before, after, form.whole) : pipelineDiff(before, after);
  return diff ? { $v: 2, diff: new RawDocument(diff) } : new RawDocument(after);
};

/** The entry of one document's change. */
export const operationOf = (change: Change): Operation => {
  const { op, collection, id } = change;
  const about = { op, ns: namespaceOf(collection), ui: uuidOf(collection) };
  if (op === 'd') return { ...about, o: { _id: id } };
  return { ...about, o: op === 'i' ? new RawDocument(change.bytes) : updateOf(change), o2: { _id: id } };
};

/** The entry of a command about a collection, or about its database. */
export const commandOf = (db: string, collection: Collection | undefined, o: Doc, o2?: Doc): Operation => ({
  op: 'c',
  ns: `${db}.$cmd`,
  ...(collection ? { ui: uuidOf(collection) } : {}),
  o,
  ...(o2 ? { o2 } : {}),
});
