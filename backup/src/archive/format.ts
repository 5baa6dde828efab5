/**
 * The archive of MongoDB's Database Tools (`mongodump --archive`), format version 0.1:
 *
 *     archive = MAGIC header *collection TERMINATOR *( namespaceHeader *document TERMINATOR )
 *
 * Everything between the marks is plain BSON, one document after another. A namespace's last header has `EOF: true` and the
 * CRC-64/XZ of its documents' bytes. Source: mongo-tools, common/archive (archive.go, prelude.go, parser.go, multiplexer.go)
 * and its spec.md.
 */
export const MAGIC = Buffer.from([0x6d, 0xe2, 0x99, 0x81]);
export const TERMINATOR = Buffer.from([0xff, 0xff, 0xff, 0xff]);
export const FORMAT_VERSION = '0.1';

/** The longest document that a reader of the format takes. The server itself allows 16 KiB more for its own entries. */
export const MAX_DOCUMENT = 16 * 1024 * 1024;
/** `{}` */
export const MIN_DOCUMENT = 5;

export interface Namespace {
  readonly db: string;
  readonly collection: string;
}

/** `db.collection`, as people and manifests write it. */
export const nameOf = ({ db, collection }: Namespace): string => `${db}.${collection}`;

export interface ArchiveHeader {
  /** How many namespaces may be open at once in the body: a reader needs as many workers. */
  readonly concurrentCollections: number;
  readonly version: string;
  readonly serverVersion: string;
  readonly toolVersion: string;
}

/** One namespace that the archive announces before its body. */
export interface ArchiveCollection extends Namespace {
  /** Canonical Extended JSON of options and indexes; empty for the oplog. See `metadata.ts`. */
  readonly metadata: string;
  /** Documented as bytes; mongodump always writes 0. */
  readonly size: number;
  /** `collection`, `view` or `timeseries`; absent in archives made before tools 100.4. */
  readonly type: string | undefined;
}

export interface Prelude {
  readonly kind: 'prelude';
  readonly header: ArchiveHeader;
  readonly collections: readonly ArchiveCollection[];
}

/**
 * What an archive says, in its order. `segment` opens a run of documents of one namespace, `documents` are raw BSON and belong
 * to the segment before them, `end` closes a namespace for good.
 */
export type ArchiveEvent =
  | Prelude
  | { readonly kind: 'segment'; readonly namespace: Namespace }
  | { readonly kind: 'documents'; readonly namespace: Namespace; readonly documents: readonly Uint8Array[] }
  | { readonly kind: 'end'; readonly namespace: Namespace };

/**
 * Users, roles, a cluster's settings and the oplog: `mongorestore` puts these back, this library does not; see the guide. What else somebody
 * keeps in `admin` is data like any other.
 */
export const isServersOwn = ({ db, collection }: Namespace): boolean =>
  db === '' || db === 'config' || (db === 'admin' && collection.startsWith('system.'));
