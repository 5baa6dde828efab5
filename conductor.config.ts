import {
  backupRecipients,
  defineConfig,
  generated,
  local,
  optional,
  type ProjectInput,
  railway,
  secret,
  secretLink,
  service,
  slack,
  store,
  trustedProxies,
} from 'conductor-deploy';
import { type SettingName, settingsShape } from './backend/src/settings.ts';
import { type ProcessName, reads } from './backend/src/settings-read-by.ts';

/** Where the project is on the internet: the one place to change when it moves. */
const repository = 'example/conductor-crm';
const domain = 'crm.example.com';

/** Each of these is used where its secret has a value (`conductor secrets set NAME`), and left out where it has none. */
const optionally = (...names: SettingName[]) =>
  Object.fromEntries(names.map((name) => [name, optional(secret(name))]));

/** Settings of the server's processes, each of which gets those that it reads; `.env.example` explains each. */
const serverSettings = {
  ENVIRONMENT: 'local',
  SECRET_KEY: generated(32),
  API_TOKEN: generated(32),
  SETUP_TOKEN: generated(32),
  METRICS_TOKEN: generated(32),
  BACKEND_URL: service('backend').url,
  // Whose word on a visitor's address counts: by it guesses and requests are limited.
  TRUSTED_PROXIES: trustedProxies(),
  FRONTEND_URL: service('frontend').url,
  MONGO_URL: store('mongodb').url,
  REDIS_URL: store('redis').url,
  LOG_LEVEL: 'info',
  WORKERS: 1,
  WORKER_CONCURRENCY: 5,
  MAX_REQUESTS: 0,
  MAX_REQUESTS_JITTER: 0,
  RATE_LIMIT: 1200,
  CACHE_TTL: 300,
  BACKUP_SIGNING_KEY: generated(32),
  // Whom conductor's own commands make backups for.
  BACKUP_RECIPIENTS: backupRecipients(),
  BACKUP_KEEP_DAYS: 30,
  BACKUP_KEEP_WEEKS: 0,
  BACKUP_KEEP_MONTHS: 0,
  BACKUP_KEEP_MINIMUM: 3,
  BACKUP_POINT_IN_TIME_DAYS: 7,
  ...optionally('SECRET_KEY_PREVIOUS', 'CORS_ORIGINS', 'ALLOWED_HOSTS', 'SENTRY_DSN'),
  ...optionally('SMTP_HOST', 'SMTP_PORT', 'SMTP_SECURE', 'SMTP_USER', 'SMTP_PASSWORD', 'SMTP_FROM'),
  ...optionally('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET'),
  ...optionally('CLAUDE_API_KEY', 'OPENAI_API_KEY', 'ANTHROPIC_BASE_URL', 'OPENAI_BASE_URL'),
  ...optionally('BACKUP_STORE', 'BACKUP_ACCESS_KEY_ID', 'BACKUP_SECRET_ACCESS_KEY'),
  ...optionally('BACKUP_SIGNING_KEY_PREVIOUS'),
  ...optionally('BACKUP_SCRATCH_URL', 'BACKUP_PING_URL', 'BACKUP_ALARM_URL'),
} satisfies { [Name in SettingName]?: unknown };

/** What the server's processes have in common: one codebase, three processes. The worker alone has the keys of the backups. */
const server = (name: ProcessName) => ({
  dockerfile: 'docker/backend/Dockerfile',
  // By digest, for a platform that runs images: docs/guides/digitalocean.md.
  image: process.env.BACKEND_IMAGE,
  drain: 30,
  settings: Object.fromEntries(Object.entries(serverSettings).filter(([setting]) => reads(name, setting))),
  // Counts of requests, jobs and errors, by which a new release is compared with the one before it.
  metrics: { path: '/metrics', token: 'METRICS_TOKEN' },
});

