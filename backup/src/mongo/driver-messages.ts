import type { Socket } from 'node:net';
import { type MongoClient, MongoNetworkError } from 'mongodb';
import { BufferPool } from 'mongodb/lib/utils.js';
import { leaveBehind, willLast } from '../young-generation.ts';

/**
 * Large messages without the driver's copies of them. Left to itself it holds a document of 16 MB four times while it sends it, twice while
 * it receives it, and then until it has received another.
 */

/** A connection of the driver: what it sends commands with, and what it makes messages of. */
export interface Connection {
  readonly socket: Socket;
  readonly messageStream: { bufferPool: BufferPool };
  writeCommand: WriteCommand;
  on(event: 'clusterTimeReceived', listener: typeof keepAlone): void;
  onError(error: unknown): void;
}

type WriteCommand = (message: Message, options: WriteOptions) => Promise<void>;

interface Message {
  readonly command: object;
  /** Its pieces, of which the first is its header. */
  toBin(): Uint8Array[];
}

interface WriteOptions {
  readonly agreedCompressor?: string;
  readonly timeoutContext?: { csotEnabled(): boolean };
  readonly signal?: AbortSignal;
}

/** The documents of a command, as the driver sends them: its header says how long they are, and comes first. */
export interface Sequence {
  chunks: Uint8Array[];
}

/** Bytes that are given to the socket at once. */
const PIECE = 256 * 1024;

/**
 * Has the connection send the documents of its next command piece by piece, out of the memory that they are in. What is to be compressed, or
 * must be sent within a time, goes the driver's own way.
 */
export function sendInPieces(connection: Connection, sequence: Sequence): void {
  const { writeCommand } = Object.getPrototypeOf(connection) as Connection;
  connection.writeCommand = async (message, options) => {
    Reflect.deleteProperty(connection, 'writeCommand');
    // Whatever kept that command from being sent, another one is not sent for it.
    const isOther = !Object.values(message.command).includes(sequence);
    const { agreedCompressor = 'none', timeoutContext, signal } = options;
    if (isOther || agreedCompressor !== 'none' || timeoutContext?.csotEnabled())
      return writeCommand.call(connection, message, options);
    const [header, ...content] = sequence.chunks;
    sequence.chunks = [header!];
    const start = Buffer.concat(message.toBin());
    start.writeInt32LE(
      content.reduce((sum, { length }) => sum + length, start.length),
      0,
    );
    const stop = () => connection.onError(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for (const part of [start, ...content]) {
        for (let at = 0; at < part.length; at += PIECE) {
          signal?.throwIfAborted();
          await write(connection.socket, part.subarray(at, at + PIECE));
        }
      }
    } catch (cause) {
      // What was half sent makes the connection useless.
      const error = signal?.aborted
        ? signal.reason
        : new MongoNetworkError('the connection was lost while a document was sent', {
            cause: cause as Error,
          });
      connection.onError(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  };
}

/** Resolves when the system has taken it; rejects when the connection was closed before. */
const write = (socket: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });

/** Bytes from which on a message is large. */
export const LARGE_MESSAGE = 1024 * 1024;

/** Has the connections that the client has free now put large messages together as they come. */
export function receiveInPlace(client: MongoClient): void {
  const { topology } = client as unknown as { topology?: Topology };
  for (const { pool } of topology?.s.servers.values() ?? []) {
    for (const connection of pool.connections) {
      const { messageStream } = connection;
      if (messageStream.bufferPool instanceof InPlace) continue;
      messageStream.bufferPool = new InPlace();
      connection.on('clusterTimeReceived', keepAlone);
    }
  }
}

/** The time of the cluster, which the driver keeps until there is another: with a view of the message that it came in. */
function keepAlone({ signature }: { signature?: { hash?: { buffer: Uint8Array } } }): void {
  const hash = signature?.hash;
  if (hash !== undefined && hash.buffer.buffer.byteLength >= LARGE_MESSAGE)
    hash.buffer = Buffer.from(hash.buffer);
}

interface Topology {
  readonly s: {
    readonly servers: ReadonlyMap<string, { readonly pool: { connections: Iterable<Connection> } }>;
  };
}

/** What a connection has received of its next messages. The driver keeps the pieces of a message until the last one is there; this one does not. */
class InPlace extends BufferPool {
  private large: Buffer | undefined;
  /** Bytes of it that are there. */
  private have = 0;

  override append(chunk: Buffer): void {
    if (this.large === undefined && this.length === 0 && chunk.length >= 4) {
      const size = chunk.readInt32LE(0);
      if (size >= LARGE_MESSAGE) {
        this.large = Buffer.allocUnsafeSlow(size);
        this.have = 0;
        willLast(size);
      }
    }
    if (this.large === undefined) {
      super.append(chunk);
      return;
    }
    const taken = chunk.copy(this.large, this.have);
    this.have += taken;
    this.totalByteLength += taken;
    leaveBehind(taken);
    if (taken < chunk.length) super.append(chunk.subarray(taken));
  }

  override getInt32(): number | null {
    return this.large?.length ?? super.getInt32();
  }

  override read(size: number): Uint8Array {
    const { large } = this;
    if (large === undefined) return super.read(size);
    this.large = undefined;
    this.totalByteLength -= large.length;
    return large;
  }
}
