import { expect, it } from 'vitest';
import type { Progress } from '../../target.ts';
import { goesOn } from './goes-on.ts';

const said = (detail: string): Progress => ({ service: null, state: 'building', detail });

it('tells how work goes on until it ends, and gives what it came to', async () => {
  const work = Promise.withResolvers<string>();
  let times = 0;
  const going = goesOn(work.promise, async () => said(`${++times} of 3`), 1);
  expect(await going.next()).toEqual({ done: false, value: said('1 of 3') });
  expect(await going.next()).toEqual({ done: false, value: said('2 of 3') });
  work.resolve('done');
  await work.promise;
  expect(await going.next()).toEqual({ done: true, value: 'done' });
});

it('ends as the work does, without waiting for its next word', async () => {
  const failed = goesOn(Promise.reject(new Error('it broke')), async () => said('never'), 60_000);
  await expect(failed.next()).rejects.toThrow('it broke');
  const done = goesOn(Promise.resolve(7), async () => said('never'), 60_000);
  expect(await done.next()).toEqual({ done: true, value: 7 });
});