/** What staging and production have in common: on a platform, for everybody, with everything that the checks ask for. */
function hosted({ host, branch, bake }: { host: string; branch: string; bake: number }) {
  return {
    // Or: render({ repository: `https://github.com/${repository}` }) with the variable RENDER_API_KEY, and MongoDB from outside
    // (`stores` below) or on a disk (`mongodb: {}`); or: digitalocean() with DIGITALOCEAN_TOKEN, which runs images (`image` of each service).
    // On Railway MongoDB is a replica set of one, which Conductor makes; one at Atlas has failover too: docs/guides/stores.md.
    target: railway({ repository }),
    domains: { frontend: [host], backend: [`api.${host}`] },
    branch,
    bake,
    settings: {
      // Whatever its name: it is reached by everybody, so nothing unsafe is accepted.
      ENVIRONMENT: 'production',
      // The team's, in secrets/<environment>.age, so that whoever deploys deploys the same.
      SECRET_KEY: secret('SECRET_KEY'),
      API_TOKEN: secret('API_TOKEN'),
      METRICS_TOKEN: secret('METRICS_TOKEN'),
      // The worker makes a backup each night and proves it by restoring it.
      BACKUP_STORE: secret('BACKUP_STORE'),
      BACKUP_ACCESS_KEY_ID: secret('BACKUP_ACCESS_KEY_ID'),
      BACKUP_SECRET_ACCESS_KEY: secret('BACKUP_SECRET_ACCESS_KEY'),
    },
    services: {
      backend: { replicas: 2 },
      // The API has a host of its own there, which the browser has to know.
      frontend: {
        replicas: 2,
        settings: { API_URL: `https://api.${host}`, WS_URL: `wss://api.${host}/ws` },
      },
    },
    backups: {
      store: secret('BACKUP_STORE'),
      accessKeyId: secret('BACKUP_ACCESS_KEY_ID'),
      secretAccessKey: secret('BACKUP_SECRET_ACCESS_KEY'),
      // With a `source` by which this machine reaches the database, `beforeDeploy: true` makes one before each deploy, too.
    },
    // Every check that applies is required here: `off` takes one out by its id, `required` names the only ones that stop a deploy.
    checks: {},
    notify: [slack({ url: secret('SLACK_WEBHOOK_URL') })],
  } satisfies ProjectInput['environments'][string];
}

