import { startEmbeddedMongo } from 'embedded-mongo';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Store } from '../../model/store.ts';
import { ask } from '../test/ask.ts';
import { type TestProject, testProject } from '../test/project.ts';
import { storesAble } from './stores-able.ts';

let project: TestProject;
beforeAll(async () => {
  project = await testProject();
});
afterAll(() => project[Symbol.asyncDispose]());

const mongo: Store = { name: 'mongodb', kind: 'mongodb', needs: ['transactions'] };
const asked = async (parts: Parameters<TestProject['context']>[0]) =>
  ask(storesAble, await project.context({ stores: [mongo], ...parts }));
const there = (can?: readonly 'transactions'[] | 'unknown') =>
  ({ name: 'mongodb', kind: 'mongodb', state: 'live', provider: 'mongo:7', ...(can && { can }) }) as const;

async function withServer<T>(standalone: boolean, use: (url: string) => Promise<T>): Promise<T> {
  const server = await startEmbeddedMongo({ data: ':memory:', port: 0, standalone });
  try {
    return await use(server.url);
  } finally {
    await server.close();
  }
}

test('nothing is asked of stores that need nothing', async () => {
  expect(await asked({ stores: [{ name: 'mongodb', kind: 'mongodb' }] })).toBe('no store has `needs`');
});

test('one that the target is to provide can do what the target says', async () => {
  expect(await asked({})).toEqual({
    level: 'ok',
    detail: 'mongodb: will be made on production on test, with transactions',
  });
  const { target } = await project.context();
  const cannot = { ...target, traits: { ...target.traits, storesCan: {} } };
  expect(await asked({ target: cannot })).toMatchObject({
    level: 'failure',
    detail: 'mongodb: The mongodb of production on test has no transactions.',
  });
  const none = { ...target, traits: { ...target.traits, stores: [] } };
  expect(await asked({ target: none })).toMatchObject({ level: 'failure' });
});

test('one that is already there is believed more than what the target would make', async () => {
  expect(await asked({ storesThere: [there()] })).toMatchObject({ level: 'ok' });
  expect(await asked({ storesThere: [there(['transactions'])] })).toMatchObject({ level: 'ok' });
  expect(await asked({ storesThere: [there([])] })).toEqual({
    level: 'failure',
    detail: 'mongodb: The mongodb that is there (mongo:7) has no transactions.',
    fix: expect.stringMatching(
      /^Give environments\.production\.stores\.mongodb .* or rename it on the platform[^\n]*$/,
    ),
  });
  expect(await asked({ storesThere: [there('unknown')] })).toMatchObject({ level: 'warning' });
});

test('an outside one is asked, whatever name of a replica set its address has', async () => {
  await withServer(false, async (url) => {
    expect(await asked({ stores: [{ ...mongo, url }] })).toEqual({
      level: 'ok',
      detail: 'mongodb: outside, a replica set',
    });
  });
  await withServer(true, async (url) => {
    for (const address of [url, `${url}?replicaSet=rs0`])
      expect(await asked({ stores: [{ ...mongo, url: address }] })).toEqual({
        level: 'failure',
        detail: 'mongodb: The server outside is standalone, so it has no transactions.',
        fix: expect.stringContaining('environments.production.stores.mongodb.url'),
      });
  });
});

test('an outside one that cannot be reached from here is a warning without its address', async () => {
  const url = 'mongodb://ana:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=100';
  const answer = await asked({ stores: [{ ...mongo, url }] });
  expect(answer).toMatchObject({ level: 'warning', detail: expect.stringContaining('cannot be asked') });
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|ana|127\.0\.0\.1/);
  expect(await asked({ stores: [{ ...mongo, url: 'not an address' }] })).toMatchObject({
    level: 'failure',
    detail: 'mongodb: Its url is no address of a MongoDB.',
  });
});
