import { createServer } from 'node:net';

/** Below the range that systems hand out for outgoing connections, so that none of those can take a port in between. */
const first = 20_000;
const last = 31_999;

/** A port of 127.0.0.1 that nobody listens on and that is not in `reserved`. */
export async function freePort(reserved: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (!reserved.has(port) && (await isFree(port, '127.0.0.1'))) return port;
  }
  throw new Error(`No free port between ${first} and ${last}.`);
}

/** True when one could listen there. An address family that this machine lacks is free of others, too. */
export function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(true);
      else reject(error);
    });
    server.listen({ port, host, ipv6Only: host === '::1' }, () => server.close(() => resolve(true)));
  });
}
