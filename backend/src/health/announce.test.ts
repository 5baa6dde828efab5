import { expect, it, onTestFinished, vi } from 'vitest';
import { announceReady } from './announce.ts';

it('says that a process is ready once its stores are, and before that what it waits for, each once', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const lines: unknown[] = [];
  const log = {
    info: (details: object, message: string) => lines.push([message, details]),
    warn: (details: object, message: string) => lines.push([message, details]),
  };
  let redis = async () => {
    throw new Error('connect ECONNREFUSED 127.0.0.1:1');
  };
  const probes = { mongodb: async () => {}, redis: () => redis() };
  announceReady('worker', log as never, probes, { port: 8080 });
  await vi.advanceTimersByTimeAsync(3000);
  const waits = { mongodb: 'healthy', redis: 'unhealthy: connection refused' };
  expect(lines).toEqual([['worker waits for its stores', { services: waits }]]);
  redis = async () => undefined as never;
  await vi.advanceTimersByTimeAsync(5000);
  expect(lines.slice(1)).toEqual([['worker is ready', { port: 8080 }]]);
});

it('says nothing more when it is stopped', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const info = vi.fn();
  const answer = Promise.withResolvers<void>();
  const stop = announceReady('worker', { info, warn: info }, { redis: () => answer.promise }, {});
  stop();
  answer.resolve();
  await vi.advanceTimersByTimeAsync(5000);
  expect(info).not.toHaveBeenCalled();
});
