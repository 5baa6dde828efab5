import { expect, it } from 'vitest';
import { readAppSpec } from './app-spec.ts';

const text = `
spec:
  name: My Shop
  domains: [{ domain: shop.example.com, type: PRIMARY }]
  envs: [{ key: SHARED, value: "1" }]
  databases:
    - { name: db, engine: MONGODB, production: true }
    - { name: cache, engine: VALKEY }
    - { name: sql, engine: PG }
  services:
    - name: api
      source_dir: /server
      environment_slug: node-js
      build_command: npm ci
      run_command: npm start
      http_port: 8080
      instance_count: 3
      routes: [{ path: /api, preserve_path_prefix: true }]
      health_check: { http_path: /health }
      envs:
        - { key: MONGODB_URI, value: "\${db.DATABASE_URL}", scope: RUN_TIME }
        - { key: CACHE_HOST, value: "\${cache.HOSTNAME}" }
        - { key: DATABASE_URL, value: "\${sql.DATABASE_URL}" }
        - { key: SITE, value: "\${APP_URL}" }
        - { key: SELF, value: "\${_self.PUBLIC_URL}" }
        - { key: JWT_SECRET, type: SECRET, value: "EV[1:abc]" }
        - { key: STRIPE_KEY, type: SECRET }
  static_sites:
    - { name: site, build_command: npm run build, output_dir: dist, catchall_document: index.html, routes: [{ path: / }] }
  workers:
    - { name: jobs, run_command: node jobs.js, dockerfile_path: jobs/Dockerfile }
  jobs:
    - { name: migrate, kind: PRE_DEPLOY, run_command: npm run migrate }
    - { name: later, kind: POST_DEPLOY, run_command: a }
    - { name: night, kind: SCHEDULED, run_command: b, schedule: { cron: "0 0 * * *" } }
`;

it('reads an app spec, also as a template', () => {
  const { name, services, stores, notCarried, release, domains } = readAppSpec(text);
  expect([name, stores, domains]).toEqual(['my-shop', ['mongodb', 'redis'], { site: ['shop.example.com'] }]);
  expect(release).toEqual({ service: 'api', command: 'npm run migrate' });
  expect(notCarried.map(({ what }) => what)).toEqual([
    'the database sql',
    'the job later',
    'the cron job night (0 0 * * *)',
  ]);
  const [api, jobs, site] = ['api', 'jobs', 'site'].map((wanted) =>
    services.find((service) => service.name === wanted),
  );
  expect(api).toMatchObject({
    root: 'server',
    build: undefined,
    start: 'npm start',
    paths: ['/api'],
    replicas: 3,
    health: '/health',
    variables: [
      { name: 'SHARED', value: '1' },
      { name: 'MONGODB_URI', of: { store: 'mongodb' } },
      { name: 'DATABASE_URL', is: 'secret', own: false },
      { name: 'SITE', of: { service: 'api', property: 'url' } },
      { name: 'SELF', of: { service: 'api', property: 'url' } },
      { name: 'JWT_SECRET', is: 'secret' },
      { name: 'STRIPE_KEY', is: 'secret' },
    ],
    notCarried: [{ what: 'CACHE_HOST' }],
  });
  expect(jobs).toMatchObject({ visited: false, dockerfile: 'jobs/Dockerfile', imageStart: 'node jobs.js' });
  expect(site).toMatchObject({
    static: 'dist',
    fallback: 'index.html',
    paths: ['/'],
    build: 'npm run build',
  });
  expect(() => readAppSpec('name: a')).toThrow('it has no services, workers or static sites');
});
