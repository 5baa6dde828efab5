/** A server that answers fast, slowly, to uploads and on WebSockets; `behaviour.txt` says what is wrong with this release. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const { PORT, HOST, CONDUCTOR_RELEASE = '' } = process.env;
const behaviour = existsSync('behaviour.txt') ? readFileSync('behaviour.txt', 'utf8').trim() : 'good';
for (let line = 1; line <= 30; line++) console.log(`line ${line} of ${CONDUCTOR_RELEASE}`);
if (behaviour === 'crash') throw new Error('this release is broken');

const sockets = new Set<Duplex>();
const streams = new Set<ServerResponse>();
const server = createServer((req, res) => {
  res.setHeader('X-Release', CONDUCTOR_RELEASE);
  if (req.url === '/health') {
    res.writeHead(behaviour === 'unhealthy' ? 500 : 200).end();
    if (behaviour === 'short-lived') setTimeout(() => process.exit(7), 1_000).unref();
  } else if (req.url === '/slow') setTimeout(() => res.end('slow'), 2_000);
  else if (req.url === '/events') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const timer = setInterval(() => res.write('data: tick\n\n'), 500);
    res.write('data: tick\n\n');
    streams.add(res);
    res.once('close', () => {
      clearInterval(timer);
      streams.delete(res);
    });
  } else if (req.method === 'POST') {
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    req.on('end', () => res.end(String(size)));
  } else res.end('fast');
});

// RFC 6455: enough of it to agree to a client's close, and to say 1012 (service restart) when it ends.
server.on('upgrade', (req, socket) => {
  const accept = createHash('sha1')
    .update(`${req.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  sockets.add(socket);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => sockets.delete(socket));
  socket.on('data', (frame: Buffer) => {
    if ((frame[0]! & 0x0f) === 8) socket.end(Buffer.from([0x88, 0]));
  });
});

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  for (const stream of streams) stream.end();
  for (const socket of sockets) socket.end(Buffer.from([0x88, 2, 1012 >> 8, 1012 & 0xff]));
});

if (behaviour === 'silent') setInterval(() => {}, 1_000);
else server.listen(Number(PORT), HOST);
