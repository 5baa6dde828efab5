import type { IncomingMessage } from 'node:http';
import type { Problem } from './problem.ts';
import { targetOf } from './target.ts';

/** RFC 3986, 3.2.2 and 3.2.3. */
const hostCharacters = /^[\w.~%!$&'()*+,;=:[\]-]*$/;

/**
 * Why a request is not passed on: what two servers could read in two ways (where it ends, for whom it is) would let one request
 * hide in another. Node's parser has refused the worst of it before (two lengths, a length and chunks, folded headers).
 */
export function refusalOf(req: IncomingMessage): Problem | undefined {
  const { headers, httpVersion, rawHeaders, method, url } = req;
  if (targetOf(url ?? '', method) === undefined) return 'bad-request';
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts > 1 || !hostCharacters.test(headers.host ?? '')) return 'bad-request';
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (httpVersion === '1.0') return 'bad-request';
  // Another coding than chunks belongs to this connection, and would have to be undone here.
  return coding.toLowerCase() === 'chunked' ? undefined : 'not-implemented';
}
