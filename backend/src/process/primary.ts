import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { Settings } from '../settings.ts';
import { answerMetricsRequests } from './metrics-of-all.ts';
import { stopOnSignal } from './stop.ts';

const longestBackOffMs = 30_000;
/** A process that lived this long crashed by accident, not because it cannot start. */
const settledMs = 60_000;

/**
 * Keeps WORKERS API processes running: starts a replacement before one that has served enough is drained, restarts
 * one that crashed (with back-off), and stops all of them at SIGTERM. When no process ever came up, it gives up with
 * that process's exit code, so that a release that cannot start is seen to fail.
 */
export function runPrimary(settings: Settings, log: Logger): void {
  let stopping = false;
  let everListened = false;
  let crashes = 0;

  answerMetricsRequests();

  const start = (replaces?: Worker): void => {
    const worker = cluster.fork();
    const startedAt = Date.now();
    worker.on('listening', () => {
      everListened = true;
      replaces?.send('drain');
    });
    worker.on('message', (message) => {
      if (message === 'replace me' && !stopping) start(worker);
    });
    worker.on('exit', (code, signal) => {
      if (stopping || replaced.has(worker)) return;
      if (!everListened) {
        process.exitCode = code || 1;
        process.exit();
      }
      // A replacement that failed leaves the one it was for in place, so only the place it holds itself is refilled.
      if (replaces && !replaces.isDead()) {
        setTimeout(() => start(replaces), backOff(startedAt)).unref();
        return;
      }
      log.error({ pid: worker.process.pid, code, signal }, 'an api process ended; starting another');
      setTimeout(() => start(), backOff(startedAt));
    });
    if (replaces) worker.once('listening', () => replaced.add(replaces));
  };
  const replaced = new WeakSet<Worker>();
  const backOff = (startedAt: number): number => {
    crashes = Date.now() - startedAt > settledMs ? 0 : crashes + 1;
    return crashes === 0 ? 0 : Math.min(100 * 2 ** (crashes - 1), longestBackOffMs);
  };

  stopOnSignal(log, settings.DRAIN_SECONDS * 1000 + 1000, async () => {
    stopping = true;
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve) => {
            worker.once('exit', () => resolve());
            worker.process.kill('SIGTERM');
          }),
      ),
    );
  });
  for (let count = 0; count < settings.WORKERS; count += 1) start();
}
