import type { Duplex } from 'node:stream';

/** ms that a client may take to close its side: without a word, and altogether. */
const silence = 5_000;
const limit = 30_000;

/**
 * Ends a connection to a client after its last answer. What the client still says is for nobody, but is read: closing with
 * something unread would reset the connection, and the answer could be lost with it (RFC 9112, 9.6).
 */
export function part(client: Duplex): void {
  client.end();
  client.resume();
  const quiet = setTimeout(() => client.destroy(), silence);
  const late = setTimeout(() => client.destroy(), limit);
  client.on('data', () => quiet.refresh());
  client.once('close', () => {
    clearTimeout(quiet);
    clearTimeout(late);
  });
}
