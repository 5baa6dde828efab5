import { expect, it } from 'vitest';
import type { History } from '../ledger/history.ts';
import { valuesOfLive } from './kept-elsewhere.ts';

const all = [
  { address: 'op://a/b/c', name: 'TOKEN', of: { service: 'web' } },
  { address: 'op://a/b/c', name: 'TOKEN', of: { service: 'worker' } },
  { address: 'file:url', name: 'stores.db.url', of: { store: 'db' } },
  { address: 'env:HOOK', name: 'notify[0].url', of: null },
  { address: 'op://a/new/c', name: 'NEW', of: { service: 'web' } },
];
const capsule = {
  format: 'conductor-capsule/1',
  services: { web: { TOKEN: 'kept' }, worker: {} },
  stores: { db: 'mongodb://db' },
} as const;
const history = (live: string | null) =>
  ({
    releases: [{ version: 'v1' }, { version: 'v2' }],
    deploys: live === null ? [] : [{ end: { live } }],
  }) as unknown as History;
const values = (live: string | null, find: (version: string) => Promise<typeof capsule | undefined>) =>
  valuesOfLive(all, { ledger: { history: async () => history(live) }, capsules: { find } });

it('has the values that the release that is live was given, and none of what no release has', async () => {
  const asked: string[] = [];
  const found = await values('v1', async (version) => {
    asked.push(version);
    return capsule;
  });
  expect(asked).toEqual(['v1']);
  expect(found).toEqual({ 'op://a/b/c': 'kept', 'file:url': 'mongodb://db' });
});

it('has those of the newest release where none was ever live', async () => {
  expect(await values(null, async (version) => (version === 'v2' ? capsule : undefined))).toMatchObject({
    'file:url': 'mongodb://db',
  });
});

it('has none where the capsule cannot be opened here', async () => {
  expect(await values('v1', () => Promise.reject(new Error('no key')))).toEqual({});
  expect(await values('v1', async () => undefined)).toEqual({});
});

it('asks nobody where nothing is kept elsewhere', async () => {
  const never = () => Promise.reject(new Error('asked'));
  expect(await valuesOfLive([], { ledger: { history: never }, capsules: { find: never } })).toEqual({});
});
