import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
  readonly agent?: Agent;
  /** Address that it is asked from. */
  readonly from?: string;
}

/** One request to a port of this machine. */
export async function visit(port: number, path: string, asking: Asking = {}): Promise<Answer> {
  const { method = 'GET', headers, body, agent, from } = asking;
  const outgoing = request({
    ...{ host: '127.0.0.1', port, path, method },
    ...(headers && { headers }),
    ...(agent && { agent }),
    ...(from && { localAddress: from }),
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}

/** Many visitors at once, of each kind, until they are told to leave. */
export class Visitors {
  readonly answers = new Map<string, number>();
  readonly failed: string[] = [];
  /** ms between two answers of the same visitor, at most. */
  longest = 0;
  #leave = false;
  readonly #running: Promise<void>[] = [];

  constructor(port: number) {
    for (let i = 0; i < 6; i++) this.#come(port, '/', {}, true);
    for (let i = 0; i < 2; i++) this.#come(port, '/', { method: 'POST', body: Buffer.alloc(5_000_000, 'x') });
    for (let i = 0; i < 3; i++) this.#come(port, '/slow');
  }

  /** Resolves when each has had its last answer. */
  async leave(): Promise<void> {
    this.#leave = true;
    await Promise.all(this.#running);
  }

  #come(port: number, path: string, asking: Asking = {}, timed = false): void {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const run = async () => {
      let last = performance.now();
      while (!this.#leave) {
        try {
          const { status, body } = await visit(port, path, { ...asking, agent });
          this.answers.set(`${path} ${body}`, (this.answers.get(`${path} ${body}`) ?? 0) + 1);
          if (status !== 200) this.failed.push(`${path} ${status} ${body}`);
        } catch (error) {
          this.failed.push(`${path} ${error}`);
        }
        if (timed) this.longest = Math.max(this.longest, performance.now() - last);
        last = performance.now();
      }
      agent.destroy();
    };
    this.#running.push(run());
  }
}

/** A WebSocket as it lies on the wire. */
export class WebSocketVisitor {
  readonly #socket: Socket;
  #heard = Buffer.alloc(0);
  ended = false;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', () => {});
    this.#socket.on('data', (bytes: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, bytes]);
    });
    this.#socket.once('end', () => {
      this.ended = true;
    });
    this.#socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  }

  /** Bytes of frames that it has had. */
  get frames(): Buffer {
    const head = this.#heard.indexOf('\r\n\r\n');
    return head < 0 ? Buffer.alloc(0) : this.#heard.subarray(head + 4);
  }

  close(): void {
    this.#socket.destroy();
  }
}
