import { expect, it } from 'vitest';
import { readRender } from './render.ts';

const text = `
databases: [{ name: main, plan: starter }]
envVarGroups:
  - name: common
    envVars: [{ key: LOG_LEVEL, value: info }, { key: MAIL_KEY, sync: false }]
services:
  - type: web
    name: api
    runtime: node
    rootDir: ./server/
    buildCommand: npm ci && npm run build
    startCommand: node dist/main.js
    preDeployCommand: npm run migrate
    healthCheckPath: /up
    numInstances: 2
    maxShutdownDelaySeconds: 60
    domains: [api.example.com]
    disk: { name: data, mountPath: /data, sizeGB: 1 }
    envVars:
      - fromGroup: common
      - { key: KEY, generateValue: true }
      - { key: DATABASE_URL, fromDatabase: { name: main, property: connectionString } }
      - { key: CACHE, fromService: { type: keyvalue, name: cache, property: connectionString } }
      - { key: CACHE_HOST, fromService: { type: keyvalue, name: cache, property: host } }
      - { key: SITE_HOST, fromService: { type: web, name: The Site, property: host } }
  - type: web
    name: The Site
    runtime: static
    buildCommand: npm install
    staticPublishPath: ./dist
    routes: [{ type: rewrite, source: /*, destination: /index.html }, { type: redirect, source: /a, destination: /b }]
  - { type: worker, name: jobs, runtime: docker, dockerfilePath: ./jobs/Dockerfile, dockerCommand: node jobs.js }
  - { type: cron, name: nightly, runtime: node, schedule: "0 3 * * *", startCommand: node night.js }
  - { type: keyvalue, name: cache, ipAllowList: [] }
`;

it('reads a Blueprint', () => {
  const { services, stores, notCarried, release, domains } = readRender(text);
  expect(stores).toEqual(['redis']);
  expect(release).toEqual({ service: 'api', command: 'npm run migrate' });
  expect(domains).toEqual({ api: ['api.example.com'] });
  expect(notCarried.map(({ what }) => what)).toEqual([
    'the database main',
    'the cron job nightly (0 3 * * *)',
  ]);
  expect(notCarried[1]!.why).toContain('it ran: node night.js');
  const [api, site, jobs] = services;
  expect(api).toMatchObject({
    root: 'server',
    build: 'npm run build',
    start: 'node dist/main.js',
    health: '/up',
    replicas: 2,
    drain: 60,
    visited: true,
    variables: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'MAIL_KEY', is: 'secret' },
      { name: 'KEY', is: 'generated' },
      { name: 'DATABASE_URL', is: 'secret', own: false },
      { name: 'CACHE', of: { store: 'redis' } },
      { name: 'SITE_HOST', of: { service: 'the-site', property: 'host' } },
    ],
    notCarried: [
      { what: 'the disk at /data' },
      { what: 'CACHE_HOST', why: expect.stringContaining('read REDIS_URL') },
    ],
  });
  expect(site).toMatchObject({
    name: 'the-site',
    static: 'dist',
    fallback: 'index.html',
    build: undefined,
    notCarried: [{ what: 'the redirect of /a' }],
  });
  expect(jobs).toMatchObject({
    visited: false,
    dockerfile: 'jobs/Dockerfile',
    imageStart: 'node jobs.js',
    build: undefined,
  });
});

it('reads the environments of projects', () => {
  const nested =
    'projects:\n  - name: a\n    environments:\n      - name: production\n        services: [{ type: web, name: web, runtime: go, startCommand: ./app }]\n';
  expect(readRender(nested).services).toMatchObject([{ name: 'web', start: './app' }]);
  expect(() => readRender('services: []')).toThrow('it has no services');
});
