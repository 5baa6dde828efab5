import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Duplex, Readable } from 'node:stream';
import type { Clock } from 'conductor-backup/retry';

/** How a platform misbehaves for one request. `…-done`: after it has done the work. */
export type Fault =
  | 'rate-limited'
  | 'not-accepted'
  | 'error'
  | 'error-done'
  | 'lost-done'
  | 'hang-done'
  | 'graphql-error'
  | 'graphql-error-done'
  | 'odd-error'
  | 'page'
  | 'page-done'
  | 'no-data'
  | 'no-data-done'
  // Of the managers of a swarm.
  | 'deadline'
  | 'deadline-done'
  | 'hang';

/** Those of any platform; Railway has its own form of an error besides. */
export const usualFaults: readonly Fault[] = [
  'rate-limited',
  'not-accepted',
  'error',
  'error-done',
  'lost-done',
  'hang-done',
  'page',
  'page-done',
];

/** Those of an engine, and of the way to it. */
export const engineFaults: readonly Fault[] = [
  'not-accepted',
  'lost-done',
  'deadline',
  'deadline-done',
  'error',
];

export interface TwinRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface TwinReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of a body: a page. */
  readonly text?: string;
  /** Sent as it comes, instead of a body; the connection ends with it where there is no other end. */
  readonly stream?: Readable;
  /** The connection is no HTTP any more, for one who has asked for that. */
  readonly upgraded?: (connection: Duplex) => void;
}

/** What a deployment is going to do. */
export type Behaviour =
  | 'good'
  | 'rejected'
  | 'build-fails'
  | 'fails-in-silence'
  | 'skipped'
  | 'canceled'
  | 'task-fails'
  | 'health-fails'
  | 'crashes'
  | 'stuck'
  | 'odd-word'
  // Of tasks on an engine, the others take it for good.
  | 'crash'
  | 'unhealthy'
  | 'no-image'
  | 'no-node'
  | 'sick-later';

/** An HTTP server that stands in for a platform. Knows only the platform's schema: a call that is not in it is a violation. */
export abstract class Twin {
  readonly clock: Clock;
  /** Calls and answers that the platform's published schema does not allow. Every test ends by expecting none. */
  readonly violations: string[] = [];
  readonly requests: TwinRequest[] = [];
  /** Decides on the fault of the n-th request, counted from 0. */
  faults: (n: number, request: TwinRequest) => Fault | null = () => null;
  /** Decides what a deployment of a service does, by the variables that it runs with. */
  behave: (service: string, variables: Readonly<Record<string, string>>) => Behaviour = () => 'good';
  /** The applications know nothing of Conductor: no answer of theirs names a version. */
  nameless = false;
  /** Hosts whose records are in DNS: the platform has seen them, and serves them with a certificate. */
  readonly published = new Set<string>();
  /** When the platform first refused something by itself, and as which request. */
  refusal: { readonly at: number; readonly request: number } | null = null;
  /** Milliseconds until what was made shows in lists. */
  lag = 0;
  /** Milliseconds that each answer takes, on its clock. */
  answerTime = 0;
  #server: Server | undefined;
  readonly #upgraded = new Set<Duplex>();
  #ids = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Headers with which an application answers. */
  protected saying(version: string): Record<string, string> {
    return this.nameless ? {} : { 'x-release': version };
  }

  /** From now on no token is good: somebody has revoked it, or it has expired. */
  abstract revoke(): void;
  protected abstract handle(request: TwinRequest, where: unknown): Promise<TwinReply | 'drop'>;
  protected abstract readonly limited: Readonly<Record<string, string>>;

