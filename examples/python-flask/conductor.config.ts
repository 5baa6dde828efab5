import { defineConfig, local } from 'conductor-deploy';

/** Python flask, described for deployment. */
export default defineConfig({
  project: 'python-flask',

  services: {
    web: {
      build: 'python3 -m pip install --target .packages -r requirements.txt',
      start: 'python3 -m gunicorn app:app',
      paths: ['/'],
      // health: { path: '/health' }, with a path that answers 2xx only when it
      // can work. Without one, any answer below 500 will do.
      settings: {
        PYTHONPATH: '.packages',
      },
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
    //   domains: { web: ['python-flask.example.com'] },
    //   branch: 'main',
    // },
  },
});
