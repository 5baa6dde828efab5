import { expect, it } from 'vitest';
import type { StoreSpec } from './protocol.ts';
import type { StoreState } from './state.ts';
import { Store, storeUrl } from './store.ts';

const embedded = (entry: string, credentials: boolean, oplog = false): StoreSpec => ({
  provider: 'embedded',
  name: 'mongodb',
  kind: 'mongodb',
  node: '/node',
  entry,
  credentials,
  oplog,
  label: 'embedded-mongo',
});
const stopped = (spec: StoreSpec, password: string): StoreState => ({
  spec,
  port: 20_001,
  password,
  stopped: true,
  id: null,
  restarts: 3,
});

it('keeps its password when it starts again', () => {
  const again = Store.reopened(stopped(embedded('/old', true), 'secret'), embedded('/new', true));
  expect(again).toMatchObject({ password: 'secret', stopped: false, spec: { entry: '/new' } });
  expect(storeUrl(again)).toBe(
    'mongodb://conductor:secret@127.0.0.1:20001/mongodb?replicaSet=embedded&authSource=admin',
  );
});

it('once with a password it is not started by a program that cannot ask for it, as that of an earlier release', () => {
  const again = Store.reopened(stopped(embedded('/new', true), 'secret'), embedded('/old', false));
  expect(again).toMatchObject({ password: 'secret', spec: { entry: '/new' } });
});

it('once with a history of its changes it is not started by a program that cannot keep one', () => {
  const state = stopped(embedded('/new', true, true), 'secret');
  expect(Store.reopened(state, embedded('/old', true))).toMatchObject({ spec: { entry: '/new' } });
  expect(Store.reopened(state, embedded('/newer', true, true))).toMatchObject({ spec: { entry: '/newer' } });
});

it('without a password it gets one from a program that can ask for it, and none from another', () => {
  const state = stopped(embedded('/old', false), '');
  expect(Store.reopened(state, embedded('/new', true)).password).toMatch(/^[\w-]{32}$/);
  const open = Store.reopened(state, embedded('/older', false));
  expect(storeUrl(open)).toBe('mongodb://127.0.0.1:20001/mongodb?replicaSet=embedded');
});

it('an outside server has its own', async () => {
  const spec: StoreSpec = { provider: 'external', name: 'redis', kind: 'redis', url: 'redis://elsewhere' };
  expect(await Store.fresh(spec, new Set())).toMatchObject({ password: '', port: 0 });
});
