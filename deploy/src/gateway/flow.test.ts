import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { type RawService, rawService, type Script } from './testing/wire.ts';
import { Upstream } from './upstream.ts';

const size = 100_000_000;
/** Much more than all buffers on the way from end to end, and much less than `size`. */
const buffered = 30_000_000;

let gateway: Gateway;
let port: number;
let service: RawService;
let upstream: Upstream;

beforeEach(async () => {
  gateway = new Gateway();
  port = await freePort(new Set());
  await gateway.listen(port);
});

afterEach(async () => {
  await gateway.closeAllBut(null, 100);
  upstream.close();
  await service.close();
});

async function serve(script: Script): Promise<void> {
  service = await rawService(script);
  upstream = new Upstream('web', service.port);
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [upstream] }]));
}

function client(...lines: string[]): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  socket.write(`${[...lines, 'Host: x'].join('\r\n')}\r\n\r\n`);
  return socket;
}

const piece = Buffer.alloc(100_000, 'x');

/** Writes `size` bytes as fast as they are taken. @returns how many are out of the hands of this process so far */
function pour(socket: Socket): () => number {
  let written = 0;
  const more = () => {
    while (written < size && !socket.destroyed) {
      written += piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
  return () => written - socket.writableLength;
}

/** Waits until a figure has not changed for 300 ms. */
async function standing(figure: () => number): Promise<number> {
  for (;;) {
    const before = figure();
    await sleep(300);
    if (before > 0 && figure() === before) return before;
  }
}

test('100 MB go down whole; to a client that does not read, no more than buffers hold', async () => {
  let poured = () => 0;
  await serve((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    poured = pour(socket);
  });
  const socket = client('GET / HTTP/1.1');
  socket.pause();
  const before = process.memoryUsage.rss();
  expect(await standing(() => poured())).toBeLessThan(buffered);
  expect(process.memoryUsage.rss() - before).toBeLessThan(buffered);
  let read = 0;
  socket.on('data', (data: Buffer) => {
    read += data.length;
  });
  socket.resume();
  await expect.poll(() => read, { timeout: 20_000 }).toBeGreaterThanOrEqual(size);
});

test('100 MB go up whole; to a service that does not read, no more than buffers hold', async () => {
  let heard = 0;
  let taking: Socket | undefined;
  await serve((socket, first) => {
    taking = socket;
    heard = first.length - (first.indexOf('\r\n\r\n') + 4);
    socket.removeAllListeners('data');
    socket.on('data', (data: Buffer) => {
      heard += data.length;
      if (heard >= size) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
    socket.pause();
  });
  const socket = client('POST / HTTP/1.1', `Content-Length: ${size}`);
  const before = process.memoryUsage.rss();
  expect(await standing(pour(socket))).toBeLessThan(buffered);
  expect(process.memoryUsage.rss() - before).toBeLessThan(buffered);
  taking?.resume();
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1.1 200 OK\r\n/);
  socket.destroy();
});

test('a service hears that a client has left in the middle of an upload', async () => {
  await serve(() => {});
  const socket = client('POST / HTTP/1.1', 'Content-Length: 1000');
  socket.write('half');
  await expect.poll(() => service.heard[0]).toMatch(/half$/);
  socket.destroy();
  await expect.poll(() => service.open.size).toBe(0);
  expect(upstream.active).toBe(0);
});

test('a service hears that a client has left in the middle of a download', async () => {
  let poured = () => 0;
  await serve((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    poured = pour(socket);
  });
  const socket = client('GET / HTTP/1.1');
  await once(socket, 'data');
  socket.destroy();
  await expect.poll(() => service.open.size).toBe(0);
  expect(poured()).toBeLessThan(size);
  expect(upstream.active).toBe(0);
});

test('a client that goes on sending after its last answer is read for a while, and answered no more', async () => {
  await serve((socket) => {
    socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  const socket = client('POST / HTTP/1.1', 'Content-Length: 100000');
  let text = '';
  socket.on('data', (data: Buffer) => {
    text += data.toString();
  });
  // Its end must not end ours.
  socket.allowHalfOpen = true;
  await once(socket, 'end');
  let reset: Error | undefined;
  socket.once('error', (error) => {
    reset = error;
  });
  for (let i = 0; i < 10; i++) {
    socket.write(piece.subarray(0, 10_000));
    await sleep(10);
  }
  socket.write('GET /second HTTP/1.1\r\nHost: x\r\n\r\n');
  await sleep(50);
  socket.destroy();
  expect(reset).toBeUndefined();
  expect(text).toMatch(/^HTTP\/1.1 413 .*Connection: close\r\n.*\r\n\r\n$/s);
  expect(service.heard.join('')).not.toContain('/second');
});

test.each(['GET / HTTP/1.1', 'POST / HTTP/1.1\r\nContent-Length: 0'])(
  'an event stream (%s) holds up no end of a service, and is whole wherever it stops',
  async (request) => {
    let ended = () => {};
    await serve((socket) => {
      socket.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      socket.write('6\r\na: b\n\n\r\n');
      ended = () => socket.destroy();
    });
    const socket = client(request);
    let said = '';
    socket.on('data', (chunk) => {
      said += chunk;
    });
    await expect.poll(() => said).toContain('a: b');
    await upstream.idle();
    expect(upstream.active).toBe(0);
    ended();
    await expect.poll(() => said).toMatch(/a: b\n\n\r\n0\r\n\r\n$/);
    socket.destroy();
  },
);
