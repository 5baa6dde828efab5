import { once } from 'node:events';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PlatformRefusal } from '../refusal.ts';

/**
 * A port of this machine whose connections are led to a host and port of another network, by what {@link open} opens
 * (`deploy/src/switch/tunnel.ts`). It is there as long as this process, which it does not keep from ending.
 * @param at `host:port` there
 * @returns the port, on 127.0.0.1
 * @throws what `open` throws; {@link PlatformRefusal} `unreachable` where nothing answers there
 */
export async function openTunnel(open: () => Promise<Duplex>, at: string): Promise<number> {
  const way = new Way(open);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // Whoever has lost its way hears it as of any network, and connects anew.
    socket.on('error', () => {});
    lead(way, socket, at).catch(() => socket.destroy());
  });
  // Whoever asks hears at once what is wrong, and not after half a minute from a driver.
  (await way.to(at)).destroy();
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function lead(way: Way, socket: Socket, at: string): Promise<void> {
  const stream = await way.to(at);
  stream.on('error', () => socket.destroy());
  stream.once('close', () => socket.destroy());
  socket.once('close', () => stream.destroy());
  stream.pipe(socket).pipe(stream);
}

/** The one stream that all connections share: opened for the first of them, and again where it broke; let go with the last. */
class Way {
  readonly #open: () => Promise<Duplex>;
  #shared: Promise<Shared> | null = null;

  constructor(open: () => Promise<Duplex>) {
    this.#open = open;
  }

  async to(at: string): Promise<Duplex> {
    this.#shared ??= this.#begin();
    const shared = await this.#shared;
    const stream = shared.session.request({ ':method': 'CONNECT', ':authority': at }, { endStream: false });
    shared.connections++;
    stream.once('close', () => {
      if (--shared.connections === 0) shared.end();
    });
    const status = await new Promise((resolve, reject) => {
      stream.once('response', ({ ':status': said }) => resolve(said));
      stream.once('error', reject);
      stream.once('close', () => reject(new Error(`the way to ${at} broke`)));
    });
    if (status === constants.HTTP_STATUS_OK) return stream;
    throw new PlatformRefusal('The switch', 'unreachable', { said: `${at}: ${await text(stream)}` });
  }

  #begin(): Promise<Shared> {
    // Another one may have begun by the time that this one has ended.
    const over = () => {
      if (this.#shared === begun) this.#shared = null;
    };
    const begun = this.#open().then((stream): Shared => {
      const session = connect('http://tunnel', { createConnection: () => stream });
      // What ends the stream ends what it carries, for the same reason.
      stream.once('error', (error) => session.destroy(error));
      session.on('error', () => {});
      session.once('close', over);
      const end = () => {
        over();
        session.close();
      };
      return { session, connections: 0, end };
    });
    begun.catch(over);
    return begun;
  }
}

interface Shared {
  readonly session: ClientHttp2Session;
  connections: number;
  /** It takes no more connections, and is gone with the last of those that it has. */
  end(): void;
}
