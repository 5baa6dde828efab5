import { Agent, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import type { Dial } from './dial.ts';

/** What goes out and what comes back as a stream: images, logs, the output of a program. */
export interface StreamCall {
  readonly method: 'GET' | 'POST';
  /** Path and query, after the version: `/images/load?quiet=1`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable | string;
  readonly signal?: AbortSignal;
}

/** HTTP over whatever leads to an engine. Connections are kept for the next request, so a login over ssh is paid once. */
export interface EngineHttp {
  /** As `fetch`, for the HTTP client that all targets share. */
  readonly fetch: typeof globalThis.fetch;
  /** Resolves with the answer when its headers are there, whatever its status. */
  stream(call: StreamCall): Promise<IncomingMessage>;
  /** The connection itself, both ways, where the engine agrees; else its answer. */
  upgrade(call: StreamCall): Promise<Duplex | IncomingMessage>;
}

/** @param version of the API, `v1.41` */
export function engineHttp(dial: Dial, version: string): EngineHttp {
  const agent = dialAgent(dial);
  const send = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Readable | string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const out = request(
        { agent, method, path, headers: { host: 'docker', ...headers }, ...(signal && { signal }) },
        resolve,
      );
      out.once('error', reject);
      if (body instanceof Readable) body.once('error', (error) => out.destroy(error)).pipe(out);
      else out.end(body);
    });
  return {
    fetch: async (input, init = {}) => {
      const { pathname, search } = new URL(String(input));
      const headers = Object.fromEntries(new Headers(init.headers));
      const answer = await send(
        init.method ?? 'GET',
        pathname + search,
        headers,
        init.body as string | undefined,
        init.signal ?? undefined,
      );
      const status = answer.statusCode!;
      // A Response of these statuses may have no body at all.
      const empty = [101, 204, 205, 304].includes(status);
      if (empty) answer.resume();
      const body = empty ? null : (Readable.toWeb(answer) as ReadableStream);
      return new Response(body, { status, headers: Object.entries(answer.headers) as [string, string][] });
    },
    stream: ({ method, path, headers = {}, body, signal }) =>
      send(method, `/${version}${path}`, headers, body, signal),
    upgrade: ({ method, path, headers = {}, body }) =>
      new Promise((resolve, reject) => {
        const asking = { host: 'docker', connection: 'Upgrade', upgrade: 'tcp', ...headers };
        const out = request({ agent, method, path: `/${version}${path}`, headers: asking }, resolve);
        out.once('upgrade', (_answer, socket, head) => {
          if (head.length > 0) socket.unshift(head);
          resolve(socket);
        });
        out.once('error', reject);
        out.end(body);
      }),
  };
}

/** Node's own pool of connections, over streams that {@link Dial} opens. */
function dialAgent(dial: Dial): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 8, timeout: 0 });
  agent.createConnection = (_options, done) => {
    dial().then(
      (stream) => done?.(null, asSocket(stream)),
      (error: Error) => done?.(error, undefined as never),
    );
    return undefined as never;
  };
  return agent;
}

/** What Node's HTTP client calls of a socket and a stream of a program has not. A kept connection keeps no command from ending. */
function asSocket(stream: Duplex): Duplex {
  const socket = stream as Duplex & Record<string, unknown>;
  for (const name of ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'])
    socket[name] ??= () => stream;
  return stream;
}
