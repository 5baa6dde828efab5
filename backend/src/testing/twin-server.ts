import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a twin does with its next request; after its steps it answers as a good provider would. */
export type Step =
  | { fail: 400 | 401 | 429 | 500 | 529 | 'timeout' | 'network' | 'refusal' | 'malformed' }
  /** A structured answer of the test's own. */
  | { answer: unknown }
  | { say: string }
  | { call: { name: string; input: unknown } };

export interface Twin {
  readonly url: string;
  /** Every request body so far, as it arrived. */
  readonly requests: Record<string, unknown>[];
  next(...steps: Step[]): void;
  /** Forgets requests and steps. */
  reset(): void;
  close(): Promise<void>;
}

export interface Asked {
  body: Record<string, unknown>;
  headers: IncomingMessage['headers'];
  step: Step | undefined;
}

/**
 * Serves one path as a provider does. `POST /twin/next` with a list of steps says what comes next, for stories that run
 * the twin as a process.
 */
export async function startTwin(
  path: string,
  answer: (asked: Asked, response: ServerResponse) => void,
  port = 0,
): Promise<Twin> {
  const requests: Record<string, unknown>[] = [];
  const steps: Step[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const address = request.url?.split('?')[0];
    if (request.method === 'POST' && address === '/twin/next') {
      steps.push(...(JSON.parse(text) as Step[]));
      return void response.writeHead(204).end();
    }
    if (request.method !== 'POST' || address !== path) return void response.writeHead(404).end();
    const body = JSON.parse(text) as Record<string, unknown>;
    requests.push(body);
    const step = steps.shift();
    if (step && 'fail' in step && step.fail === 'timeout') return;
    if (step && 'fail' in step && step.fail === 'network') return void request.socket.destroy();
    answer({ body, headers: request.headers, step }, response);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    next: (...more) => void steps.push(...more),
    reset() {
      requests.splice(0);
      steps.splice(0);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Server-sent events as both providers write them: the event's name is its data's `type`. */
export function sendStream(response: ServerResponse, events: readonly { type: string }[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}
