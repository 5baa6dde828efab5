import type { Message } from './message.ts';

/** Headers that each proxy writes by itself, and those of one connection. */
const own = new Set([
  'date',
  'server',
  'via',
  'alt-svc',
  'connection',
  'keep-alive',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
]);

/**
 * A message in one line: `200 name=value name=value | body + trailer=value`, names in order of the alphabet. How an answer is
 * framed is the proxy's choice, so of answers only a length is told that is not that of the body (HEAD, half an answer).
 */
export function summaryOf(message: Message): string {
  const answer = message.start.startsWith('HTTP/1.');
  const start = answer ? message.start.split(' ')[1]! : message.start.replace(/ HTTP\/1\.[01]$/, '');
  const framing = (name: string, value: string) =>
    name === 'transfer-encoding' || (name === 'content-length' && Number(value) === message.body.length);
  const kept = message.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name, value]) => !own.has(name) && !(answer && framing(name, value)));
  const informational = answer && /^1(?!01)\d\d$/.test(start);
  const said = [start, ...sorted(kept)].join(' ');
  if (informational) return said;
  const trailers = message.trailers.length > 0 ? ` + ${sorted(message.trailers).join(' ')}` : '';
  return `${said} | ${message.body}${trailers}${message.whole ? '' : ' (cut off)'}`;
}

const sorted = (pairs: readonly (readonly [string, string])[]): string[] =>
  pairs
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`);
