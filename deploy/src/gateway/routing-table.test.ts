import { expect, test } from 'vitest';
import { RoutingTable } from './routing-table.ts';
import { Upstream } from './upstream.ts';

const table = new RoutingTable([
  { prefix: '/', upstreams: [new Upstream('site', 1)] },
  { prefix: '/api', upstreams: [new Upstream('api', 2)] },
  { hosts: ['app.example.com', 'www.app.example.com'], prefix: '/', upstreams: [new Upstream('app', 3)] },
  { hosts: ['app.example.com'], prefix: '/api/v2', upstreams: [new Upstream('v2', 4)] },
  { hosts: ['Admin.example.com'], prefix: '/admin', upstreams: [new Upstream('admin', 5)] },
]);

test.each([
  ['example.com', '/', 'site'],
  ['example.com', '/api/v2/leads', 'api'],
  [undefined, '/api', 'api'],
  ['app.example.com', '/', 'app'],
  ['app.example.com', '/api', 'app'],
  ['app.example.com', '/api/v2/leads?limit=1', 'v2'],
  ['www.app.example.com', '/api/v2/leads', 'app'],
  ['APP.Example.COM', '/', 'app'],
  ['app.example.com:8443', '/', 'app'],
  ['app.example.com.', '/', 'app'],
  ['app.example.com.:443', '/', 'app'],
  ['app.example.com', '*', 'app'],
  ['admin.example.com', '/admin', 'admin'],
  ['admin.example.com', '/', undefined],
  ['other.app.example.com', '/', 'site'],
  ['[::1]:8080', '/', 'site'],
])('a request for %s %s gets to %s', (host, target, service) => {
  expect(table.match(target, host)?.upstreams[0]?.service).toBe(service);
});
