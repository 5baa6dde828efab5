import { defineConfig, generated, local, optional, secret, service, store } from 'conductor';

/** What the server's processes have in common: one codebase, three processes. */
const server = {
  dockerfile: 'docker/backend/Dockerfile',
  drain: 30,
};

/** Settings that the server's processes share; `.env.example` explains each. */
const serverSettings = {
  ENVIRONMENT: 'local',
  SECRET_KEY: generated(32),
  API_TOKEN: generated(32),
  METRICS_TOKEN: generated(32),
  BACKEND_URL: service('backend').url,
  FRONTEND_URL: service('frontend').url,
  MONGO_URL: store('mongodb').url,
  REDIS_URL: store('redis').url,
  LOG_LEVEL: 'info',
  SENTRY_DSN: optional(secret('SENTRY_DSN')),
  CLAUDE_API_KEY: optional(secret('CLAUDE_API_KEY')),
  OPENAI_API_KEY: optional(secret('OPENAI_API_KEY')),
  BACKUP_STORE: optional(secret('BACKUP_STORE')),
  BACKUP_ACCESS_KEY_ID: optional(secret('BACKUP_ACCESS_KEY_ID')),
  BACKUP_SECRET_ACCESS_KEY: optional(secret('BACKUP_SECRET_ACCESS_KEY')),
  BACKUP_RECIPIENTS: optional(secret('BACKUP_RECIPIENTS')),
  BACKUP_PING_URL: optional(secret('BACKUP_PING_URL')),
};

/** Conductor CRM, described for deployment. */
export default defineConfig({
  project: 'conductor-crm',

  stores: {
    mongodb: { kind: 'mongodb' },
    redis: { kind: 'redis' },
  },

  services: {
    backend: {
      ...server,
      start: 'node backend/src/api.ts',
      paths: ['/api', '/docs', '/openapi.json', '/ws', '/t'],
      health: { path: '/api/v1/health/ready', deadline: 30 },
      settings: serverSettings,
    },
    worker: {
      ...server,
      start: 'node backend/src/worker.ts',
      health: { path: '/health', deadline: 30 },
      settings: serverSettings,
    },
    scheduler: {
      ...server,
      start: 'node backend/src/scheduler.ts',
      health: { path: '/health', deadline: 30 },
      // Two of them would run each schedule twice.
      singleton: true,
      settings: serverSettings,
    },
    frontend: {
      dockerfile: 'docker/frontend/Dockerfile',
      build: 'npm run build -w frontend',
      start: 'node frontend/server/main.ts',
      paths: ['/'],
      health: { path: '/health', deadline: 30 },
      drain: 10,
      // One build serves every environment: these reach the browser through /config.js.
      settings: { SENTRY_DSN: optional(secret('FRONTEND_SENTRY_DSN')) },
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

  environments: {
    // This machine, with nothing else installed. Whoever deploys here is looking at it, so it isn't watched for long by default:
    // `--bake 30s` does.
    local: {
      target: local(),
      bake: 0,
      // The checklist of production (`conductor check` asks it there) would only slow down who tries something out.
      checks: { only: ['settings', 'target'] },
      // For its owner's eyes only and on the same disk, so not encrypted; production keeps its backups elsewhere and does.
      backups: { store: 'file:.conductor/backups', recipients: 'none' },
      settings: { BACKUP_STORE: `file:${import.meta.dirname}/.conductor/backups`, BACKUP_RECIPIENTS: 'none' },
      // An own MongoDB or Redis instead of those that the target provides.
      stores: {
        ...(process.env.MONGO_URL && { mongodb: { url: process.env.MONGO_URL } }),
        ...(process.env.REDIS_URL && { redis: { url: process.env.REDIS_URL } }),
      },
    },
  },
});
