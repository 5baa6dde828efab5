import type { ArchiveCollection } from '../archive/format.ts';
import type { CatalogEntry } from './catalog.ts';
import { fromExtendedJson, type Ordered } from './extended-json.ts';

/**
 * The `metadata` of a collection in an archive: canonical Extended JSON with the options, indexes and UUID, in mongodump's order
 * of keys. Source: mongo-tools, mongodump/metadata_dump.go.
 */
export function writeMetadata({ collection, type, options, indexes, uuid }: CatalogEntry): string {
  const fields = [
    ...(options === '{}' ? [] : [`"options":${options}`]),
    `"indexes":[${indexes.join(',')}]`,
    ...(uuid === undefined ? [] : [`"uuid":"${uuid}"`]),
    `"collectionName":${JSON.stringify(collection)}`,
    `"type":${JSON.stringify(type)}`,
  ];
  return `{${fields.join(',')}}`;
}

/** Options that old servers reported and new ones refuse. */
export const OBSOLETE_OPTIONS: ReadonlySet<string> = new Set(['autoIndexId', 'uuid']);

/** What kind a collection is. Tools before 100.4 did not say it, but its options do. */
export const typeOf = ({ type }: Pick<ArchiveCollection, 'type'>, options: Ordered): string =>
  type ?? (options.has('viewOn') ? 'view' : options.has('timeseries') ? 'timeseries' : 'collection');

export interface Metadata {
  readonly options: Ordered;
  readonly indexes: readonly Ordered[];
}

/** Reads it again, also as old tools wrote it. Throws SyntaxError on what is neither. */
export function readMetadata(metadata: string): Metadata {
  if (metadata === '') return { options: new Map(), indexes: [] };
  const fields = fromExtendedJson(metadata);
  return {
    options: (fields.get('options') as Ordered | undefined) ?? new Map(),
    indexes: (fields.get('indexes') as Ordered[] | undefined) ?? [],
  };
}
