import { ByteReader } from '../archive/bytes.ts';
import { MAX_DOCUMENT, MIN_DOCUMENT } from '../archive/format.ts';
import { BackupError, hasCode } from '../errors.ts';

/** The server allows its own entries more than a document: one of the oplog holds a whole one. Source: mongo, BSONObjMaxInternalSize. */
const MAX_ENTRY = MAX_DOCUMENT + 16 * 1024;

/**
 * The documents of a stream that is nothing but documents, as `oplog.bson` of mongodump is.
 * @throws {BackupError} `oplog.corrupt`
 */
export async function* readBson(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const bytes = new ByteReader(source);
  try {
    while (!(await bytes.ended())) {
      if (bytes.buffered < 4) await bytes.fill(4);
      const length = bytes.peekInt()!;
      if (length < MIN_DOCUMENT || length > MAX_ENTRY) throw corrupt(`${length} is no document's length`);
      const document = await bytes.take(length);
      if (document[length - 1] !== 0) throw corrupt('a document does not end with 0');
      yield document;
    }
  } catch (error) {
    throw hasCode(error, 'archive.truncated') ? corrupt('it ends inside a document', error) : error;
  } finally {
    await bytes.close();
  }
}

const corrupt = (what: string, cause?: unknown): BackupError =>
  new BackupError({
    code: 'oplog.corrupt',
    message: `The changes can't be read: ${what}.`,
    hint: 'Restore a point in time before them, or a backup.',
    cause,
  });
