import { defineConfig, local, store } from 'conductor-deploy';

/** What the services have in common. */
const shared = {
  MONGO_URL: store('mongodb').url,
  REDIS_URL: store('redis').url,
};

/** Node api, described for deployment. */
export default defineConfig({
  project: 'node-api',

  stores: {
    mongodb: { kind: 'mongodb' },
    redis: { kind: 'redis' },
  },

  services: {
    web: {
      start: 'node server.js',
      paths: ['/'],
      // health: { path: '/health' }, with a path that answers 2xx only when it
      // can work. Without one, any answer below 500 will do.
      settings: shared,
    },
    worker: {
      start: 'node worker.js',
      settings: shared,
    },
  },

  environments: {
    // This machine, with nothing else installed.
    local: { target: local() },

    // For everybody, once it is chosen where: railway(), render(),
    // digitalocean() or swarm(). Uncomment it, import railway above, and
    // `conductor plan production --offline` says what it would make.
    // production: {
    //   target: railway({ repository: 'you/repository' }),
    //   domains: { web: ['node-api.example.com'] },
    //   branch: 'main',
    // },
  },
});
