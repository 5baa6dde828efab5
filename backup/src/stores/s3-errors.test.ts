import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackupError } from '../errors.ts';
import { s3Store } from './s3.ts';
import type { Store } from './store.ts';

const page = '<!DOCTYPE html><html><body>Please log in</body></html>';
const html = { 'content-type': 'text/html; charset=utf-8' };
const xml = { 'content-type': 'application/xml' };
const error = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The store's own words.</Message></Error>`;

type Answer = readonly [status: number, headers: OutgoingHttpHeaders, body: string];

/** Answers of what is no S3, or of one that is in trouble; what each is called; and how it is told. */
const answers: readonly (readonly [title: string, answer: Answer, code: string, words: RegExp])[] = [
  ['a page with 200', [200, html, page], 'store.unreachable', /a web page answers at 127\.0\.0\.1:\d+, with/],
  ['a page with 403', [403, html, page], 'store.unreachable', /a web page answers.*with status 403/],
  ['a page with 404', [404, html, page], 'store.unreachable', /a web page answers.*with status 404/],
  ['a page with 502', [502, html, page], 'store.unreachable', /it answers 502, without a reason/],
  ['nothing, with 200', [200, {}, ''], 'store.unreachable', /its answer is empty, or none of an S3/],
  ['nothing, with 204', [204, {}, ''], 'store.unreachable', /its answer is empty, or none of an S3/],
  ['JSON', [200, {}, '{"error":"no"}'], 'store.unreachable', /its answer is .*none of an S3/],
  ['half a listing', [200, xml, '<?xml version="1.0"?><ListBucket'], 'store.unreachable', /its answer is/],
  [
    'an error with 200',
    [200, xml, error('InternalError')],
    'store.unreachable',
    /InternalError|none of an S3/,
  ],
  ['SlowDown', [503, xml, error('SlowDown')], 'store.unreachable', /SlowDown|503, without/],
  ['a redirect', [307, { location: 'http://127.0.0.1:1/' }, ''], 'store.refused', /it answers 307/],
  ['PermanentRedirect', [301, xml, error('PermanentRedirect')], 'store.refused', /PermanentRedirect|301/],
  ['a clock that differs', [403, xml, error('RequestTimeTooSkewed')], 'store.refused', /TooSkewed|403/],
  ['AccessDenied', [403, xml, error('AccessDenied')], 'store.refused', /AccessDenied|403/],
  ['no reason', [400, {}, ''], 'store.refused', /it answers 400, without a reason/],
  ['a teapot', [418, {}, 'teapot'], 'store.', /its answer is none of an S3|418/],
];

describe('a store that answers', () => {
  let server: Server;
  let store: Store;
  let answer: Answer;
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume().on('end', () => {
        const [status, headers, body] = answer;
        response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : body);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    store = s3Store({ bucket: 'backups', endpoint, credentials, attempts: 1, timeout: 2_000 });
  });
  afterAll(async () => {
    store?.close();
    server.closeAllConnections();
    server.close();
  });

  const asked: Readonly<Record<string, () => Promise<unknown>>> = {
    read: () => store.read('k'),
    head: () => store.head('k'),
    open: () => all(store.open('k')),
    write: () => store.write('k', 'v'),
    'write if it is new': () => store.write('k', 'v', { absent: true }),
    put: () => store.put('k', bytes(1)),
    'put a lot': () => store.put('k', bytes(20_000_000)),
    list: () => all(store.list('')),
  };

  test.each(answers)('%s is told as what it is, whatever was asked', async (_, given, code, words) => {
    answer = given;
    for (const [what, ask] of Object.entries(asked)) {
      const failure = (await ask().catch((error) => error)) as BackupError;
      expect(failure, what).toBeInstanceOf(BackupError);
      // What answers to HEAD has no text, which is all that tells a page from an S3 that calls what it says one.
      if (what === 'head' && given[1] === html) {
        expect(failure.code).toMatch(/^store\.(missing|refused|unreachable)$/);
        continue;
      }
      expect(failure.code, what).toMatch(code);
      expect(failure.message, what).toMatch(words);
      expect(failure.message, what).not.toMatch(/Unknown|undefined|Deserialization|@aws-sdk|refuses :/);
      expect(failure.hint, what).toMatch(/^[A-Z].{20}/);
    }
  });
});

async function* bytes(size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += 1_000_000) yield Buffer.alloc(Math.min(1_000_000, size - at));
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}
