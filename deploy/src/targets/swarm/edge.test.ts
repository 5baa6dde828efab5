import { expect, it } from 'vitest';
import { edgeConfig } from './edge.ts';

interface Config {
  readonly apps: {
    readonly http: {
      readonly grace_period: string;
      readonly servers: Readonly<
        Record<
          'plain' | 'secure',
          { readonly routes: readonly { match?: unknown; handle: readonly object[] }[] }
        >
      >;
    };
    readonly tls?: { readonly automation: { readonly policies: readonly unknown[] } };
  };
}
const made = (...all: Parameters<typeof edgeConfig>[0]): Config => edgeConfig(all) as Config;
const nothing = { hosts: {}, certificates: {} };

it('says that nothing is deployed where there is no environment', () => {
  const { plain, secure } = made().apps.http.servers;
  expect(plain.routes).toMatchObject([{ handle: [{ handler: 'static_response', status_code: 503 }] }]);
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
  expect(plain.routes).toMatchObject([
    {
      match: [{ host: ['a.example', 'www.a.example'] }],
      handle: [
        { status_code: 308, headers: { Location: ['https://{http.request.host}{http.request.uri}'] } },
      ],
    },
    { handle: [{ upstreams: [{ dial: 'b-staging-switch:8080' }] }] },
  ]);
  expect(secure.routes).toMatchObject([
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
  // Without an end of its own a change of domains waits for the last visitor of before.
  expect(apps.http.grace_period).toBe('30s');
});
