import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** A name server for names that a test makes up, which tells everybody to remember its answers for ten minutes, as Docker's does. */
export interface NameServer {
  /** `127.0.0.1:port` */
  readonly address: string;
  /** How often each name was asked for. */
  readonly asked: Map<string, number>;
  /** Addresses of names; others are not found. */
  readonly names: Map<string, readonly string[]>;
  /** Hears, and says nothing. */
  silent: boolean;
  close(): void;
}

export async function nameServer(): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server: NameServer = {
    address: `127.0.0.1:${socket.address().port}`,
    asked: new Map(),
    names: new Map(),
    silent: false,
    close: () => socket.close(),
  };
  socket.on('message', (query, { port, address }) => {
    const { name, end } = questionOf(query);
    server.asked.set(name, (server.asked.get(name) ?? 0) + 1);
    if (server.silent) return;
    socket.send(answerTo(query.subarray(0, end), server.names.get(name) ?? []), port, address);
  });
  return server;
}

/** RFC 1035, 4.1.2: labels with their lengths, type and class. */
function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

function answerTo(question: Buffer, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question);
  // An answer, recursion available; "no such name" where there is none.
  head.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(0, 10);
  const records = addresses.map((address) =>
    // The name of the question, A, IN, 600 s, four bytes.
    Buffer.from([0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0x02, 0x58, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, ...records]);
}
