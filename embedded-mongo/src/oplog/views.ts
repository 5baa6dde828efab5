import { createHash } from 'node:crypto';
import { Binary } from 'bson';
import { encode, RawDocument } from '../bson/encode.ts';
import type { Doc } from '../bson/values.ts';
import { type Collection, namespaceOf } from '../storage/catalog.ts';
import type { Operation } from './operation.ts';

/** Where MongoDB keeps a database's views: as documents of this collection, which this server has only in its oplog. */
export const viewsCollection = 'system.views';

/** The UUID of a database's collection of views, the same every time. */
const viewsId = (db: string): Binary =>
  new Binary(
    createHash('sha256').update(`${db}.${viewsCollection}`).digest().subarray(0, 16),
    Binary.SUBTYPE_UUID,
  );

const about = (view: Collection) => ({ ns: `${view.db}.${viewsCollection}`, ui: viewsId(view.db) });

const definition = (view: Collection): RawDocument => {
  const { viewOn, pipeline, collation } = view.options;
  const doc: Doc = { _id: namespaceOf(view), viewOn, pipeline };
  if (collation !== undefined) doc.collation = collation;
  return new RawDocument(encode(doc));
};

/** The entry that makes the collection of views, needed before a database's first one. */
export const viewsCreated = (db: string): Operation => ({
  op: 'c',
  ns: `${db}.$cmd`,
  ui: viewsId(db),
  o: { create: viewsCollection, idIndex: { v: 2, key: { _id: 1 }, name: '_id_' } },
});

export const viewCreated = (view: Collection): Operation => ({
  op: 'i',
  ...about(view),
  o: definition(view),
  o2: { _id: namespaceOf(view) },
});

export const viewModified = (view: Collection): Operation => ({
  op: 'u',
  ...about(view),
  o: definition(view),
  o2: { _id: namespaceOf(view) },
});

export const viewDropped = (view: Collection): Operation => ({
  op: 'd',
  ...about(view),
  o: { _id: namespaceOf(view) },
});
