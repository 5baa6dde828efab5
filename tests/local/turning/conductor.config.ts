import { defineConfig, generated, local } from 'conductor-deploy';

const start = 'node server.ts';
const health = { path: '/health', deadline: 5 };

/** A web server of two replicas with a token on its metrics, and a worker: what a bake has to watch. */
export default defineConfig({
  project: 'turning',
  services: {
    web: {
      start,
      paths: ['/'],
      health,
      metrics: { path: '/metrics', token: 'METRICS_TOKEN' },
      replicas: 2,
      drain: 5,
      settings: { METRICS_TOKEN: generated(32) },
    },
    worker: { start, health, drain: 5 },
  },
  environments: { local: { target: local(), checks: { required: ['target'] } } },
});