  get url(): string {
    return `http://127.0.0.1:${(this.#server!.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    this.#server = this.server();
    await this.listen(this.#server);
    return this;
  }

  /** @param where which of its machines is asked, where the platform has several */
  protected server(where?: unknown): Server {
    const server = createServer((request, response) => {
      void this.#serve(request, where).then((reply) => {
        if (reply === 'hang') return;
        if (reply === 'drop') return void request.socket.destroy();
        if (reply.stream) {
          response.writeHead(reply.status, reply.headers);
          response.once('close', () => reply.stream!.destroy());
          return void reply.stream.pipe(response);
        }
        const body = reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
        response.end(body);
      });
    });
    return server.on('upgrade', (request, connection, head) => {
      void this.#upgrade(request, connection, head, where);
    });
  }

  /** A request that asks for the connection itself: only its body is HTTP, the rest is for what answers. */
  async #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer, where: unknown): Promise<void> {
    connection.on('error', () => {});
    this.#upgraded.add(connection);
    const length = Number(request.headers['content-length'] ?? 0);
    let come = head;
    while (come.length < length)
      come = Buffer.concat([come, ((await once(connection, 'data')) as [Buffer])[0]]);
    connection.pause();
    if (come.length > length) connection.unshift(come.subarray(length));
    const { method, url, headers } = request;
    const body = Readable.from([come.subarray(0, length)]);
    const reply = await this.#serve(Object.assign(body, { method, url, headers }), where);
    if (reply === 'hang') return;
    if (reply === 'drop') return void connection.destroy();
    if (reply.upgraded) {
      connection.write('HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n');
      return reply.upgraded(connection);
    }
    const text = JSON.stringify(reply.body ?? {});
    const lines = [`HTTP/1.1 ${reply.status} No`, 'content-type: application/json', 'connection: close'];
    connection.end(`${lines.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  protected async listen(server: Server): Promise<void> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  /** What a request holds; undefined without any. */
  protected bodyOf(bytes: Buffer, _headers: IncomingMessage['headers']): unknown {
    return bytes.length ? JSON.parse(bytes.toString('utf8')) : undefined;
  }

  async close(): Promise<void> {
    for (const connection of this.#upgraded) connection.destroy();
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(
    incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers'> & AsyncIterable<unknown>,
    where: unknown,
  ): Promise<TwinReply | 'drop' | 'hang'> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? '/', 'http://twin');
    const request: TwinRequest = {
      method: incoming.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: this.bodyOf(Buffer.concat(chunks), incoming.headers),
    };
    const fault = this.faults(this.requests.length, request);
    this.requests.push(request);
    if (this.answerTime > 0) await this.clock.sleep(this.answerTime);
    if (fault === 'rate-limited')
      return { status: 429, headers: this.limited, body: this.words('slow down') };
    if (fault === 'not-accepted') return 'drop';
    if (fault === 'hang') return 'hang';
    if (fault === 'deadline') return this.#tooLate();
    if (fault === 'error') return { status: 503, body: this.words('try later') };
    if (fault === 'graphql-error') return internal('Problem processing request');
    if (fault === 'odd-error') return internal(`Frobnication ${this.requests.length} failed`);
    if (fault === 'page') return page;
    if (fault === 'no-data') return noData;
    try {
      const reply = await this.handle(request, where);
      if (reply === 'drop') return reply;
      if (isRefusal(reply)) this.refusal ??= { at: this.clock.now(), request: this.requests.length };
      if (fault === 'deadline-done') return this.#tooLate();
      if (fault === 'page-done') return page;
      if (fault === 'no-data-done') return noData;
      if (fault === 'error-done') return { status: 502, body: this.words('bad gateway') };
      if (fault === 'lost-done') return 'drop';
      if (fault === 'hang-done') return 'hang';
      if (fault === 'graphql-error-done') return internal('Problem processing request');
      return reply;
    } catch (error) {
      this.violations.push(`the twin itself fails: ${error instanceof Error ? error.stack : error}`);
      return { status: 500, body: this.words('the twin fails') };
    }
  }

  #tooLate(): TwinReply {
    const text = 'rpc error: code = DeadlineExceeded desc = context deadline exceeded';
    return { status: 500, body: this.words(text) };
  }

  /** The platform's form of an error. */
  protected abstract words(text: string): unknown;

  protected id(kind: string): string {
    this.#ids++;
    return `${kind}-${String(this.#ids).padStart(4, '0')}`;
  }

  /** It was made so long ago that lists show it. */
  protected shows(madeAt: number): boolean {
    return this.clock.now() >= madeAt + this.lag;
  }
}

const isRefusal = ({ status, body }: TwinReply): boolean =>
  status >= 400 || Boolean((body as { errors?: unknown } | undefined)?.errors);

/** GraphQL's form of a fault of the platform's own. */
const internal = (message: string): TwinReply => ({
  status: 200,
  body: { data: null, errors: [{ message, extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
});
/** What stands before a platform, while the platform is away. */
const page: TwinReply = {
  status: 200,
  text: '<!doctype html><title>One moment, please</title>',
  headers: { 'content-type': 'text/html' },
};
const noData: TwinReply = { status: 200, body: { data: null } };

/** A process that is killed at a request: from that moment on nothing comes back to it, and it sends nothing any more. */
export function killedAt(boundary: number): {
  fetch: typeof fetch;
  killed: Promise<void>;
  requests: () => number;
} {
  let kill!: () => void;
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  let requests = 0;
  const forever = new Promise<never>(() => {});
  return {
    killed,
    requests: () => requests,
    async fetch(input, init) {
      const n = requests++;
      // Boundaries 0, 2, 4 … are just before a request leaves, 1, 3, 5 … just after its answer has come.
      if (n * 2 >= boundary) {
        kill();
        return forever;
      }
      const response = await fetch(input, init);
      if (n * 2 + 1 < boundary) return response;
      await response.arrayBuffer();
      kill();
      return forever;
    },
  };
}

/**
 * The same for a process that does not take its way to the platform from a test: from a boundary on the twin answers nothing, until `over`
 * is called for the next process.
 */
export function unansweredFrom(
  twin: Pick<Twin, 'faults' | 'requests'>,
  boundary: number,
): { killed: Promise<void>; over: () => void; requests: () => number } {
  let kill!: () => void;
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  const before = twin.faults;
  const first = twin.requests.length;
  twin.faults = (n) => {
    const at = (n - first) * 2;
    if (at + 1 < boundary) return null;
    kill();
    return at >= boundary ? 'hang' : 'hang-done';
  };
  return {
    killed,
    requests: () => twin.requests.length - first,
    over: () => {
      twin.faults = before;
    },
  };
}

/** Random numbers that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Faults at random: a share of all requests, each kind as often. */
export function randomFaults(share: number, random: () => number, kinds: readonly Fault[]) {
  return (): Fault | null => (random() < share ? kinds[Math.floor(random() * kinds.length)]! : null);
}
