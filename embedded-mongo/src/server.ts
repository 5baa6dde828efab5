import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Authenticator } from './authentication/authenticator.ts';
import type { Credentials } from './authentication/credentials.ts';
import { encode, RawDocument } from './bson/encode.ts';
import type { Doc } from './bson/values.ts';
import { Clock } from './clock.ts';
import type { Connection, Server } from './commands/command.ts';
import { replicaSet } from './commands/server.ts';
import { Cursors } from './cursors.ts';
import { dispatch } from './dispatch.ts';
import { FailPoint } from './fail-point.ts';
import { startNoops } from './oplog/noop.ts';
import { forgetOplog, Oplog } from './oplog/oplog.ts';
import { Sessions } from './sessions.ts';
import { Snapshots } from './snapshots.ts';
import { Store } from './storage/store.ts';
import { Transactions } from './transactions.ts';
import { startExpiry } from './ttl.ts';
import { MessageReader, readMessage, writeReply } from './wire/message.ts';

export interface EmbeddedMongoOptions {
  /** The data file, made if it does not exist; `:memory:` for one that vanishes with the server. */
  readonly data: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Seconds between looks for expired documents (TTL indexes); default 60, as in MongoDB. */
  readonly expireEverySeconds?: number;
  /** Behave as a MongoDB that was started without a replica set, so without transactions: for tests of who needs them. */
  readonly standalone?: boolean;
  /**
   * Keeps the history of all changes, as a replica set does, in the collection `local.oplog.rs`: the newest entries, up to so
   * many MiB. Not given: there is none, and one that an earlier start left is removed.
   */
  readonly oplog?: number | undefined;
  /** The largest entry of the oplog, in bytes; a transaction of more becomes several. Default 16 MiB, as in MongoDB; smaller for tests. */
  readonly largestOplogEntry?: number | undefined;
  /** Seconds without a change after which the oplog gets an entry all the same; default 10, as in MongoDB. */
  readonly oplogNoopEverySeconds?: number | undefined;
  /**
   * The one user, in the database `admin`: without authenticating as that one, clients may only greet. Both of printable ASCII.
   * Not given: everybody may do everything.
   */
  readonly credentials?: Credentials;
}

export interface EmbeddedMongo {
  /** What drivers connect to; the credentials are never in it. */
  readonly url: string;
  readonly port: number;
  /** Ends the server: open connections are closed, the data file is complete. */
  close(): Promise<void>;
}

/** The port cannot be listened on. */
export class ListenError extends Error {
  readonly code = 'PORT_UNAVAILABLE';
  readonly hint: string;
  constructor(host: string, port: number, cause: NodeJS.ErrnoException) {
    super(
      cause.code === 'EADDRINUSE'
        ? `port ${port} on ${host} is taken`
        : `cannot listen on ${host}:${port}: ${cause.message}`,
      { cause },
    );
    this.name = 'ListenError';
    this.hint = 'choose another port, or 0 for any free one';
  }
}

/** The address a client reached the server by, as drivers write it. */
const reached = (socket: Socket): string => {
  const host = (socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  return `${host.includes(':') ? `[${host}]` : host}:${socket.localPort}`;
};

/** Serves one client. Its commands are answered one after the other, in the order in which they came. */
const serve = (server: Server, socket: Socket, id: number): void => {
  socket.setNoDelay(true);
  const connection: Connection = { address: reached(socket), id };
  const reader = new MessageReader();
  let replies = 0;
  let turn: Promise<void> = Promise.resolve();
  let waiting = 0;
  const answer = async (message: Buffer): Promise<void> => {
    const request = readMessage(message);
    const reply = await dispatch(server, request, connection);
    if (request.silent || socket.destroyed) return;
    socket.cork();
    for (const part of writeReply(request, reply, ++replies)) socket.write(part);
    socket.uncork();
  };
  socket.on('data', (chunk) => {
    try {
      for (const message of reader.add(chunk)) {
        waiting++;
        const next = () => answer(message).finally(() => waiting--);
        turn = (waiting === 1 ? next() : turn.then(next)).catch((error) => {
          // What cannot be read or answered ends the connection, as in MongoDB.
          socket.destroy(error instanceof Error ? error : undefined);
        });
      }
    } catch (error) {
      socket.destroy(error as Error);
    }
  });
  socket.on('error', () => socket.destroy());
};

const startOplog = (store: Store, clock: Clock, options: EmbeddedMongoOptions): Oplog | undefined => {
  if (options.oplog === undefined) {
    forgetOplog(store);
    return undefined;
  }
  try {
    const bytes = Math.round(options.oplog * 1024 * 1024);
    return new Oplog(store, clock, { bytes, largestEntry: options.largestOplogEntry });
  } catch (error) {
    store.close();
    throw error;
  }
};

/**
 * Starts a server and answers once it listens. Errors: DataFileError when the file is in use or unusable, ListenError
 * when the port is taken.
 */
export const startEmbeddedMongo = async (options: EmbeddedMongoOptions): Promise<EmbeddedMongo> => {
  const host = options.host ?? '127.0.0.1';
  const store = new Store(options.data);
  const transactions = new Transactions(store);
  const clock = new Clock();
  const oplog = startOplog(store, clock, options);
  const sockets = new Set<Socket>();
  const size = (output: RawDocument | Doc) =>
    output instanceof RawDocument ? output.bytes.length : encode(output).length;
  const server: Server = {
    store,
    transactions,
    sessions: new Sessions(transactions),
    cursors: new Cursors(size),
    snapshots: new Snapshots(transactions),
    clock,
    oplog,
    failPoint: new FailPoint(),
    standalone: options.standalone ?? false,
    authenticator: options.credentials && new Authenticator(options.credentials),
    startedAt: Date.now(),
    counters: { insert: 0, query: 0, update: 0, delete: 0, getmore: 0, command: 0 },
    connections: () => sockets.size,
  };
  let connections = 0;
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(server, socket, ++connections);
  });
  try {
    listener.listen(options.port, host);
    await once(listener, 'listening');
  } catch (cause) {
    store.close();
    throw new ListenError(host, options.port, cause as NodeJS.ErrnoException);
  }
  const expiry = startExpiry(store, transactions, oplog, options.expireEverySeconds ?? 60);
  const noops = oplog && startNoops(oplog, clock, options.oplogNoopEverySeconds ?? 10);
  const { port } = listener.address() as { port: number };
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  let closing: Promise<void> | undefined;
  const close = async () => {
    expiry.stop();
    noops?.stop();
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server.snapshots.close();
    server.sessions.close();
    store.close();
  };
  const query = server.standalone ? '' : `?replicaSet=${replicaSet}`;
  return {
    url: `mongodb://${shown.includes(':') ? `[${shown}]` : shown}:${port}/${query}`,
    port,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
