import { expect, it } from 'vitest';
import { readFly } from './fly.ts';

it('reads an app with groups of processes', () => {
  const { name, services, release, notCarried } = readFly(`
app = "My Shop"
kill_timeout = "2m"
[build]
  dockerfile = "docker/Dockerfile"
[deploy]
  release_command = "bin/migrate"
[env]
  LOG_LEVEL = "info"
  PORT = 8080
[processes]
  app = "node server.js"
  worker = "node worker.js"
[http_service]
  internal_port = 8080
  min_machines_running = 2
  processes = ["app"]
  [[http_service.checks]]
    path = "/healthz"
[[mounts]]
  source = "data"
  destination = "/data"
  processes = ["worker"]
[[statics]]
  guest_path = "/app/public"
  url_prefix = "/public"
`);
  expect([name, release]).toEqual(['my-shop', { service: 'app', command: 'bin/migrate' }]);
  expect(notCarried.map(({ what }) => what)).toEqual(['the files of /app/public at /public']);
  expect(services).toMatchObject([
    {
      name: 'app',
      start: 'node server.js',
      visited: true,
      health: '/healthz',
      ports: [8080],
      replicas: 2,
      drain: 120,
      dockerfile: 'docker/Dockerfile',
      notCarried: [],
    },
    {
      name: 'worker',
      visited: false,
      health: undefined,
      notCarried: [{ what: 'the disk at /data' }],
      variables: [{ name: 'LOG_LEVEL' }, { name: 'PORT' }],
    },
  ]);
});

it('reads the older form, and says what is no TOML', () => {
  const { services } = readFly(`
app = "a"
[experimental]
  cmd = ["start.sh"]
  entrypoint = "sh"
[[services]]
  internal_port = 3000
  [[services.ports]]
    handlers = ["http"]
    port = 80
  [[services.http_checks]]
    path = "/up"
`);
  expect(services).toMatchObject([
    { name: 'web', start: 'sh start.sh', visited: true, health: '/up', ports: [3000] },
  ]);
  expect(readFly('[[services]]\n[[services.ports]]\nhandlers = ["tls"]\n').services).toMatchObject([
    { visited: false },
  ]);
  expect(() => readFly('app = ')).toThrow('it is no TOML');
});
