import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { leaseFor } from './lease.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('says whom it waits for at once, and for how long still every few seconds', () => {
  const lines: string[] = [];
  const { onWait, onWatch } = leaseFor('prune', {
    output: { say: (line) => lines.push(line) },
    interrupt: new AbortController().signal,
  });
  const since = new Date().toISOString();
  onWait!({ holder: 'elsewhere (7)', purpose: 'backup', since, process: null }, 20_000);
  for (let left = 19_000; left >= 0; left -= 1_000) {
    vi.advanceTimersByTime(1_000);
    onWatch!(left);
  }
  expect(lines).toEqual([
    expect.stringContaining('elsewhere (7) holds these backups since'),
    '  No sign of life yet: 15.0 s left.',
    '  No sign of life yet: 10.0 s left.',
    '  No sign of life yet: 5.0 s left.',
    '  No sign of life yet: 0.0 s left.',
  ]);
});
