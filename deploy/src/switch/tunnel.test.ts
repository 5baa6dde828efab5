import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leadOn } from './tunnel.ts';

let echo: Server;
beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterEach(() => void echo.close());

/** A client, and what becomes of the other end. */
function open() {
  const [out, back] = [new PassThrough(), new PassThrough()];
  const here = Duplex.from({ readable: back, writable: out });
  const there = Duplex.from({ readable: out, writable: back });
  const asked: string[] = [];
  const ended = leadOn(there, (port, host) => {
    asked.push(`${host}:${port}`);
    const to = host === 'echo' ? (echo.address() as AddressInfo).port : 1;
    return connect({ port: to, host: '127.0.0.1', allowHalfOpen: true });
  });
  const session = connectHttp2('http://tunnel', { createConnection: () => here });
  const ask = async (authority: string) => {
    const one = session.request({ ':method': 'CONNECT', ':authority': authority }, { endStream: false });
    const [headers] = await once(one, 'response');
    return { one, status: headers[':status'] as number };
  };
  return { session, asked, ended, ask };
}

it('leads many connections on at once, each to its end, whatever they carry', async () => {
  const { session, asked, ended, ask } = open();
  const all = await Promise.all(
    Array.from({ length: 8 }, async (_, n) => {
      const { one, status } = await ask('echo:27017');
      expect(status).toBe(200);
      const sent = randomBytes(n * 300_000);
      one.end(sent);
      return (await buffer(one)).equals(sent);
    }),
  );
  expect(all).toEqual(all.map(() => true));
  expect(new Set(asked)).toEqual(new Set(['echo:27017']));
  session.close();
  await ended;
});

it('says why a connection cannot be made, and goes on with the others', async () => {
  const { session, ended, ask } = open();
  const refused = await ask('nobody:27017');
  expect(refused.status).toBe(502);
  expect((await buffer(refused.one)).toString()).toContain('ECONNREFUSED');
  const nowhere = await ask('echo');
  expect([nowhere.status, (await buffer(nowhere.one)).length > 0]).toEqual([400, true]);
  const { one } = await ask('echo:1');
  one.end('hello');
  expect((await buffer(one)).toString()).toBe('hello');
  session.close();
  await ended;
});

it('lets go of every connection when the stream breaks off', async () => {
  const gone = new Promise((resolve) => echo.once('connection', (socket) => socket.once('close', resolve)));
  const { session, ended, ask } = open();
  const { one } = await ask('echo:1');
  one.on('error', () => {});
  session.destroy();
  await Promise.all([gone, ended]);
});
