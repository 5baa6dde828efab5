import { deserialize, Int32, Long } from 'bson';
import { BackupError } from '../errors.ts';
import { ByteReader } from './bytes.ts';
import { Crc64 } from './crc64.ts';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  type ArchiveHeader,
  MAGIC,
  MAX_DOCUMENT,
  MIN_DOCUMENT,
  type Namespace,
  nameOf,
  type Prelude,
} from './format.ts';

const TERMINATOR_INT = -1;
/** Documents handed on at once at most, so that one event stays small. */
const BATCH_BYTES = 1024 * 1024;

interface NamespaceHeader extends Namespace {
  readonly end: boolean;
  readonly crc: bigint;
}

/**
 * Reads an archive as its events. Every promise of the format is checked: the CRC of each namespace, that nothing follows the
 * end of a namespace, that every announced namespace was there to its end. Fails with `archive.corrupt`, `archive.truncated` or
 * `archive.unsupported`, so whoever saw the last event has read a whole archive.
 *
 * Documents are views into the chunks of `source`: copy what must outlive the next event.
 */
export async function* decodeArchive(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<ArchiveEvent> {
  const bytes = new ByteReader(source, { reuse: true });
  try {
    const prelude = await readPrelude(bytes);
    yield prelude;
    const namespaces = new Namespaces(prelude.collections);
    while (!(await bytes.ended())) {
      const header = decodeNamespaceHeader(await readDocument(bytes));
      const namespace: Namespace = { db: header.db, collection: header.collection };
      const crc = namespaces.open(namespace, bytes.taken);
      if (header.end) {
        await expectTerminator(bytes);
        namespaces.close(namespace, header.crc, bytes.taken);
        // What was restored is read back now, which takes as much again.
        bytes.release();
        yield { kind: 'end', namespace };
        continue;
      }
      yield { kind: 'segment', namespace };
      for (;;) {
        const documents = await readDocuments(bytes, crc);
        if (documents.length === 0) break;
        yield { kind: 'documents', namespace, documents };
        // Whoever waits for the next ones must not keep these.
        documents.length = 0;
      }
    }
    namespaces.expectAllClosed();
  } finally {
    await bytes.close();
  }
}

async function readPrelude(bytes: ByteReader): Promise<Prelude> {
  const magic = await bytes.take(MAGIC.length);
  if (!magic.equals(MAGIC)) {
    throw new BackupError({
      code: 'archive.unsupported',
      message: 'These bytes are not a MongoDB archive: its first four bytes are missing.',
      hint: 'Was it decompressed and decrypted? An archive is what `mongodump --archive` writes.',
    });
  }
  const header = decodeHeader(await readDocument(bytes));
  const collections: ArchiveCollection[] = [];
  while (!(await atTerminator(bytes))) collections.push(decodeCollection(await readDocument(bytes)));
  return { kind: 'prelude', header, collections };
}

/** The documents up to the segment's terminator or the end of what is at hand; none when the terminator was next. */
async function readDocuments(bytes: ByteReader, crc: Crc64): Promise<Buffer[]> {
  if (await atTerminator(bytes)) return [];
  const documents = [await readDocument(bytes)];
  let size = documents[0]!.length;
  for (;;) {
    const length = bytes.peekInt();
    if (length === undefined || length === TERMINATOR_INT || size > BATCH_BYTES) break;
    checkLength(length, bytes.taken);
    if (length > bytes.buffered) break;
    const document = bytes.takeNow(length);
    checkLastByte(document, bytes.taken);
    documents.push(document);
    size += length;
  }
  for (const document of documents) crc.update(document);
  return documents;
}

async function readDocument(bytes: ByteReader): Promise<Buffer> {
  if (bytes.buffered < 4) await bytes.fill(4);
  const length = bytes.peekInt()!;
  checkLength(length, bytes.taken);
  const document = await bytes.take(length);
  checkLastByte(document, bytes.taken);
  return document;
}

/** Takes the terminator if it is next. */
async function atTerminator(bytes: ByteReader): Promise<boolean> {
  if (bytes.buffered < 4) await bytes.fill(4);
  if (bytes.peekInt() !== TERMINATOR_INT) return false;
  bytes.takeNow(4);
  return true;
}

async function expectTerminator(bytes: ByteReader): Promise<void> {
  if (!(await atTerminator(bytes))) throw corrupt(`something follows the end of a namespace`, bytes.taken);
}

function checkLength(length: number, at: number): void {
  if (length < MIN_DOCUMENT || length > MAX_DOCUMENT) throw corrupt(`${length} is no document's length`, at);
}

function checkLastByte(document: Buffer, at: number): void {
  if (document[document.length - 1] !== 0) throw corrupt('a document does not end with 0', at);
}

/** Which namespaces the archive announced, and how far each one is. */
class Namespaces {
  private readonly announced = new Set<string>();
  private readonly crcs = new Map<string, Crc64>();
  private readonly closed = new Set<string>();
  /** Archives of servers before 8.3 carry a time series' documents under the name of its buckets. */
  private readonly buckets = new Map<string, string>();

  constructor(collections: readonly ArchiveCollection[]) {
    for (const entry of collections) {
      this.announced.add(nameOf(entry));
      if (entry.type !== 'timeseries') continue;
      this.buckets.set(
        nameOf({ db: entry.db, collection: `system.buckets.${entry.collection}` }),
        nameOf(entry),
      );
    }
  }

  open(namespace: Namespace, at: number): Crc64 {
    const name = nameOf(namespace);
    if (!this.announced.has(this.buckets.get(name) ?? name)) throw corrupt(`${name} was not announced`, at);
    if (this.closed.has(name)) throw corrupt(`${name} goes on after its end`, at);
    const crc = this.crcs.get(name) ?? new Crc64();
    this.crcs.set(name, crc);
    return crc;
  }

  close(namespace: Namespace, expected: bigint, at: number): void {
    const name = nameOf(namespace);
    const actual = this.crcs.get(name)!.value;
    if (actual !== expected) {
      throw corrupt(
        `the documents of ${name} have CRC ${actual.toString(16)}, not ${expected.toString(16)}`,
        at,
      );
    }
    this.closed.add(name);
  }

  expectAllClosed(): void {
    const closed = new Set([...this.closed].map((name) => this.buckets.get(name) ?? name));
    const missing = [...this.announced].filter((name) => !closed.has(name));
    if (missing.length === 0) return;
    throw new BackupError({
      code: 'archive.truncated',
      message: `The archive ends before ${missing.join(', ')} did.`,
      hint: 'The copy is incomplete: fetch it again, or use another backup.',
    });
  }
}

function decodeHeader(document: Buffer): ArchiveHeader {
  const fields = decode(document);
  return {
    concurrentCollections: number(fields, 'concurrent_collections'),
    version: string(fields, 'version'),
    serverVersion: string(fields, 'server_version'),
    toolVersion: string(fields, 'tool_version'),
  };
}

function decodeCollection(document: Buffer): ArchiveCollection {
  const fields = decode(document);
  return {
    db: string(fields, 'db'),
    collection: string(fields, 'collection'),
    metadata: string(fields, 'metadata'),
    size: number(fields, 'size'),
    type: fields.type === undefined ? undefined : string(fields, 'type'),
  };
}

function decodeNamespaceHeader(document: Buffer): NamespaceHeader {
  const fields = decode(document);
  const crc = fields.CRC;
  if (Object.keys(fields).length !== 4 || typeof fields.EOF !== 'boolean' || !(crc instanceof Long)) {
    throw corrupt('a namespace header has other fields than it should');
  }
  if (!fields.EOF && !crc.isZero()) throw corrupt('a namespace header that opens a segment has a CRC');
  return {
    db: string(fields, 'db'),
    collection: string(fields, 'collection'),
    end: fields.EOF,
    crc: BigInt.asUintN(64, crc.toBigInt()),
  };
}

function decode(document: Buffer): Record<string, unknown> {
  try {
    return deserialize(document, { promoteValues: false });
  } catch (cause) {
    throw corrupt('a header is not BSON', undefined, cause);
  }
}

function string(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw corrupt(`a header's ${name} is not a string`);
  return value;
}

function number(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (value instanceof Int32) return value.value;
  throw corrupt(`a header's ${name} is not a 32-bit integer`);
}

function corrupt(what: string, at?: number, cause?: unknown): BackupError {
  return new BackupError({
    code: 'archive.corrupt',
    message: `The archive is damaged${at === undefined ? '' : ` near byte ${at}`}: ${what}.`,
    hint: 'Fetch it again, or use another backup.',
    cause,
  });
}
