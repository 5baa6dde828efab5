import { createServer } from 'node:net';

/**
 * Below the range that systems hand out for connections and for `listen(0)`, so that nothing else of the tests can be given a port
 * between the moment it is chosen and the moment it is used; and below the ports that the local target takes for itself.
 */
const first = 10_000;
const last = 19_999;
const given = new Set<number>();

/** A port of 127.0.0.1 that is free and that this process was not given before, for a program that can't choose one itself and say which. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = first + Math.floor(Math.random() * (last - first + 1));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port between ${first} and ${last}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
