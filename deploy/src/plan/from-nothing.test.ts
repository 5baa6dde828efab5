import { expect, it } from 'vitest';
import type { Description } from '../config/description.ts';
import {
  backupRecipients,
  generated,
  optional,
  required,
  secret,
  service,
  store,
} from '../config/settings.ts';
import { fromNothing } from './from-nothing.ts';

const description: Description = {
  project: 'shop',
  environment: 'production',
  branch: 'main',
  target: { kind: 'anywhere', settings: {} },
  stores: [
    { name: 'db', kind: 'mongodb', outside: false },
    { name: 'queue', kind: 'redis', outside: true },
  ],
  services: [
    {
      name: 'web',
      root: '.',
      dockerfile: 'docker/web/Dockerfile',
      start: ['node', 'web.ts'],
      paths: ['/'],
      replicas: 2,
      drain: 10,
      singleton: false,
      commands: {},
      settings: {
        LEVEL: 'info',
        LIMIT: 5,
        DB: store('db').url,
        URL: service('web').url,
        KEY: generated(32),
        TOKEN: secret('SHOP_TOKEN'),
        DSN: optional(secret('DSN')),
        KEYS: backupRecipients(),
        HOST_NAME: required('where it is'),
      },
    },
  ],
  domains: { web: ['shop.example.com'] },
};

it('adds everything that the config names, and says where each value comes from', () => {
  const variable = (name: string, to: string) => ({
    what: 'variable',
    action: 'add',
    name,
    service: 'web',
    to,
  });
  expect(fromNothing(description, { commit: 'ab12'.repeat(10), dirty: true })).toEqual([
    { what: 'release', action: 'add', name: 'release', to: 'ab12ab12ab12 + changes' },
    { what: 'store', action: 'add', name: 'db', to: 'mongodb' },
    { what: 'store', action: 'add', name: 'queue', to: 'redis from outside' },
    { what: 'service', action: 'add', name: 'web', to: '2 replicas of docker/web/Dockerfile' },
    variable('LEVEL', 'info'),
    variable('LIMIT', '5'),
    variable('DB', 'address of db'),
    variable('URL', 'address of web'),
    variable('KEY', 'random, made once'),
    variable('TOKEN', 'secret SHOP_TOKEN'),
    variable('KEYS', 'the keys that backups are for'),
    variable('HOST_NAME', 'no value'),
    { what: 'domain', action: 'add', name: 'shop.example.com', service: 'web' },
  ]);
});

it('says what a service is made of by its image, its Dockerfile or its command', () => {
  const made = (part: object) => {
    const [one] = description.services;
    const services = [{ ...one!, replicas: 1, dockerfile: undefined, ...part }] as Description['services'];
    return fromNothing({ ...description, services, stores: [], domains: {} }, { commit: null, dirty: false })
      .filter(({ what }) => what !== 'variable')
      .map(({ to }) => to);
  };
  expect(made({})).toEqual(['no commit', '1 replica of node web.ts']);
  expect(made({ image: 'ghcr.io/example/web@sha256:1', dockerfile: 'Dockerfile' })).toEqual([
    'no commit',
    '1 replica of ghcr.io/example/web@sha256:1',
  ]);
});
