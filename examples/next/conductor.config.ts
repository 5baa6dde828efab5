import { defineConfig, local } from 'conductor-deploy';

/** Next app, described for deployment. */
export default defineConfig({
  project: 'next-app',

  services: {
    web: {
      build: 'npm run build',
      start: 'next start',
      paths: ['/'],
      // health: { path: '/health' }, with a path that answers 2xx only when it
      // can work. Without one, any answer below 500 will do.
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
    //   domains: { web: ['next-app.example.com'] },
    //   branch: 'main',
    // },
  },
});
