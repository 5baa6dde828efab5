import { decodeDocument } from '../bson/decode.ts';
import { encode } from '../bson/encode.ts';
import type { Doc } from '../bson/values.ts';
import { CommandError } from '../errors.ts';

/*
 * The parts of MongoDB's wire protocol that today's drivers use: OP_MSG for everything, OP_QUERY on `$cmd` for the first
 * handshake. Every message: int32 length, request id, id of the request answered, operation code.
 */
const headerSize = 16;
const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;
/** MongoDB's `maxMessageSizeBytes`. */
export const maxMessageSize = 48_000_000;

const checksumPresent = 1;
const moreToCome = 2;

/** A command as it came: its document with the documents of its sections put in place. */
export interface Request {
  readonly id: number;
  readonly command: Doc;
  readonly database: string;
  /** The client does not wait for an answer. */
  readonly silent: boolean;
  readonly legacy: boolean;
}

const readSections = (body: Buffer, end: number): Doc => {
  let at = 4;
  let command: Doc | undefined;
  const sequences: [string, Doc[]][] = [];
  while (at < end) {
    const kind = body[at++];
    const size = body.readInt32LE(at);
    if (size < 5 || at + size > end)
      throw new CommandError(17, 'a section of the message does not fit into it');
    if (kind === 0) command = decodeDocument(body, at);
    else if (kind === 1) {
      const nameEnd = body.indexOf(0, at + 4);
      const documents: Doc[] = [];
      for (let doc = nameEnd + 1; doc < at + size; doc += body.readInt32LE(doc))
        documents.push(decodeDocument(body, doc));
      sequences.push([body.toString('utf8', at + 4, nameEnd), documents]);
    } else throw new CommandError(17, `unknown section kind ${kind}`);
    at += size;
  }
  if (!command) throw new CommandError(17, 'the message has no body');
  for (const [name, documents] of sequences) command[name] = documents;
  return command;
};

/** Reads one complete message. Errors: 17 for anything that is not the protocol. */
export const readMessage = (message: Buffer): Request => {
  const id = message.readInt32LE(4);
  const code = message.readInt32LE(12);
  const body = message.subarray(headerSize);
  if (code === opMsg) {
    const flags = body.readUInt32LE(0);
    if (flags & 0xfffc) throw new CommandError(17, `unknown required flag bits ${flags & 0xfffc}`);
    const end = flags & checksumPresent ? body.length - 4 : body.length;
    const command = readSections(body, end);
    return {
      id,
      command,
      database: String(command.$db ?? 'admin'),
      silent: (flags & moreToCome) !== 0,
      legacy: false,
    };
  }
  if (code === opQuery) {
    const nameEnd = body.indexOf(0, 4);
    const namespace = body.toString('utf8', 4, nameEnd);
    const database = namespace.split('.', 1)[0]!;
    if (!namespace.endsWith('.$cmd'))
      throw new CommandError(17, 'OP_QUERY is only supported for the handshake');
    return { id, command: decodeDocument(body, nameEnd + 9), database, silent: false, legacy: true };
  }
  throw new CommandError(17, `unsupported operation code ${code}`);
};

/** The answer to a request, in the form in which it was asked. */
export const writeReply = (request: Request, reply: Doc, id: number): Buffer[] => {
  const body = encode(reply);
  const head = Buffer.alloc(request.legacy ? headerSize + 20 : headerSize + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(id, 4);
  head.writeInt32LE(request.id, 8);
  head.writeInt32LE(request.legacy ? opReply : opMsg, 12);
  if (request.legacy) {
    head.writeInt32LE(8, 16);
    head.writeInt32LE(1, 32);
  }
  return [head, body];
};

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  #chunks: Buffer[] = [];
  #size = 0;

  /** Takes bytes and gives the messages that are complete. Errors: 17 when the length cannot be one. */
  *add(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= 4) {
      if (this.#chunks[0]!.length < 4) this.#join();
      const length = this.#chunks[0]!.readInt32LE(0);
      if (length < headerSize || length > maxMessageSize + headerSize)
        throw new CommandError(17, `a message of ${length} bytes is not possible`);
      if (this.#size < length) return;
      if (this.#chunks[0]!.length < length) this.#join();
      const [first] = this.#chunks as [Buffer];
      const rest = first.subarray(length);
      this.#size -= length;
      if (rest.length) this.#chunks[0] = rest;
      else this.#chunks.shift();
      yield first.subarray(0, length);
    }
  }

  #join(): void {
    this.#chunks = [Buffer.concat(this.#chunks)];
  }
}
