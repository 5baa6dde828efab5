import { expect, it } from 'vitest';
import { secret } from './settings.ts';
import { shareSettings } from './shared-settings.ts';

const service = (name: string, settings: Record<string, ReturnType<typeof secret> | string>) => ({
  name,
  settings,
});

it('takes what services have alike out of them, and leaves them what is their own', () => {
  const both = { LEVEL: 'info', KEY: secret('KEY') };
  expect(
    shareSettings([
      service('api', { ...both, PORT: '1', ONE: 'x' }),
      service('worker', { ...both, PORT: '2' }),
      service('web', { KEY: secret('WEB_KEY') }),
    ]),
  ).toEqual({
    shared: [{ name: 'shared', services: ['api', 'worker'], settings: both }],
    own: { api: { PORT: '1', ONE: 'x' }, worker: { PORT: '2' }, web: { KEY: secret('WEB_KEY') } },
  });
});

it('gives no service what only others have', () => {
  const all = { A: '1', B: '2' };
  const two = { C: '3', D: '4' };
  const { shared, own } = shareSettings([
    service('api', { ...all, ...two }),
    service('worker', { ...all, ...two, E: '5' }),
    service('web', all),
  ]);
  expect(shared).toEqual([
    { name: 'api-worker-web', services: ['api', 'worker', 'web'], settings: all },
    { name: 'api-worker', services: ['api', 'worker'], settings: two },
  ]);
  expect(own).toEqual({ api: {}, worker: { E: '5' }, web: {} });
});

it('leaves a single setting, and those that may not be shared, where they are used', () => {
  const settings = { A: '1', B: '2', KEY: secret('KEY') };
  const services = [service('api', settings), service('worker', settings)];
  expect(shareSettings(services, (setting) => typeof setting === 'string').own).toEqual({
    api: { KEY: secret('KEY') },
    worker: { KEY: secret('KEY') },
  });
  expect(shareSettings(services, (setting) => setting === '1').shared).toEqual([]);
});
