import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Where } from '../handshake.ts';
import type { Keyed } from './certificates.ts';

/** What one host answers to a path with its query. */
export type Answering = (path: string) => { status: number; headers?: Record<string, string> };

/** What answers, by scheme and host: `https app.example.com`. */
export type Answers = Readonly<Record<string, Answering>>;

/** Servers on loopback for all hosts of a test: HTTP, and HTTPS with HTTP/2, for which `keyed` is left out where there is none. */
export async function openSite(
  answers: Answers,
  keyed?: Keyed,
): Promise<{ where: Where; [Symbol.asyncDispose](): Promise<void> }> {
  const answering = (scheme: string, host: string | undefined, path: string) => {
    const name = (host ?? '').replace(/:\d+$/, '');
    return answers[`${scheme} ${name}`]?.(path) ?? { status: 421 };
  };
  const plain = createServer((request, response) => {
    const { status, headers = {} } = answering('http', request.headers.host, request.url ?? '/');
    response.writeHead(status, headers).end();
  });
  const secure = createSecureServer({ ...keyed, allowHTTP1: true }, (request, response) => {
    const host = request.headers[':authority'] ?? request.headers.host;
    const { status, headers = {} } = answering('https', host, request.url);
    response.writeHead(status, headers);
    response.end();
  });
  const listening = [plain, secure].map(
    (server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve())),
  );
  await Promise.all(listening);
  const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
  return {
    where: {
      address: '127.0.0.1',
      httpPort: port(plain),
      // Nothing listens on port 1.
      httpsPort: keyed ? port(secure) : 1,
      timeout: 2_000,
    },
    async [Symbol.asyncDispose]() {
      plain.closeAllConnections();
      await Promise.all(
        [plain, secure].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}
