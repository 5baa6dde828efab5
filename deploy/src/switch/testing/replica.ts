import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** A replica of a release, which says of itself what it is. */
export interface Replica {
  readonly host: string;
  readonly port: number;
  /** Headers of the requests that it had, the newest last. */
  readonly headers: IncomingMessage['headers'][];
  readonly webSockets: Set<Duplex>;
  /** Requests that are under way. */
  readonly active: () => number;
  close(): Promise<void>;
}

/** A text frame: "hi". */
export const frame: Buffer = Buffer.of(0x81, 0x02, 0x68, 0x69);

/**
 * Answers `<says> <bytes of the body>`; `/slow` after 3 s, `/never` never, `/error` with 500, and an upgrade with a frame now and then.
 */
export async function replica(host: string, port: number, says: string): Promise<Replica> {
  const headers: IncomingMessage['headers'][] = [];
  const webSockets = new Set<Duplex>();
  let active = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, async (req, res) => {
    headers.push(req.headers);
    active++;
    res.once('close', () => active--);
    let size = 0;
    try {
      for await (const chunk of req) size += (chunk as Buffer).length;
    } catch {
      return;
    }
    const path = req.url?.split('?', 1)[0];
    if (path === '/never') return;
    if (path === '/slow') await sleep(3_000);
    if (path === '/error') res.statusCode = 500;
    res.end(`${says} ${size}`);
  });
  server.on('upgrade', (_req, socket) => {
    webSockets.add(socket);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const beat = setInterval(() => socket.write(frame), 20);
    socket.on('error', () => socket.destroy());
    socket.on('data', () => {});
    socket.once('close', () => {
      clearInterval(beat);
      webSockets.delete(socket);
    });
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    host,
    port: (server.address() as AddressInfo).port,
    headers,
    webSockets,
    active: () => active,
    close: async () => {
      for (const socket of webSockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
