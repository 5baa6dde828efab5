import type { AddressInfo, LookupFunction } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Authority } from '../../domains/test/certificates.ts';
import { certificateOf, isServed, seeHost } from './certificate.ts';
import { swarmTarget } from './index.ts';

const authority = new Authority('Test Authority');
/** One that nobody was told of. */
const strange = new Authority('(STAGING) Authority');
const host = 'crm.example.com';

let server: Server;
beforeEach(async () => {
  const { key, cert } = authority.issue([host]);
  const staged = strange.issue(['staged.example.com']);
  server = createServer({ key, cert });
  server.addContext('staged.example.com', staged);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => server.close());

/** Looks at a host of a server at 127.0.0.1, which DNS has at these addresses. */
async function look(name: string, addresses: readonly string[], port?: number) {
  const lookup: LookupFunction = (_, options, done) =>
    addresses.length === 0
      ? done(new Error('ENOTFOUND'), '', 0)
      : options.all
        ? done(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          )
        : done(null, addresses[0]!, 4);
  const settings = swarmTarget.settings.parse({
    host: 'ssh://deploy@127.0.0.1',
    ports: { https: port ?? (server.address() as AddressInfo).port },
    certificates: { roots: authority.root },
  });
  const seen = await seeHost(name, settings, ['127.0.0.1'], lookup);
  return { served: isServed(seen), ...certificateOf(seen, 'the authority says no') };
}
const until = new Date(Date.now() + 80 * 86_400_000).toISOString().slice(0, 10);

it('says whose certificate a host has, and until when', async () => {
  expect(await look(host, ['127.0.0.1'])).toEqual({
    served: true,
    certificate: 'valid',
    detail: `certificate from Test Authority until ${until}`,
  });
});

it('a host that leads elsewhere by now is not served, whatever certificate the server still has', async () => {
  // Nothing listens at that address of this machine.
  expect(await look(host, ['127.9.9.9'])).toEqual({
    served: false,
    certificate: 'valid',
    detail: `certificate from Test Authority until ${until}; but it leads to 127.9.9.9, and has to lead to 127.0.0.1`,
  });
  expect(await look(host, [])).toMatchObject({ served: false, certificate: 'valid' });
});

it('a host that leads to a proxy with a good certificate is served', async () => {
  const { key, cert } = authority.issue([host]);
  const proxy = createServer({ key, cert });
  await new Promise<void>((resolve) =>
    proxy.listen((server.address() as AddressInfo).port, '127.8.8.8', resolve),
  );
  try {
    expect(await look(host, ['127.8.8.8'])).toEqual({
      served: true,
      certificate: 'valid',
      detail: `certificate from Test Authority until ${until}`,
    });
  } finally {
    proxy.close();
  }
});

it('a certificate that nobody trusts serves nobody, and is said to be there', async () => {
  const seen = await look('staged.example.com', ['127.0.0.1']);
  expect(seen).toMatchObject({ served: false, certificate: 'pending' });
  expect(seen.detail).toMatch(/^certificate from \(STAGING\) Authority until .*, which is not trusted \(/);
});

it('a host without a certificate is told by what stands in its way: its DNS, or what the authority says', async () => {
  const closed = 1;
  expect(await look(host, [], closed)).toEqual({
    served: false,
    certificate: 'pending',
    detail: 'is not in DNS as seen from here, and has to lead to 127.0.0.1',
  });
  expect(await look(host, ['127.9.9.9'], closed)).toMatchObject({
    certificate: 'pending',
    detail: 'leads to 127.9.9.9, and has to lead to 127.0.0.1',
  });
  expect(await look(host, ['127.0.0.1'], closed)).toMatchObject({
    certificate: 'pending',
    detail: 'no certificate yet: the authority says no',
  });
});
