import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GridFSBucket, ObjectId } from 'mongodb';
import type { Mongo } from '../mongo/mongo.ts';
import { invalid, Problem } from '../problem.ts';
import type { FileDocument } from './file.ts';
import { mostBytes } from './file.ts';

const bucketName = 'contents';
/** As much of a file as is looked at to tell its type. */
const headBytes = 64 * 1024;
const unknownType = 'application/octet-stream';

/** What was learnt of a file while its bytes came. */
export type Taken = Pick<FileDocument, 'size' | 'sha256' | 'type'>;

/** The bytes of files, in GridFS: they come and go piece by piece and are never whole in memory. */
export class Contents {
  readonly #mongo: Mongo;

  constructor(mongo: Mongo) {
    this.#mongo = mongo;
  }

  /**
   * Keeps the bytes under `id`. More than 10 MiB are a `payload-too-large` problem, none at all `validation`, and a
   * sender that goes away before the end `bad-request`; none of these leaves anything.
   */
  async take(id: string, from: Readable): Promise<Taken> {
    const hash = createHash('sha256');
    const head: Buffer[] = [];
    let size = 0;
    let refusal: unknown;
    // What goes wrong on the sender's side ends the writing in good order, so that no piece is still on its way to the
    // store when they are taken out again. The sender's stream is not destroyed: it still has to hear our answer.
    async function* pieces() {
      try {
        for await (const piece of from.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
          if (size < headBytes) head.push(piece.subarray(0, headBytes - size));
          size += piece.length;
          if (size > mostBytes) throw tooLarge();
          hash.update(piece);
          yield piece;
        }
        if (size === 0) throw emptyFile();
      } catch (error) {
        refusal = error instanceof Problem ? error : cutShort(error);
      }
    }
    try {
      await pipeline(pieces, this.#bucket.openUploadStreamWithId(new ObjectId(id), id));
      if (refusal) throw refusal;
    } catch (error) {
      await this.drop(id);
      throw error;
    }
    // Loaded with the first file, so that nothing starts later for it.
    const { fileTypeFromBuffer } = await import('file-type');
    const type = await fileTypeFromBuffer(Buffer.concat(head));
    return { size, sha256: hash.digest('hex'), type: type?.mime ?? unknownType };
  }

  /** The bytes of a file. */
  open(id: string): Readable {
    return this.#bucket.openDownloadStream(new ObjectId(id));
  }

  /** Takes the bytes out for good, also those of a file that never came to its end. */
  async drop(id: string): Promise<void> {
    const { db } = this.#mongo;
    const key = new ObjectId(id);
    await db.collection(`${bucketName}.files`).deleteOne({ _id: key });
    await db.collection(`${bucketName}.chunks`).deleteMany({ files_id: key });
  }

  get #bucket(): GridFSBucket {
    return new GridFSBucket(this.#mongo.db, { bucketName });
  }
}

export const tooLarge = (): Problem =>
  new Problem('payload-too-large', { detail: 'A file has at most 10 MB.' });
export const emptyFile = (): Problem => invalid('#', 'file.empty', 'The file is empty.');
const cutShort = (cause: unknown): Problem =>
  new Problem('bad-request', { detail: 'The upload ended before the whole file was here.', cause });
