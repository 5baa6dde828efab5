import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Desired } from '../config/resolve.ts';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import type { Secrets } from '../secrets/document.ts';
import { CapsulesHere } from './capsules.ts';
import { KnownSecrets, learnSecrets } from './known-secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

const service = (name: string, secrets: Record<string, string>): Service => ({
  name,
  root: '.',
  start: ['x'],
  paths: [],
  replicas: 1,
  drain: 0,
  singleton: false,
  variables: Object.fromEntries(
    Object.entries(secrets).map(([key, value]) => [key, { kind: 'secret' as const, value }]),
  ),
});
const desired = (...services: Service[]): Desired => ({
  services,
  stores: [{ name: 'db', kind: 'mongodb', url: 'mongodb://u:p@h' }],
  missing: [],
  lacking: [],
});
const release = (version: string): Release => ({
  version,
  commit: null,
  dirty: true,
  environment: 'test',
  createdAt: '',
  stores: [],
});

const learned = async (...[kept, wanted, capsules]: [Secrets, Desired, CapsulesHere]) => {
  const known = new KnownSecrets();
  await learnSecrets(known, { kept, desired: wanted, capsules });
  return known.values;
};

it('services that name two values alike keep both', async () => {
  const both = desired(service('api', { DSN: 'one' }), service('web', { DSN: 'two' }));
  expect(await learned({ KEY: 'kept' }, both, new CapsulesHere(join(folder, 'none')))).toEqual({
    KEY: 'kept',
    DSN: 'one',
    'web DSN': 'two',
    'db url': 'mongodb://u:p@h',
  });
});

it('what was rotated away is still known from the releases that had it', async () => {
  const old = [service('api', { TOKEN: 'old-token', KEY: 'same' })];
  const capsules = new CapsulesHere(folder);
  await capsules.keep({ release: release('v20260101_000000'), services: old });
  await writeFile(join(folder, 'v20260102_000000.json'), 'damaged');
  expect(await learned({ TOKEN: 'new-token', KEY: 'same' }, { ...desired(), stores: [] }, capsules)).toEqual({
    TOKEN: 'new-token',
    KEY: 'same',
    'TOKEN of v20260101_000000': 'old-token',
  });
});

it('learns what is read later, and takes it out from then on', () => {
  const known = new KnownSecrets();
  known.learn('first-value', 'FIRST');
  expect(known.redact('first-value later-value')).toBe('[FIRST] later-value');
  known.learn('later-value', 'LATER');
  expect(known.redact('first-value later-value')).toBe('[FIRST] [LATER]');
});
