import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod/mini';
import { ConductorError } from '../errors.ts';
import { probeAll } from './probe.ts';
import { closedSchema, invalid, parsed, parsedTable, probeSchema } from './protocol.ts';
import type { Switch } from './switch.ts';

/** A table of some hundred services is smaller. */
const largest = 1024 * 1024;

const routeSchema = z.object({ table: z.unknown(), within: z.number() });
const maintenanceSchema = z.object({ closed: z.optional(z.nullable(closedSchema)) });
const probeOrderSchema = z.object({ probe: probeSchema });
const drainedSchema = z.object({ release: z.string(), within: z.number() });

/** What can be asked of a switch: by verb, with the order as JSON. */
type Verb = (order: unknown, signal: AbortSignal) => unknown;

const verbsOf = (over: Switch): Readonly<Record<string, Verb>> => ({
  table: () => over.view,
  traffic: () => over.traffic,
  route: (order, signal) => {
    const { table, within } = parsed(routeSchema, 'The order', order);
    return over.route(parsedTable(table), within, signal);
  },
  maintenance: (order) => {
    const { closed } = parsed(maintenanceSchema, 'The notice', order);
    return closed === undefined ? over.closed : over.close(closed);
  },
  probe: (order) => {
    const { probe } = parsed(probeOrderSchema, 'The order', order);
    return probeAll(over.resolve, probe);
  },
  drained: (order) => {
    const { release, within } = parsed(drainedSchema, 'The order', order);
    return over.drained(release, within);
  },
});

/**
 * The server through which a switch is asked, for the machine (or container) that it runs in only. `POST /v1/<verb>`, and
 * `GET /-/switch/health`: 200 while it serves, 503 once it is to end. It says nothing of the services: a switch is not sick because a
 * service is.
 */
export class Control {
  readonly #server: Server;
  readonly #verbs: Readonly<Record<string, Verb>>;
  ending = false;

  constructor(over: Switch) {
    this.#verbs = verbsOf(over);
    this.#server = createServer((req, res) => {
      this.#answer(req, res).catch((error: unknown) => json(res, 500, errorOf(error)));
    });
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (req.method === 'GET' && req.url === '/-/switch/health') {
      json(res, this.ending ? 503 : 200, { status: this.ending ? 'ending' : 'ok' });
      return;
    }
    const verb = req.method === 'POST' ? this.#verbs[req.url?.replace('/v1/', '') ?? ''] : undefined;
    if (verb === undefined) {
      json(res, 404, errorOf(invalid(`${req.method} ${req.url} is not known here.`)));
      return;
    }
    const left = new AbortController();
    res.once('close', () => left.abort());
    json(res, 200, await verb(await orderOf(req), left.signal));
  }
}

async function orderOf(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > largest) throw invalid('The order is longer than 1 MiB.');
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw invalid('The order is not JSON.');
  }
}

function json(res: ServerResponse, status: number, body: unknown): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const unexpected = (cause: unknown): ConductorError =>
  new ConductorError({
    code: 'switch.failed',
    message: `The switch failed: ${(cause as Error)?.message ?? cause}`,
    fault: 'conductor',
    cause,
  });

/** As it is printed and sent. */
export function errorOf(error: unknown): { error: { code: string; message: string; hint?: string } } {
  if (error instanceof ConductorError) {
    const { code, message, hint } = error;
    return { error: { code, message, ...(hint !== undefined && { hint }) } };
  }
  return errorOf(unexpected(error));
}
