/** A service that costs next to nothing: 1 kB for every request. Tells its parent the port. */
import { type AddressInfo, createServer } from 'node:net';

const body = 'x'.repeat(1_024);
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (data: Buffer) => {
    if (data.indexOf('\r\n\r\n', -4) >= 0) socket.write(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit(0));
