import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { beat, watchForSilence } from './silence.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('tells once when nothing was heard for ten beats', () => {
  const silent = vi.fn();
  const watch = watchForSilence(silent);
  vi.advanceTimersByTime(9 * beat);
  watch.heard();
  vi.advanceTimersByTime(9 * beat);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20 * beat);
  expect(silent).toHaveBeenCalledTimes(1);
});

it('tells nothing after its end, and begins anew', () => {
  const silent = vi.fn();
  const watch = watchForSilence(silent);
  vi.advanceTimersByTime(9 * beat);
  watch.end();
  vi.advanceTimersByTime(20 * beat);
  watch.restart();
  vi.advanceTimersByTime(9 * beat);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(beat);
  expect(silent).toHaveBeenCalledTimes(1);
});

it('does not take a pause of its own for silence', () => {
  const silent = vi.fn();
  const watch = watchForSilence(silent);
  // The machine slept for an hour: one beat comes, and then what the other side has to say.
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(beat);
  watch.heard();
  vi.advanceTimersByTime(9 * beat);
  expect(silent).not.toHaveBeenCalled();
});
