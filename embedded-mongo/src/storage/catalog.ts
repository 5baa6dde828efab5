import type { Doc } from '../bson/values.ts';
import type { IndexDefinition } from '../indexes/definition.ts';
import type { Collation } from '../query/collation.ts';
import type { Matcher } from '../query/match.ts';

/** An index with its place in the file. */
export interface Index extends IndexDefinition {
  readonly id: number;
  /** The fields that lie in an array in some document, as bits from the first field on: such a document has several keys. */
  multikey: number;
  /** The commit that made it: snapshots older than that do not have it. */
  readonly since: number;
}

/** A collection or a view. */
export interface Collection {
  readonly id: number;
  db: string;
  name: string;
  readonly uuid: Buffer;
  options: Doc;
  /** A view's source and pipeline. */
  view: { on: string; pipeline: Doc[] } | undefined;
  collation: Collation | undefined;
  validator: { matcher: Matcher; action: string; level: string } | undefined;
  capped: { size: number; max: number } | undefined;
  indexes: Index[];
  /** Documents and their bytes, as of the last commit (and what is under way). */
  count: number;
  bytes: number;
  nextId: number | undefined;
  readonly since: number;
  /** The server's own oplog, which clients cannot change: its records are numbered by their time. */
  oplog: boolean;
}

export const namespaceOf = (collection: { db: string; name: string }): string =>
  `${collection.db}.${collection.name}`;
export const recordTable = (collection: { id: number }): string => `records_${collection.id}`;
export const indexTable = (index: { id: number }): string => `index_${index.id}`;
