import { expect, it, onTestFinished, vi } from 'vitest';
import { keepSchedules } from './keep-schedules.ts';

it('makes schedules again each minute, sooner after a failure, and never twice at a time', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const answers = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
  ];
  let asked = 0;
  const warn = vi.fn();
  const { first, stop } = keepSchedules(() => answers[asked++]!.promise, { warn });
  let made = false;
  void first.then(() => {
    made = true;
  });
  await vi.advanceTimersByTimeAsync(300_000);
  expect([asked, made]).toEqual([1, false]);
  answers[0]!.reject(new Error('Redis is away'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect([asked, made, warn.mock.calls.length]).toEqual([2, false, 1]);
  answers[1]!.resolve();
  await vi.advanceTimersByTimeAsync(59_999);
  expect([asked, made]).toEqual([2, true]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toBe(3);
  stop();
  answers[2]!.resolve();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(asked).toBe(3);
});
