import { describe, expect, it } from 'vitest';
import { lookupBy } from './lookup.ts';
import { nameServerAt } from './name-server.ts';
import { askOverNetwork } from './resolvers.ts';
import { openDnsServer } from './test/dns-server.ts';
import type { Zone } from './test/setups.ts';

const long = 'k'.repeat(300);
const zone: Zone = {
  'A app.example.com': ['192.0.2.1', '192.0.2.2'],
  'AAAA app.example.com': ['2001:db8::1'],
  'CNAME www.example.com': ['app.example.com'],
  'TXT example.com': [long],
  'NS example.com': ['ns1.dns.example', 'ns2.dns.example'],
  'CAA example.com': [
    '0 issue "letsencrypt.org; validationmethods=http-01"',
    '0 issuewild ";"',
    '0 iodef "mailto:security@example.com"',
    '128 tbs "unknown"',
  ],
};

describe('a name server on loopback, over UDP', () => {
  it('is asked for each type, and answers as the zone has it', async () => {
    await using server = await openDnsServer(zone);
    const at = nameServerAt(server.address);
    const ask = askOverNetwork(2_000);
    for (const [key, values] of Object.entries(zone)) {
      const [type, host] = key.split(' ') as ['A', string];
      const answer = await ask(at, host, type);
      expect({ key, ...answer }).toEqual({ key, values: expect.arrayContaining([...values!]) });
    }
    // Neither a missing type nor a missing name is a failure.
    expect(await ask(at, 'app.example.com', 'CAA')).toEqual({ values: [] });
    expect(await ask(at, 'nobody.example.com', 'A')).toEqual({ values: [] });
  });

  it('that does not answer has failed', async () => {
    const server = await openDnsServer({});
    await server[Symbol.asyncDispose]();
    const answer = await askOverNetwork(100)(nameServerAt(server.address), 'example.com', 'A');
    expect(answer).toEqual({ failed: expect.stringMatching(/^E(TIMEOUT|CONNREFUSED)$/) });
  });

  it('finds addresses for a visit, through aliases, and says who knows none', async () => {
    await using server = await openDnsServer(zone);
    const at = nameServerAt(server.address);
    const lookup = (host: string) =>
      new Promise((resolve) => {
        lookupBy(at, askOverNetwork())(host, { all: true }, (error, addresses) =>
          resolve(error?.message ?? addresses),
        );
      });
    expect(await lookup('www.example.com')).toEqual([
      { address: '192.0.2.1', family: 4 },
      { address: '192.0.2.2', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
    expect(await lookup('nobody.example.com')).toBe(
      `${server.address} knows no address of nobody.example.com`,
    );
  });
});

it.each(['1.1.1.1', '127.0.0.1:5353', '::1', '2606:4700:4700::1111', '[::1]', '[::1]:5353'])(
  'takes %s for a name server',
  (given) => {
    expect(nameServerAt(given)).toEqual({ name: given, address: given });
  },
);

it.each([
  '',
  'dns.example',
  '1.1.1',
  '1.1.1.1:0',
  '1.1.1.1:70000',
  '1.1.1.1:',
  '[1.1.1.1]',
  '::1]',
  '[::1]:x',
])('refuses "%s"', (given) => {
  expect(() => nameServerAt(given)).toThrow('is not an address such as');
});
