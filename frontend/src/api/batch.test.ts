import { expect, it } from 'vitest';
import { Batch } from './batch.ts';

it('asks once for all that is asked for at once, and gives each its own', async () => {
  const asked: number[][] = [];
  const batch = new Batch<number, string>(3, async (keys) => {
    asked.push([...keys]);
    return keys.map((key) => (key === 2 ? null : `v${key}`));
  });
  expect(await Promise.all([1, 2, 3, 4].map((key) => batch.ask(key)))).toEqual(['v1', null, 'v3', 'v4']);
  expect(asked).toEqual([[1, 2, 3], [4]]);
  expect(await batch.ask(5)).toBe('v5');
  expect(asked).toHaveLength(3);
});

it('tells everyone who waits of a failure, and nobody later', async () => {
  let fails = true;
  const batch = new Batch<number, number>(10, async (keys) => {
    if (fails) throw new Error('away');
    return keys;
  });
  const both = await Promise.allSettled([batch.ask(1), batch.ask(2)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await batch.ask(3)).toBe(3);
});
