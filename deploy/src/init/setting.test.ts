import { expect, it } from 'vitest';
import { generated, optional, type Setting, secret, service, store } from '../config/settings.ts';
import { settingsOf } from './setting.ts';

const around = {
  services: [
    { name: 'web', visited: true, static: 'dist' },
    { name: 'api', visited: true, ports: [4000] },
    { name: 'worker', visited: false },
  ],
  stores: ['mongodb', 'redis'] as const,
  elsewhere: ['postgres'],
};
const became = (name: string, value?: string) => settingsOf([{ name, value }], around);

it.each<[string, string | undefined, Setting | undefined]>([
  ['MONGODB_URI', 'mongodb+srv://u:p@cluster0.example.net/shop', store('mongodb').url],
  ['MONGO_URL', '', store('mongodb').url],
  ['DATABASE_URL', 'mongodb://localhost/shop', store('mongodb').url],
  ['CELERY_BROKER_URL', 'redis://redis:6379/0', store('redis').url],
  ['DATABASE_URL', 'postgresql+asyncpg://u:p@db/shop', secret('DATABASE_URL')],
  ['DB_HOST', 'postgres', secret('DB_HOST')],
  ['PORT', '3000', undefined],
  ['JWT_SECRET', 'change-me', generated(32)],
  ['NEXTAUTH_SECRET', '', generated(32)],
  ['SECRET_KEY_BASE', undefined, generated(32)],
  ['STRIPE_SECRET_KEY', '', secret('STRIPE_SECRET_KEY')],
  ['ENCRYPTION_KEY', '', secret('ENCRYPTION_KEY')],
  ['GITHUB_TOKEN', 'ghp_x', secret('GITHUB_TOKEN')],
  ['BROKER', 'amqp://guest:guest@rabbit', secret('BROKER')],
  ['WEBHOOK', 'https://user:pass@example.com/x', secret('WEBHOOK')],
  ['SENTRY_DSN', '', optional(secret('SENTRY_DSN'))],
  ['SMTP_HOST', '', optional(secret('SMTP_HOST'))],
  ['NODE_ENV', 'development', 'production'],
  ['CORS_ORIGIN', 'http://localhost:5173', service('web').url],
  ['API_URL', 'http://localhost:4000', service('api').url],
  ['BACKEND', 'http://api:4000', service('api').url],
  ['SEARCH', 'http://localhost:9200', secret('SEARCH')],
  ['LIMIT', '010', '010'],
  ['LIMIT', '10', 10],
  ['DEBUG', 'false', false],
  ['GREETING', 'Hello, you', 'Hello, you'],
])('%s=%s', (name, value, setting) => {
  expect(became(name, value).settings[0]?.setting).toEqual(setting);
});

it('says what to read in place of the parts of an address', () => {
  expect(became('REDIS_HOST', 'localhost')).toEqual({
    settings: [],
    notCarried: [{ what: 'REDIS_HOST', why: expect.stringContaining('read REDIS_URL in its place') }],
    elsewhere: [],
  });
  const variables = [
    { name: 'DB_HOST', value: 'mongo' },
    { name: 'DB_USER', value: undefined },
    { name: 'DB_PASSWORD', value: undefined },
    { name: 'DB_POOL', value: '5' },
  ];
  expect(settingsOf(variables, { ...around, hosts: { mongo: 'mongodb' } })).toMatchObject({
    settings: [{ name: 'DB_POOL' }],
    notCarried: [
      { what: 'DB_HOST, DB_USER, DB_PASSWORD', why: expect.stringContaining('read MONGO_URL in their') },
    ],
  });
});

it('keeps the address of what is not carried over as a secret, and says whose it is', () => {
  expect(became('SEARCH_HOST', 'http://postgres:7700').settings[0]?.setting).toEqual(secret('SEARCH_HOST'));
  expect(became('DATABASE_URL', 'postgres://a/b').elsewhere).toMatchObject([
    { what: 'the PostgreSQL of DATABASE_URL' },
  ]);
});

it('never takes over the value of a secret', () => {
  for (const value of [
    'sk_live_51H',
    'postgres://a:hunter2@x/y',
    'Zx81kQpL09vbnMqwe77TyuR2',
    'AKIAIOSFODNN7EXAMPLE',
  ]) {
    for (const name of ['A', 'API_KEY', 'DATABASE_URL', 'URL']) {
      expect(JSON.stringify(became(name, value))).not.toContain(value);
    }
  }
});
