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
  expect([name, stores, elsewhere]).toEqual(['my-shop', ['mongodb', 'redis'], ['db', 'ui']]);
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
      more: true,
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
