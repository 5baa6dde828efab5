import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

/** Adds lines of 1 kB, says on stderr that it goes on, and adds a last line when a word comes on stdin; "end" ends it. */
const program = (lines: number) => `
  import { LogLines } from ${JSON.stringify(join(import.meta.dirname, 'log-lines.ts'))};
  const log = new LogLines();
  for (let i = 0; i < ${lines}; i++) log.add(i + ' ' + 'x'.repeat(1_000));
  console.error('goes on');
  process.stdin.on('data', async (word) => {
    log.add('last');
    if (String(word) !== 'end') return;
    await log.end();
    process.exit(0);
  });`;

let writing: ChildProcessWithoutNullStreams;
let text: string;

afterEach(() => writing.kill('SIGKILL'));

async function run(lines: number): Promise<void> {
  writing = spawn(process.execPath, ['--input-type=module-typescript', '-e', program(lines)]);
  text = '';
  writing.stdout.on('data', (piece) => {
    text += piece;
  });
  writing.stdout.pause();
  await once(writing.stderr, 'data');
}

test('writes all lines in order', async () => {
  await run(2_000);
  writing.stdout.resume();
  writing.stdin.write('last');
  await expect.poll(() => text).toMatch(/last\n$/);
  const numbers = text.split('\n').slice(0, -2).map(Number.parseFloat);
  expect(numbers).toEqual(Array.from({ length: 2_000 }, (_, i) => i));
});

test('holds nothing up while nobody reads, and says then how much it left out', async () => {
  await run(20_000);
  writing.stdout.resume();
  await expect.poll(() => text.length).toBeGreaterThan(4_000_000);
  writing.stdin.write('last');
  await expect.poll(() => text).toMatch(/last\n$/);
  const lines = text.split('\n').slice(0, -1);
  const { leftOut } = JSON.parse(lines.at(-2)!) as { leftOut: number };
  expect(leftOut).toBeGreaterThan(10_000);
  expect(lines.length - 2 + leftOut).toBe(20_000);
});

test('ends although nobody reads', async () => {
  await run(20_000);
  writing.stdin.write('end');
  const [code] = await once(writing, 'exit');
  expect(code).toBe(0);
});
