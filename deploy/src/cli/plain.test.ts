import { afterEach, expect, it, vi } from 'vitest';
import { plainReporter } from './plain.ts';

afterEach(() => void vi.useRealTimers());

it('says what happens a line each, and how far it is only where there was nothing to say for a while', () => {
  vi.useFakeTimers({ now: 0 });
  const lines: string[] = [];
  const reporter = plainReporter((line) => lines.push(line));
  reporter.begin({ id: 'bake', title: 'Watch it for 120 s' });
  reporter.progress(null, 'watched until 00:02:00 UTC');
  for (let second = 1; second <= 120; second++) {
    vi.advanceTimersByTime(1000);
    const bad = second === 50;
    reporter.progress(null, `${second} of 120 s`, ...(bad ? [] : (['tick'] as const)));
  }
  reporter.end('done');
  expect(lines).toEqual([
    '… Watch it for 120 s',
    '    watched until 00:02:00 UTC',
    '    30 of 120 s',
    // Something has changed.
    '    50 of 120 s',
    '    80 of 120 s',
    '    110 of 120 s',
    '✓ Watch it for 120 s (2m00s)',
  ]);
});
