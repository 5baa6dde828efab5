import { type IncomingMessage, request } from 'node:http';

/** JSON that a test looks into. */
// biome-ignore lint/suspicious/noExplicitAny: whatever is answered.
export type Json = any;

export interface Asked {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly text: string;
  /** The answer as JSON; null where it is none. */
  readonly json: Json;
}

/** Asks an engine at its socket, as any client does. A body that is no buffer is sent as JSON. */
export function ask(socketPath: string, method: string, path: string, body?: unknown): Promise<Asked> {
  const sent =
    body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const headers = {
    host: 'docker',
    ...(sent ? { 'content-type': Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json' } : {}),
  };
  return new Promise((resolve, reject) => {
    const out = request({ socketPath, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        resolve({ status: answer.statusCode!, headers: answer.headers, bytes, text, json: parsed(text) });
      });
    });
    out.once('error', reject);
    out.end(sent);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the frames of a stream hold, by output. */
export function unframed(bytes: Buffer): { stdout: string; stderr: string } {
  const found = { stdout: '', stderr: '' };
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 4);
    found[bytes[at] === 1 ? 'stdout' : 'stderr'] += bytes.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
  }
  return found;
}
