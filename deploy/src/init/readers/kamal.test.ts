import { expect, it } from 'vitest';
import { readKamal } from './kamal.ts';

const text = `
<% require "dotenv" %>
service: shop
image: acme/shop
servers:
  web: [192.0.2.1, 192.0.2.2]
  job: { hosts: [192.0.2.3], cmd: bin/jobs }
proxy: { ssl: true, hosts: [shop.example.com], app_port: 3000, healthcheck: { path: /healthz } }
registry: { server: ghcr.io, username: <%= ENV["USER"] %> }
builder: { arch: amd64, dockerfile: docker/Dockerfile }
drain_timeout: 45
env:
  clear: { DB_HOST: shop-db, WEB_CONCURRENCY: 2, REGION: <%= region %> }
  secret: [RAILS_MASTER_KEY, "TOKEN:OTHER_TOKEN"]
volumes: ["storage:/rails/storage"]
accessories:
  db: { image: "mysql:8.0" }
  redis: { image: "valkey/valkey:8" }
  tool: { image: "acme/tool" }
`;

it('reads roles, the proxy and accessories', () => {
  const { name, services, stores, notCarried, domains, elsewhere } = readKamal(text);
  expect([name, stores, domains]).toEqual(['shop', ['redis'], { web: ['shop.example.com'] }]);
  expect(notCarried.map(({ what }) => what)).toEqual([
    'the accessory db (mysql:8.0)',
    'the accessory tool (acme/tool)',
  ]);
  expect(elsewhere).toContain('shop-db');
  expect(services).toMatchObject([
    {
      name: 'web',
      dockerfile: 'docker/Dockerfile',
      start: undefined,
      visited: true,
      health: '/healthz',
      ports: [3000],
      drain: 45,
      variables: [
        { name: 'DB_HOST', value: 'shop-db' },
        { name: 'WEB_CONCURRENCY', value: '2' },
        { name: 'REGION', value: undefined },
        { name: 'RAILS_MASTER_KEY', is: 'secret' },
        { name: 'TOKEN', is: 'secret' },
      ],
      notCarried: [{ what: 'the disk at /rails/storage' }],
    },
    { name: 'job', start: 'bin/jobs', imageStart: 'bin/jobs', visited: false, health: undefined },
  ]);
});

it('takes a list of servers for those of the web, which is asked at /up', () => {
  expect(readKamal('service: a\nservers: [192.0.2.1]\nenv: { A: 1 }').services).toMatchObject([
    { name: 'web', visited: true, health: '/up', variables: [{ name: 'A', value: '1' }] },
  ]);
  expect(() => readKamal('image: a')).toThrow('it names no service');
});
