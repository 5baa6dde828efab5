import { defineConfig, local } from 'conductor-deploy';

/** Monorepo, described for deployment. */
export default defineConfig({
  project: 'monorepo',

  services: {
    api: {
      root: 'api',
      start: 'node server.js',
      // Guessed: it gets whatever begins with /api, with it.
      paths: ['/api'],
      // health: { path: '/health' }, with a path that answers 2xx only when it
      // can work. Without one, any answer below 500 will do.
    },
    web: {
      root: 'web',
      build: 'npm run build',
      static: 'dist',
      fallback: 'index.html',
      paths: ['/'],
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
    //   domains: { web: ['monorepo.example.com'] },
    //   branch: 'main',
    // },
  },
});
