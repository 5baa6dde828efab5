import { afterEach, expect, test } from 'vitest';
import { edgeOf } from './edge.ts';
import { Names } from './names.ts';

let names: Names;
afterEach(() => names.close());

/** A name server whose answers a test gives one by one, in the order of asking. */
function answering(): { asked: () => number; answer: (addresses: string[]) => void } {
  const waiting: ((addresses: string[]) => void)[] = [];
  let asked = 0;
  const resolve = () => {
    asked++;
    return new Promise<string[]>((answer) => waiting.push(answer));
  };
  names = new Names(resolve, () => {}, ['edge']);
  return { asked: () => asked, answer: (addresses) => waiting.shift()!(addresses) };
}

test('an edge that was started while its name was looked up is found by another lookup', async () => {
  const { asked, answer } = answering();
  const isEdge = edgeOf(names, 'edge');
  const known = isEdge('10.0.0.2');
  expect(asked()).toBe(1);
  answer(['10.0.0.1']);
  await expect.poll(asked).toBe(2);
  answer(['10.0.0.2']);
  expect(await known).toBe(true);
  expect(isEdge('10.0.0.2')).toBe(true);
});

test('who is not the edge is told from it without a lookup of each request', async () => {
  const { asked, answer } = answering();
  const isEdge = edgeOf(names, 'edge');
  const known = isEdge('10.0.0.9');
  answer(['10.0.0.1']);
  await expect.poll(asked).toBe(2);
  answer(['10.0.0.1']);
  expect(await known).toBe(false);
  expect([isEdge('10.0.0.9'), isEdge('10.0.0.8'), isEdge('10.0.0.1')]).toEqual([false, false, true]);
  expect(asked()).toBe(2);
});
