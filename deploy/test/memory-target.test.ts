import type { Release } from '../src/model/release.ts';
import type { Service } from '../src/model/service.ts';
import { type Behaviour, MemoryPlace, MemoryTarget } from './memory-target.ts';
import { targetContract } from './target-contract.ts';

export const testService = (behaviour: Behaviour): Service => ({
  name: 'web',
  root: '.',
  start: ['true'],
  paths: ['/'],
  replicas: 1,
  drain: 1,
  singleton: false,
  variables: { BEHAVIOUR: { kind: 'plain', value: behaviour } },
});

const testRelease = (version: string): Release => ({
  version,
  commit: null,
  dirty: true,
  environment: 'test',
  createdAt: '2026-01-01T00:00:00.000Z',
  stores: [],
});

targetContract('memory', async () => {
  const place = await MemoryPlace.open();
  return {
    target: async () =>
      new MemoryTarget(place, {
        environment: 'test',
        fingerprint: (name, value) => `${name}:${value.length}`,
      }),
    service: testService,
    release: testRelease,
    close: () => place.close(),
  };
});
