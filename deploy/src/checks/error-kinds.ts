/** Words by which a line of a log is an error's. */
const marks =
  /\b(?:ERROR|FATAL|CRITICAL|PANIC)\b|\b\w*(?:Error|Exception)\b: |^\s*(?:error|fatal|uncaught|unhandled)\b/i;

/** Whether a log line reports an error. A line of JSON says so by its level, whatever it talks about. */
export function isErrorLine(line: string): boolean {
  const level = line.startsWith('{') && /"level":\s*(?:(\d+)|"(\w+)")/.exec(line);
  if (!level) return marks.test(line);
  return Number(level[1]) >= 50 || ['error', 'fatal'].includes(level[2] ?? '');
}

/**
 * The kind of error that a log line reports: its message without what differs from one time to the next (numbers, ids, quoted
 * values, times). Null when the line reports none.
 */
export function errorKind(line: string): string | null {
  if (!isErrorLine(line)) return null;
  const kind = messageOf(line)
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/gi, '#')
    .replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z?/g, '#')
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '"…"')
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b/gi, '#')
    .replaceAll(/\d+/g, '#')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return kind.slice(0, 200) || null;
}

function messageOf(line: string): string {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof entry !== 'object' || entry === null) return line;
  const { msg, message, err } = entry as {
    msg?: unknown;
    message?: unknown;
    err?: { message?: unknown; type?: unknown };
  };
  const said = [err?.type, err?.message, msg ?? message].filter((part) => typeof part === 'string');
  return said.length > 0 ? said.join(': ') : line;
}
