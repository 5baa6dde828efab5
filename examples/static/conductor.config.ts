import { defineConfig, local } from 'conductor-deploy';

/** Static, described for deployment. */
export default defineConfig({
  project: 'static',

  services: {
    web: {
      static: 'public',
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
    //   domains: { web: ['static.example.com'] },
    //   branch: 'main',
    // },
  },
});
