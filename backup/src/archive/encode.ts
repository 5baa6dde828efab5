import { Long, serialize } from 'bson';
import { BackupError } from '../errors.ts';
import { Crc64 } from './crc64.ts';
import {
  type ArchiveCollection,
  type ArchiveEvent,
  type ArchiveHeader,
  MAGIC,
  MAX_DOCUMENT,
  type Namespace,
  nameOf,
  TERMINATOR,
} from './format.ts';

/** Bytes collected before they are handed on, so that small documents don't become small writes. */
const BLOCK = 64 * 1024;

/**
 * Writes an archive from its events, byte for byte as the Database Tools write it. The CRCs are computed here from the documents
 * that pass. Fails with `archive.document-too-large` on a document that no reader of the format would take.
 */
export async function* encodeArchive(
  events: AsyncIterable<ArchiveEvent> | Iterable<ArchiveEvent>,
): AsyncGenerator<Buffer> {
  const crcs = new Map<string, Crc64>();
  const block = new Block();
  let crc = new Crc64();
  let open = false;

  for await (const event of events) {
    switch (event.kind) {
      case 'prelude':
        yield* block.add(MAGIC);
        yield* block.add(encodeHeader(event.header));
        for (const collection of event.collections) yield* block.add(encodeCollection(collection));
        yield* block.add(TERMINATOR);
        break;
      case 'segment': {
        if (open) yield* block.add(TERMINATOR);
        open = true;
        const name = nameOf(event.namespace);
        crc = crcs.get(name) ?? new Crc64();
        crcs.set(name, crc);
        yield* block.add(encodeNamespaceHeader(event.namespace, false, 0n));
        break;
      }
      case 'documents':
        yield* encodeDocuments(event, crc, block);
        break;
      case 'end': {
        if (open) yield* block.add(TERMINATOR);
        open = false;
        const total = crcs.get(nameOf(event.namespace))?.value ?? 0n;
        yield* block.add(encodeNamespaceHeader(event.namespace, true, total));
        yield* block.add(TERMINATOR);
        break;
      }
    }
  }
  if (open) yield* block.add(TERMINATOR);
  yield* block.flush();
}

/** A function of its own: a variable of a loop that waits keeps the last document, which may be of 16 MB. */
function* encodeDocuments(
  { namespace, documents }: ArchiveEvent & { kind: 'documents' },
  crc: Crc64,
  block: Block,
): Generator<Buffer> {
  for (const document of documents) {
    if (document.length > MAX_DOCUMENT) throw tooLarge(namespace, document);
    crc.update(document);
    yield* block.add(document);
  }
}

function encodeHeader(header: ArchiveHeader): Uint8Array {
  return serialize({
    concurrent_collections: header.concurrentCollections,
    version: header.version,
    server_version: header.serverVersion,
    tool_version: header.toolVersion,
  });
}

function encodeCollection({ db, collection, metadata, size, type }: ArchiveCollection): Uint8Array {
  return serialize({ db, collection, metadata, size, ...(type === undefined ? {} : { type }) });
}

/** Readers since tools 100.14 take exactly these four fields, and the CRC only as a 64-bit integer, even when it is 0. */
function encodeNamespaceHeader({ db, collection }: Namespace, end: boolean, crc: bigint): Uint8Array {
  return serialize({ db, collection, EOF: end, CRC: Long.fromBigInt(BigInt.asIntN(64, crc)) });
}

/**
 * Collects pieces into blocks. Large ones are copied, too: a view of some of its bytes would keep all of a document of 16 MB in memory for as
 * long as anybody on the way still holds it.
 */
class Block {
  private bytes = Buffer.allocUnsafe(BLOCK);
  private used = 0;

  *add(piece: Uint8Array): Generator<Buffer> {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + BLOCK - this.used);
      this.bytes.set(part, this.used);
      this.used += part.length;
      at += part.length;
      if (this.used === BLOCK) yield* this.flush();
    }
  }

  *flush(): Generator<Buffer> {
    if (this.used === 0) return;
    yield this.bytes.subarray(0, this.used);
    this.bytes = Buffer.allocUnsafe(BLOCK);
    this.used = 0;
  }
}

function tooLarge(namespace: Namespace, document: Uint8Array): BackupError {
  return new BackupError({
    code: 'archive.document-too-large',
    message: `A document of ${nameOf(namespace)} has ${document.length} bytes; an archive holds at most ${MAX_DOCUMENT}.`,
    hint: 'Make that document smaller: no tool could restore an archive that holds it.',
  });
}
