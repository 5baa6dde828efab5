import { expect, test } from 'vitest';
import { leaveBehind } from './young-generation.ts';

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
