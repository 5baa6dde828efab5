import { getHeapSpaceStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { collectAll, leaveBehind } from './young-generation.ts';

const MIB = 1024 * 1024;

test('buffers that were left behind do not pile up outside of the heap', () => {
  const { arrayBuffers } = process.memoryUsage();
  let most = 0;
  for (let times = 0; times < 256; times++) {
    // Written to, so that it is there.
    Buffer.alloc(MIB, times);
    leaveBehind(MIB);
    most = Math.max(most, process.memoryUsage().arrayBuffers - arrayBuffers);
  }
  // Left to itself, V8 lets 32 MB or more of them lie.
  expect(most).toBeLessThan(16 * MIB);
});

test('nor do those that were in use for a while, as what waits to be stored is', () => {
  const { arrayBuffers } = process.memoryUsage();
  let most = 0;
  const waiting: Buffer[] = [];
  for (let times = 0; times < 256; times++) {
    waiting[times % 8] = Buffer.alloc(MIB, times);
    leaveBehind(MIB);
    most = Math.max(most, process.memoryUsage().arrayBuffers - arrayBuffers);
  }
  // Eight are in use. No young collection finds them afterwards, and V8 lets 64 MB lie before it looks at the whole heap.
  expect(most).toBeLessThan(32 * MIB);
});

const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!.space_size;
/** Makes what is young much, as loading a program does. */
function growYoung(): void {
  const lasting: object[] = [];
  for (let times = 0; times < 1_000_000; times++) lasting[times % 10_000] = { times };
  expect(young()).toBeGreaterThan(4 * MIB);
}

test('collecting all gives back what the young generation grew to', () => {
  growYoung();
  collectAll(Number.POSITIVE_INFINITY);
  expect(young()).toBeLessThanOrEqual(4 * MIB);
});

test('collecting all takes a small share of the time, however often it is wanted', () => {
  collectAll(Number.POSITIVE_INFINITY);
  growYoung();
  collectAll(1 / 10_000);
  expect(young()).toBeGreaterThan(4 * MIB);
});
