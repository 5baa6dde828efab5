import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readValue } from './input.ts';

test('a piped value is taken whole, less one line end', async () => {
  expect(await readValue('A', Readable.from(['two\n', 'lines\n\n']))).toBe('two\nlines\n');
  expect(await readValue('A', Readable.from(['x\r\n']))).toBe('x');
});

test('nothing but blanks is refused', async () => {
  await expect(readValue('A', Readable.from([' \n']))).rejects.toMatchObject({ code: 'secrets.blank-value' });
});

function terminal() {
  const modes: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true as const,
    setRawMode: (raw: boolean) => modes.push(raw),
  });
  return { input: input as never as NodeJS.ReadStream, modes, type: (keys: string) => input.write(keys) };
}

test('a typed value is not shown', async () => {
  const { input, modes, type } = terminal();
  const screen = new PassThrough();
  const reading = readValue('A', input, screen);
  type('secre');
  type('x\u007ft\r');
  expect(await reading).toBe('secret');
  screen.end();
  expect(await text(screen)).toBe('A (not shown): \n');
  expect(modes).toEqual([true, false]);
});

test('Ctrl-C ends it and gives the terminal back', async () => {
  const { input, modes, type } = terminal();
  const reading = readValue('A', input, new PassThrough());
  type('sec\u0003');
  await expect(reading).rejects.toMatchObject({ code: 'secrets.interrupted', exit: 130 });
  expect(modes).toEqual([true, false]);
});
