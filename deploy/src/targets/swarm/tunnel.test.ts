import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leadOn } from '../../switch/tunnel.ts';
import { openTunnel } from './tunnel.ts';

let echo: Server;
/** Every stream that was opened for it. */
let opened: Duplex[];
beforeEach(async () => {
  opened = [];
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterEach(() => void echo.close());

const open = async (): Promise<Duplex> => {
  const [out, back] = [new PassThrough(), new PassThrough()];
  void leadOn(Duplex.from({ readable: out, writable: back }), () =>
    connect({ port: (echo.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true }),
  );
  const stream = Duplex.from({ readable: back, writable: out });
  opened.push(stream);
  return stream;
};

it('keeps nothing open when its last connection is gone, however soon the next one comes', async () => {
  const port = await openTunnel(open, 'store:1');
  for (let turn = 0; turn < 30; turn++) {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const came = text(socket);
    socket.end(`turn ${turn}`);
    expect(await came).toBe(`turn ${turn}`);
  }
  expect(opened.length).toBeGreaterThan(1);
  await expect.poll(() => opened.filter(({ destroyed }) => !destroyed).length).toBe(0);
});

it('opens a new way where the one before broke, in the midst of a connection', async () => {
  const port = await openTunnel(open, 'store:1');
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write('hello');
  await once(socket, 'data');
  const gone = once(socket, 'close');
  opened.at(-1)!.destroy(new Error('ssh ended with 255'));
  await gone;
  const again = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  again.end('here');
  expect(await text(again)).toBe('here');
});

it('says at once why it cannot be opened', async () => {
  const why = new Error('ssh ended with 255');
  await expect(openTunnel(() => Promise.reject(why), 'store:1')).rejects.toBe(why);
});
