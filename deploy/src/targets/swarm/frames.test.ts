import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { linesOf, streamLines } from './frames.ts';

const frame = (from: 1 | 2, text: string): Buffer => {
  const data = Buffer.from(text);
  const header = Buffer.from([from, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};

const all = async <T>(from: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const one of from) found.push(one);
  return found;
};

it('reads lines however the bytes come', async () => {
  const bytes = Buffer.concat([
    frame(1, 'one\ntw'),
    frame(2, 'Error: ação'),
    frame(1, 'o\n\n'),
    frame(2, '\nend'),
  ]);
  for (const size of [1, 3, 7, bytes.length]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    );
    expect(await all(linesOf(Readable.from(pieces)))).toEqual(['one', 'two', '', 'Error: ação', 'end']);
  }
  expect((await all(streamLines(Readable.from([bytes])))).at(-1)).toEqual({ from: 'stderr', text: 'end' });
});
