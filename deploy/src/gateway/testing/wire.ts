import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, readMessages } from './message.ts';

/** A service that knows no HTTP: what comes in is kept as it came, and what goes out is what a case says. */
export interface RawService {
  readonly port: number;
  /** Bytes of each connection that brought any, in the order of connecting. */
  readonly heard: string[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  /** Ends all connections and forgets what was heard. */
  forget(): void;
  close(): Promise<void>;
}

/** Called for each piece that arrives on a connection, with all that arrived on it so far. */
export type Script = (socket: Socket, heard: string, piece: string) => void;

export async function rawService(script: Script): Promise<RawService> {
  const heard: string[] = [];
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    open.add(socket);
    let at = -1;
    socket.on('data', (data: Buffer) => {
      if (!open.has(socket)) return;
      if (at < 0) at = heard.push('') - 1;
      const piece = data.toString('latin1');
      heard[at] += piece;
      script(socket, heard[at]!, piece);
    });
    socket.on('end', () => socket.end());
    // A reset is what some cases are about.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const forget = () => {
    for (const socket of open) socket.destroy();
    open.clear();
    heard.length = 0;
  };
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    open,
    forget,
    close: async () => {
      forget();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers each whole request with `answer`. */
export const answering =
  (answer: string): Script =>
  (socket, heard, piece) => {
    const whole = (bytes: string) => readMessages(bytes).filter((message) => message.whole).length;
    for (let due = whole(heard) - whole(heard.slice(0, heard.length - piece.length)); due > 0; due--)
      socket.write(answer, 'latin1');
    if (/^connection: close\r$/im.test(answer) && whole(heard) > 0) socket.end();
  };

/** Answers as soon as the head of the request is there, and closes with all the rest unread. */
export const answeringEarly =
  (answer: string): Script =>
  (socket, heard) => {
    if (!heard.includes('\r\n\r\n')) return;
    socket.pause();
    socket.write(answer, 'latin1', () => socket.destroy());
  };

/**
 * Writes `pieces` to a port, one after the other (`patient`: when something has come back), and reads until `answers` final answers are there, or the other side ends, or
 * 3 s have passed.
 */
export async function speak(
  port: number,
  pieces: readonly (string | Buffer)[],
  {
    answers = 1,
    bodiless = 0,
    patient = false,
  }: { answers?: number; bodiless?: number; patient?: boolean } = {},
): Promise<{ messages: Message[]; bytes: string; ended: boolean; error?: Error }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let bytes = '';
  let ended = false;
  let error: Error | undefined;
  const messages = () => readMessages(bytes, { ended, bodiless });
  const finals = () => messages().filter(({ start, whole }) => whole && !/^HTTP\/1\.1 1(?!01)/.test(start));
  let enough = () => {};
  const done = new Promise<void>((resolve) => {
    enough = resolve;
  });
  socket.on('data', (data: Buffer) => {
    bytes += data.toString('latin1');
    if (finals().length >= answers) enough();
  });
  socket.on('end', () => {
    ended = true;
    enough();
  });
  socket.on('error', (reason) => {
    error = reason;
    enough();
  });
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await (patient ? Promise.race([once(socket, 'data'), done]) : sleep(10));
    if (!socket.destroyed && socket.writable) socket.write(piece, 'latin1');
  }
  await Promise.race([done, sleep(3_000, undefined, { ref: false })]);
  socket.destroy();
  return { messages: messages(), bytes, ended, ...(error ? { error } : {}) };
}
