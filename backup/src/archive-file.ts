import { createReadStream } from 'node:fs';
import { serialize } from 'bson';
import { decodeArchive } from './archive/decode.ts';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  MAGIC,
  type Namespace,
  nameOf,
} from './archive/format.ts';
import type { ArchiveSource } from './archive-source.ts';
import { decrypt } from './encryption/decrypt.ts';
import { BackupError } from './errors.ts';
import { Fingerprint } from './fingerprint.ts';
import type { CollectionRecord } from './manifest.ts';
import { type Ordered, toExtendedJson } from './mongo/extended-json.ts';
import { OBSOLETE_OPTIONS, readMetadata, typeOf } from './mongo/metadata.ts';
import { gunzip } from './pipeline.ts';

const AGE = Buffer.from('age-encryption.org/');
const ARMOR = Buffer.from('-----BEGIN AGE');
const GZIP = Buffer.from([0x1f, 0x8b]);
const LONGEST = 64;

interface OpenOptions {
  /** Secret keys, one of which opens it where it is encrypted with age. */
  readonly identities?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called as documents pass. */
  readonly onDocuments?: (documents: number, bytes: number) => void;
}

/**
 * An archive in a file, as `mongodump --archive` writes it: of any number of collections, with gzip or without, encrypted with age or not.
 * It is read once to its end, so that what is damaged is known before anything is restored of it.
 * @throws {BackupError} `archive.unsupported` where it is none, `archive.corrupt` and `archive.truncated` where it is damaged.
 */
export async function openArchiveFile(path: string, options: OpenOptions = {}): Promise<ArchiveSource> {
  const { identities = [], signal } = options;
  const read = (stop = signal) => decodeArchive(archiveBytes(createReadStream(path), identities, stop));
  const fingerprints = new Map<string, Fingerprint>();
  let version = '';
  let announced: readonly ArchiveCollection[] = [];
  for await (const event of read()) {
    if (event.kind === 'prelude') {
      version = event.header.serverVersion;
      announced = event.collections;
    } else addTo(fingerprints, event, options);
  }
  return {
    collections: announced.map((entry) => recordOf(entry, fingerprints)),
    source: { version, embedded: false },
    read,
    check: async () => {},
  };
}

function addTo(
  fingerprints: Map<string, Fingerprint>,
  event: Exclude<ArchiveEvent, { kind: 'prelude' }>,
  { onDocuments }: OpenOptions,
): void {
  const name = nameOf(event.namespace);
  const fingerprint = fingerprints.get(name) ?? new Fingerprint();
  fingerprints.set(name, fingerprint);
  if (event.kind !== 'documents') return;
  const before = fingerprint.bytes;
  fingerprint.addAll(event.documents);
  onDocuments?.(event.documents.length, fingerprint.bytes - before);
}

function recordOf(
  entry: ArchiveCollection,
  fingerprints: ReadonlyMap<string, Fingerprint>,
): CollectionRecord {
  const { db, collection } = entry;
  const { type, options, indexes } = describe(entry);
  const buckets: Namespace = { db, collection: `system.buckets.${collection}` };
  const found = fingerprints.get(nameOf(entry)) ?? fingerprints.get(nameOf(buckets)) ?? new Fingerprint();
  const { documents, bytes, hash } = found;
  return { db, collection, type, documents, bytes, hash, options, indexes };
}

/** The bytes of the archive itself. */
async function* archiveBytes(
  source: AsyncIterable<Uint8Array>,
  identities: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { first, whole } = await begin(stoppable(source, signal));
  if (starts(first, ARMOR)) throw armored();
  if (starts(first, AGE)) {
    if (identities.length === 0) throw locked();
    yield* archiveBytes(decrypt(whole, identities), [], signal);
  } else if (starts(first, GZIP)) yield* archiveBytes(gunzip(whole), [], signal);
  else if (starts(first, MAGIC)) yield* whole;
  else throw foreign();
}

const starts = (bytes: Buffer, mark: Buffer): boolean => bytes.subarray(0, mark.length).equals(mark);

/** Looks at the first bytes of a stream, and gives it back with them. */
async function begin(
  source: AsyncIterable<Uint8Array>,
): Promise<{ first: Buffer; whole: AsyncGenerator<Uint8Array> }> {
  const pieces = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < LONGEST) {
    const next = await pieces.next();
    if (next.done) break;
    first = Buffer.concat([first, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (first.length > 0) yield first;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      await pieces.return?.();
    }
  }
  return { first, whole: whole() };
}

async function* stoppable(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  for await (const piece of source) {
    signal?.throwIfAborted();
    yield piece;
  }
}

/** Every collection has it, also those of which the archive does not say so. */
const ID_INDEX = new Map<string, unknown>([
  ['key', new Map([['_id', 1]])],
  ['name', '_id_'],
]);

/** What the archive says of a collection, as a server would. */
function describe(entry: ArchiveCollection): Pick<CollectionRecord, 'type' | 'options' | 'indexes'> {
  const { options, indexes } = readMetadata(entry.metadata);
  const type = typeOf(entry, options);
  const text = (value: Ordered) => toExtendedJson(serialize(value));
  const kept = new Map([...options].filter(([name]) => !OBSOLETE_OPTIONS.has(name)));
  const withoutOwn =
    type === 'collection' &&
    !indexes.some((index) => index.get('name') === '_id_' || index.get('clustered') === true);
  return { type, options: text(kept), indexes: [...(withoutOwn ? [ID_INDEX] : []), ...indexes].map(text) };
}

const foreign = (): BackupError =>
  new BackupError({
    code: 'archive.unsupported',
    message: 'That is no archive of mongodump, neither plain nor in gzip nor encrypted with age.',
    hint: 'An archive is what `mongodump --archive=FILE` writes; a folder of mongodump is not one.',
  });

const armored = (): BackupError =>
  new BackupError({
    code: 'archive.unsupported',
    message: 'The file is age in letters (armor), which is not read here.',
    hint: 'Decrypt it with the age command, and restore what comes out.',
  });

const locked = (): BackupError =>
  new BackupError({
    code: 'encryption.identity',
    message: 'The file is encrypted, and there is no key here to open it.',
    hint: 'Put the key of somebody whom it was encrypted to into .conductor/age.key or CONDUCTOR_AGE_KEY.',
  });
