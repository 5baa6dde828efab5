import { expect, it } from 'vitest';
import type { Service } from '../../model/service.ts';
import { hostsOf, publicUrl, serverUrl, tableOf } from './addresses.ts';
import { swarmTarget } from './index.ts';

const settings = swarmTarget.settings.parse({ host: 'ssh://deploy@server.example.com' });
const context = (domains: Record<string, string[]>) => ({
  project: 'crm',
  environment: 'production',
  settings,
  domains,
});
const service = (name: string, paths: readonly string[]): Service => ({
  name,
  root: '.',
  start: [],
  paths,
  replicas: 1,
  drain: 1,
  singleton: false,
  variables: {},
});
const services = [service('backend', ['/api']), service('frontend', ['/']), service('worker', [])];

it('without domains all services answer at the server, by their paths', () => {
  expect(publicUrl('backend', context({}))).toBe('http://server.example.com');
  expect(tableOf(services, 'v20260101_000000', context({}))).toMatchObject([
    { service: 'backend', paths: ['/api'], name: 'crm-production-backend-20260101-000000', port: 8080 },
    { service: 'frontend', paths: ['/'] },
  ]);
});

it('with one domain the others answer there, too, by their paths', () => {
  const one = context({ frontend: ['crm.example.com', 'www.crm.example.com'] });
  expect(publicUrl('backend', one)).toBe('https://crm.example.com');
  const found = tableOf(services, 'v1', one).filter(({ hosts }) => hosts);
  expect(found).toMatchObject([
    { service: 'backend', hosts: ['crm.example.com', 'www.crm.example.com'], paths: ['/api'] },
    { service: 'frontend', hosts: ['crm.example.com', 'www.crm.example.com'], paths: ['/'] },
  ]);
});

it('a host of its own belongs to a service with all its paths', () => {
  const two = context({ frontend: ['crm.example.com'], backend: ['api.crm.example.com'] });
  expect(hostsOf('backend', two.domains)).toEqual(['api.crm.example.com']);
  const found = tableOf(services, 'v1', two).filter(({ hosts }) => hosts);
  expect(found).toMatchObject([
    { service: 'backend', hosts: ['api.crm.example.com'], paths: ['/'] },
    { service: 'frontend', hosts: ['crm.example.com'], paths: ['/'] },
  ]);
});

it('a host that two services share is divided by their paths', () => {
  const shared = context({ frontend: ['crm.example.com'], backend: ['crm.example.com'] });
  const found = tableOf(services, 'v1', shared).filter(({ hosts }) => hosts);
  expect(found.map(({ service: name, paths }) => [name, paths])).toEqual([
    ['backend', ['/api']],
    ['frontend', ['/']],
  ]);
});

it('a port of its own is part of the address', () => {
  const ports = { http: 8080, https: 8443 };
  expect(serverUrl({ ...settings, ports })).toBe('http://server.example.com:8080');
  expect(
    publicUrl('frontend', { ...context({ frontend: ['a.example'] }), settings: { ...settings, ports } }),
  ).toBe('https://a.example:8443');
});
