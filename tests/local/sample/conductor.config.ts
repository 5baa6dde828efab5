import { defineConfig, local, store } from 'conductor-deploy';

const start = 'node server.ts';
const health = { path: '/health', deadline: 3 };

/** Small servers that do what is hard to deploy under: long requests, uploads, WebSockets, and one that runs alone. */
export default defineConfig({
  project: 'sample',
  stores: { redis: { kind: 'redis' } },
  services: {
    web: {
      start,
      paths: ['/'],
      health,
      replicas: 2,
      drain: 20,
      settings: { REDIS_URL: store('redis').url },
    },
    clock: { start, health, drain: 5, singleton: true },
  },
  environments: { local: { target: local() } },
});
