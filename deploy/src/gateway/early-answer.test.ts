import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../targets/local/host/ports.ts';
import { Gateway } from './gateway.ts';
import { RoutingTable } from './routing-table.ts';
import { answeringEarly, type RawService, rawService, speak } from './testing/wire.ts';
import { Upstream } from './upstream.ts';

/** How often each is tried: what was lost was lost by chance, in more than half of the tries. */
const tries = 40;

const answer = [
  'HTTP/1.1 413 Content Too Large',
  'Content-Length: 9',
  'Connection: close',
  'X-Reason: size',
  '',
  'too large',
].join('\r\n');

let gateway: Gateway;
let service: RawService;
let port: number;

beforeAll(async () => {
  gateway = new Gateway();
  service = await rawService(answeringEarly(answer));
  port = await freePort(new Set());
  await gateway.listen(port);
  gateway.route(new RoutingTable([{ prefix: '/', upstreams: [new Upstream('web', service.port)] }]));
});

afterAll(async () => {
  await gateway.closeAllBut(null, 100);
  await service.close();
});

const head = (...lines: string[]) => `${['POST / HTTP/1.1', 'Host: x', ...lines].join('\r\n')}\r\n\r\n`;
const withLength = (size: number) => [
  Buffer.concat([Buffer.from(head(`Content-Length: ${size}`)), Buffer.alloc(size, 'x')]),
];
const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);

const requests: [name: string, pieces: (string | Buffer)[]][] = [
  ['1 kB', withLength(1_000)],
  ['100 kB', withLength(100_000)],
  ['8 MB', withLength(8_000_000)],
  ['1 kB in two pieces', [head('Content-Length: 1000') + 'x'.repeat(500), 'x'.repeat(500)]],
  ['8 MB, the first half at once', [withLength(8_000_000)[0]!.subarray(0, 4e6), Buffer.alloc(4e6, 'x')]],
  ['chunks', [head('Transfer-Encoding: chunked'), ...Array.from({ length: 4 }, () => chunk), '0\r\n\r\n']],
  [
    'chunks at once',
    [
      Buffer.concat([
        Buffer.from(head('Transfer-Encoding: chunked')),
        ...Array(64).fill(chunk),
        Buffer.from('0\r\n\r\n'),
      ]),
    ],
  ],
  ['a body that waits for "100 Continue"', [head('Content-Length: 1000', 'Expect: 100-continue')]],
  [
    'a body that does not wait for the "100 Continue" it asks for',
    [head('Content-Length: 8000000', 'Expect: 100-continue'), Buffer.alloc(8_000_000, 'x')],
  ],
];

test.each(requests)(
  'an answer that comes before the body was read reaches the client: %s',
  async (_, pieces) => {
    const seen: string[] = [];
    for (let i = 0; i < tries; i++) {
      const { messages, error } = await speak(port, pieces);
      const [first] = messages;
      seen.push(error ? String(error) : `${first?.start} ${first?.body}`);
    }
    const lost = seen.filter((word) => word !== 'HTTP/1.1 413 Content Too Large too large');
    expect(lost.length, `lost ${lost.length} of ${tries}: ${[...new Set(lost)]}`).toBe(0);
  },
  60_000,
);
