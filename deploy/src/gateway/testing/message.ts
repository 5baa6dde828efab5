/** An HTTP/1.1 message as it lay on the wire, bytes as latin1. */
export interface Message {
  /** The request or status line. */
  readonly start: string;
  readonly headers: [name: string, value: string][];
  readonly body: string;
  readonly trailers: [name: string, value: string][];
  /** False when the bytes ended before the message did. */
  readonly whole: boolean;
}

export const headerOf = ({ headers }: Message, name: string): string | undefined =>
  headers.find(([header]) => header.toLowerCase() === name)?.[1];

/**
 * Takes messages out of the bytes of one direction of a connection, strictly: whoever is tested must not decide how it is read.
 * @param ended that no more bytes will come: what has no length of its own is then whole
 * @param bodiless how many of the first answers have no body whatever their headers say (HEAD)
 */
export function readMessages(
  bytes: string,
  { ended = false, bodiless = 0 }: { ended?: boolean; bodiless?: number } = {},
): Message[] {
  const messages: Message[] = [];
  let rest = bytes;
  while (rest.includes('\r\n\r\n')) {
    const [message, length] = readMessage(rest, ended, messages.length < bodiless);
    messages.push(message);
    rest = rest.slice(length);
    if (!message.whole) break;
  }
  return messages;
}

function readMessage(bytes: string, ended: boolean, bodiless: boolean): [Message, number] {
  const at = bytes.indexOf('\r\n\r\n') + 4;
  const [start = '', ...lines] = bytes.slice(0, at - 4).split('\r\n');
  const headers = lines.map(pair);
  const head = { start, headers, body: '', trailers: [], whole: true };
  const status = Number(/^HTTP\/1\.[01] (\d+)/.exec(start)?.[1] ?? 0);
  const without = status !== 0 && (bodiless || status < 200 || status === 204 || status === 304);
  if (without) return [head, at];
  if (/chunked/i.test(headerOf(head, 'transfer-encoding') ?? '')) return readChunks(head, bytes, at);
  const length = headerOf(head, 'content-length');
  if (length !== undefined) {
    const body = bytes.slice(at, at + Number(length));
    return [{ ...head, body, whole: body.length === Number(length) }, at + body.length];
  }
  if (status === 0) return [head, at];
  return [{ ...head, body: bytes.slice(at), whole: ended }, bytes.length];
}

function readChunks(head: Message, bytes: string, from: number): [Message, number] {
  let at = from;
  let body = '';
  for (;;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return [{ ...head, body, whole: false }, bytes.length];
    const size = Number.parseInt(bytes.slice(at, line), 16);
    if (size === 0) {
      const end = bytes.indexOf('\r\n\r\n', line);
      if (end < 0) return [{ ...head, body, whole: false }, bytes.length];
      const trailers =
        end === line
          ? []
          : bytes
              .slice(line + 2, end)
              .split('\r\n')
              .map(pair);
      return [{ ...head, body, trailers }, end + 4];
    }
    body += bytes.slice(line + 2, line + 2 + size);
    at = line + 2 + size + 2;
    if (at > bytes.length) return [{ ...head, body, whole: false }, bytes.length];
  }
}

function pair(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
