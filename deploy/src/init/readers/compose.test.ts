import { expect, it } from 'vitest';
import { readCompose } from './compose.ts';

const text = `
name: My Shop
x-env: &env
  LOG_LEVEL: info
services:
  api:
    build: { context: ./api, dockerfile: Dockerfile.prod }
    ports: ["8080:3000"]
    environment:
      <<: *env
      MONGO_URL: mongodb://root:\${MONGO_PASSWORD}@mongo:27017/shop
      KEY: \${KEY}
      MODE: \${MODE:-fast}
      PRICE: $$5
    env_file: .env
    stop_grace_period: 1m30s
    deploy: { replicas: 3 }
    healthcheck: { test: ["CMD", "wget", "-q", "http://localhost:3000/up"] }
    volumes: ["uploads:/data", "./api:/app"]
  scheduler:
    build: .
    command: ["node", "cron.js"]
    environment: [A=1, B]
  mongo: { image: "mongo:7" }
  cache: { image: "valkey/valkey:8-alpine" }
  db: { image: "pgvector/pgvector:pg17" }
  ui: { image: mongo-express }
`;

it('takes what is built here for services, and images of MongoDB and Redis for stores', () => {
  const { name, services, stores, notCarried, elsewhere } = readCompose(text);
  expect([name, stores, elsewhere]).toEqual(['my-shop', ['mongodb', 'redis'], ['ui', 'db']]);
  expect(notCarried.map(({ what }) => what)).toEqual(['db (pgvector/pgvector:pg17)', 'ui (mongo-express)']);
  expect(services).toMatchObject([
    {
      name: 'api',
      root: 'api',
      dockerfile: 'api/Dockerfile.prod',
      visited: true,
      ports: [3000, 8080],
      health: '/up',
      replicas: 3,
      drain: 90,
      variables: [
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'MONGO_URL', value: expect.stringMatching(/^mongodb:/) },
        { name: 'KEY', value: undefined },
        { name: 'MODE', value: 'fast' },
        { name: 'PRICE', value: '$5' },
      ],
      notCarried: [{ what: 'the volume uploads at /data' }],
    },
    {
      name: 'scheduler',
      start: 'node cron.js',
      visited: false,
      singleton: true,
      variables: [
        { name: 'A', value: '1' },
        { name: 'B', value: undefined },
      ],
    },
  ]);
});

it('says what is wrong with a text that is none', () => {
  expect(() => readCompose('a: [')).toThrow('it is no YAML');
  expect(() => readCompose('- a')).toThrow('there is no map at its top');
  expect(() => readCompose('a: 1')).toThrow('it has no services');
});

it('reads the first version of the format, and code that an image of its language gets from here', () => {
  const first = 'web:\n  build: .\n  ports: ["1:2"]\nmongodb:\n  image: mongo:3\n';
  expect(readCompose(first)).toMatchObject({
    services: [{ name: 'web' }],
    stores: ['mongodb'],
    hosts: { mongodb: 'mongodb' },
  });
  const mounted =
    'services:\n  app:\n    image: node:24\n    command: node a.js\n    volumes: ["./app:/code"]\n';
  expect(readCompose(mounted).services).toMatchObject([
    { name: 'app', root: 'app', dockerfile: undefined, start: 'node a.js' },
  ]);
});

it('takes what others wait for until it has ended for the release task, and what Traefik leads to for visited', () => {
  const { services, release } = readCompose(`
services:
  prestart:
    build: ./api
    command: bash prestart.sh
  api:
    build: ./api
    depends_on: { prestart: { condition: service_completed_successfully } }
    labels: ["traefik.http.routers.api.rule=Host(\`a.example.com\`)"]
`);
  expect(services).toMatchObject([{ name: 'api', visited: true }]);
  expect(release).toEqual({ service: 'api', command: 'bash prestart.sh' });
});
