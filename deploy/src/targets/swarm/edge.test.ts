import { expect, it } from 'vitest';
import { edgeConfig } from './edge.ts';

interface Config {
  readonly apps: {
    readonly http: {
      readonly grace_period: string;
      readonly servers: Readonly<
        Record<
          'plain' | 'secure',
          {
            readonly protocols?: readonly string[];
            readonly routes: readonly { match?: unknown; handle: readonly object[] }[];
          }
        >
      >;
    };
    readonly tls?: { readonly automation: { readonly policies: readonly unknown[] } };
  };
}
const usual = { http: 80, https: 443 };
const made = (...all: Parameters<typeof edgeConfig>[0]): Config => edgeConfig(all, usual) as Config;
const nothing = { hosts: {}, certificates: {} };

it('says that nothing is deployed where there is no environment', () => {
  const { plain, secure } = made().apps.http.servers;
  expect(plain.routes.slice(1)).toMatchObject([
    { handle: [{ handler: 'static_response', status_code: 503 }] },
  ]);
  expect(secure).toBeUndefined();
});

it('leads the bare address to the environment that has no host, and hosts to theirs, by HTTPS', () => {
  const { apps } = made(
    {
      prefix: 'a-production',
      hosts: { web: ['a.example', 'www.a.example'] },
      certificates: { email: 'ana@a.example' },
    },
    { prefix: 'b-staging', ...nothing },
  );
  const { plain, secure } = apps.http.servers;
  // While connections are let go, whatever the answer is.
  for (const { routes } of [plain, secure])
    expect(routes[0]).toEqual({
      match: [{ file: { root: '/config', try_files: ['/leaving'] } }],
      handle: [{ handler: 'headers', response: { set: { Connection: ['close'] } } }],
    });
  expect(plain.routes.slice(1)).toMatchObject([
    {
      match: [{ host: ['a.example', 'www.a.example'] }],
      handle: [
        { status_code: 308, headers: { Location: ['https://{http.request.host}{http.request.uri}'] } },
      ],
    },
    { handle: [{ upstreams: [{ dial: 'b-staging-switch:8080' }] }] },
  ]);
  expect(secure.routes.slice(1)).toMatchObject([
    {
      match: [{ host: ['www.a.example'] }],
      handle: [{ headers: { Location: ['https://a.example{http.request.uri}'] } }],
    },
    {
      match: [{ host: ['a.example', 'www.a.example'] }],
      handle: [{ handler: 'headers' }, { upstreams: [{ dial: 'a-production-switch:8080' }] }],
    },
  ]);
  expect(apps.tls?.automation.policies).toEqual([
    { subjects: ['a.example', 'www.a.example'], issuers: [{ module: 'acme', email: 'ana@a.example' }] },
  ]);
  // HTTP/3 would be offered by a port that nobody opens.
  expect(secure.protocols).toEqual(['h1', 'h2']);
  // Without an end of its own a change of domains waits for the last visitor of before.
  expect(apps.http.grace_period).toBe('30s');
});

it('leads to the host that a service names first, with www or without, and never to that of another service', () => {
  const { secure } = made({
    prefix: 'a-production',
    hosts: { web: ['www.a.example', 'a.example'], shop: ['b.example'], blog: ['www.b.example'] },
    certificates: {},
  }).apps.http.servers;
  expect(secure.routes.slice(1, -1)).toMatchObject([
    {
      match: [{ host: ['a.example'] }],
      handle: [{ headers: { Location: ['https://www.a.example{http.request.uri}'] } }],
    },
  ]);
});

it('asks the authority of each environment, trusted by roots of its own', () => {
  const certificates = (roots: string) => ({ authority: 'https://ca.example/dir', roots });
  const { tls } = made(
    { prefix: 'a', hosts: { web: ['a.example'] }, certificates: certificates('A') },
    { prefix: 'b', hosts: { web: ['b.example'] }, certificates: certificates('B') },
  ).apps;
  const files = tls!.automation.policies.map(
    (policy) =>
      (policy as { issuers: { trusted_roots_pem_files: string[] }[] }).issuers[0]!.trusted_roots_pem_files[0],
  );
  expect(files).toEqual([
    expect.stringMatching(/^\/config\/roots-[0-9a-f]{12}\.pem$/),
    expect.stringMatching(/^\/config\/roots-[0-9a-f]{12}\.pem$/),
  ]);
  expect(files[0]).not.toBe(files[1]);
});

it.each([
  [{ http: 80, https: 8443 }, { 'tls-alpn': { disabled: true } }],
  [{ http: 8080, https: 443 }, { http: { disabled: true } }],
  [{ http: 8080, https: 8443 }, undefined],
])(
  'has an authority come by the ports that it knows, and tells no browser to stay away from others: %j',
  (ports, challenges) => {
    const one = { prefix: 'a', hosts: { web: ['a.example'] }, certificates: {} };
    const { apps } = edgeConfig([one], ports) as Config;
    expect(apps.tls!.automation.policies).toEqual([
      { subjects: ['a.example'], issuers: [{ module: 'acme', ...(challenges && { challenges }) }] },
    ]);
    expect(JSON.stringify(apps)).not.toContain('Strict-Transport-Security');
  },
);
