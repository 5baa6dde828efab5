import { expect, it } from 'vitest';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';
import { waves } from './waves.ts';

const service = (name: string, singleton = false) => ({ name, singleton }) as Service;
const release = (service?: string) =>
  ({ task: service ? { service, command: ['x'], deadline: 1 } : undefined }) as Release;
const names = (task: string | undefined, ...services: Service[]) =>
  waves(release(task), services).map((wave) => wave.map(({ name }) => name));

it('moves the service of the release task first and singletons last', () => {
  const all = [service('scheduler', true), service('worker'), service('backend'), service('frontend')];
  expect(names('backend', ...all)).toEqual([['backend'], ['worker', 'frontend'], ['scheduler']]);
});

it('moves all together where nothing depends on an order', () => {
  expect(names(undefined, service('a'), service('b'))).toEqual([['a', 'b']]);
});

it('moves a singleton that runs the task first, once', () => {
  expect(names('scheduler', service('scheduler', true), service('a'))).toEqual([['scheduler'], ['a']]);
});