/** Conductor CRM, described for deployment. */
export default defineConfig({
  project: 'conductor-crm',

  stores: {
    // Everything is saved in transactions, which a MongoDB without a replica set does not have.
    mongodb: { kind: 'mongodb', needs: ['transactions'] },
    redis: { kind: 'redis' },
  },

  services: {
    backend: {
      ...server('api'),
      start: 'node backend/src/api.ts',
      paths: ['/api', '/docs', '/openapi.json', '/ws', '/t', '/metrics'],
      health: { path: '/api/v1/health/ready', deadline: 30 },
      commands: {
        // Shown after a deploy for as long as nobody has used it: whoever opens it becomes the first admin.
        'setup-link': secretLink({
          page: 'frontend',
          path: '/setup',
          token: 'SETUP_TOKEN',
          while: { path: '/api/v1/setup', contains: '"needed":true' },
          otherwise: 'The CRM is set up already: whoever set it up can invite you.',
        }),
        // `conductor run ENVIRONMENT backend reset-password ana@example.com`
        'reset-password': 'node backend/src/reset-password.ts',
        // Invented records to look at; refused in production.
        'seed-demo': 'node backend/src/seed/demo/main.ts',
        'seed-load': 'node backend/src/seed/load/main.ts',
      },
    },
    worker: {
      ...server('worker'),
      start: 'node backend/src/worker.ts',
      health: { path: '/health', deadline: 30 },
    },
    scheduler: {
      ...server('scheduler'),
      start: 'node backend/src/scheduler.ts',
      health: { path: '/health', deadline: 30 },
      // Two of them would run each schedule twice.
      singleton: true,
    },
    frontend: {
      dockerfile: 'docker/frontend/Dockerfile',
      image: process.env.FRONTEND_IMAGE,
      build: 'npm run build -w frontend',
      start: 'node frontend/server/main.ts',
      // Its image serves the same files with nginx.
      imageStart: './start.sh',
      paths: ['/'],
      health: { path: '/health', deadline: 30 },
      drain: 10,
      // One build serves every environment: these reach the browser through /config.js.
      settings: {
        SENTRY_DSN: optional(secret('FRONTEND_SENTRY_DSN')),
        GA_MEASUREMENT_ID: optional(secret('GA_MEASUREMENT_ID')),
      },
    },
  },

  // Creates indexes; safe to run again.
  release: { service: 'backend', command: 'node backend/src/release.ts', deadline: 120 },

  links: {
    frontend: { service: 'frontend' },
    api: { service: 'backend', path: '/api/v1/health' },
    docs: { service: 'backend', path: '/docs' },
  },

  commands: { test: 'npm test', lint: 'npm run check', build: 'npm run build -w frontend' },

  // What the checks have to know about this project and cannot find out themselves.
  checks: {
    example: { names: Object.keys(settingsShape) },
    headers: ['/', '/api/v1/health/simple'],
    // Open to people who are not signed in.
    rateLimited: ['/api/v1/setup', '/docs'],
    // Addresses with made-up passwords.
    secretsAllowedIn: [
      'backend/src/mongo/mongo.test.ts',
      'backend/src/mongo/require-transactions.test.ts',
      'backend/test/**',
      'backup/src/connection-string.test.ts',
      'deploy/src/checks/before/stores-able.test.ts',
      'deploy/src/cli/export.test.ts',
      'deploy/src/cli/restore.test.ts',
      'deploy/src/config/repository.test.ts',
      'deploy/src/init/fixtures/**',
      'deploy/src/init/setting.test.ts',
    ],
    indexes: '/api/v1/health/indexes',
    smoke: [
      { path: '/', contains: '<div id="root">' },
      { path: '/config.js' },
      { path: '/api/v1/health/ready', contains: '"ready"' },
      { path: '/openapi.json', contains: 'Conductor CRM' },
    ],
    // Every byte of the client, and what its first page loads, gzipped; of that the build itself allows scripts 250 kB. Half a megabyte of all is
    // the screens before the door, which have their own of everything (docs/decisions/2026-11-26-page-before-the-door.md).
    bundle: { folder: 'frontend/dist', limit: 2_500_000, initial: 280_000, lazy: 5 },
    client: ['frontend/src/**'],
    errorTracking: ['SENTRY_DSN'],
    docs: [
      {
        title: 'What changes for users is in the changelog',
        when: ['backend/src/**', 'frontend/src/**', 'deploy/src/**', 'backup/src/**'],
        unless: ['**/*.test.ts', '**/*.test.tsx'],
        touch: ['CHANGELOG.md'],
      },
      {
        title: 'How it is started and described is in the README or the guides',
        when: ['conductor', 'conductor.config.ts', 'package.json', 'docker/**'],
        unless: ['**/*.test.ts'],
        touch: ['README.md', 'docs/**'],
      },
    ],
  },

  environments: {
    // This machine, with nothing else installed. Whoever deploys here is looking at it, so it isn't watched, and only what it needs is
    // checked: `--bake 30s` and `conductor check local --all` do more.
    local: {
      target: local(),
      // For its owner's eyes only and on the same disk, so not encrypted; production keeps its backups elsewhere and does.
      backups: { store: 'file:.conductor/backups', recipients: 'none' },
      settings: { BACKUP_STORE: `file:${import.meta.dirname}/.conductor/backups` },
      // An own MongoDB or Redis instead of those that the target provides.
      stores: {
        ...(process.env.MONGO_URL && { mongodb: { url: process.env.MONGO_URL } }),
        ...(process.env.REDIS_URL && { redis: { url: process.env.REDIS_URL } }),
      },
    },

    staging: hosted({ host: `staging.${domain}`, branch: 'main', bake: 60 }),
    production: hosted({ host: domain, branch: 'main', bake: 120 }),
  },
});
