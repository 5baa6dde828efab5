import type { Logger } from 'pino';
import type { Outbox } from './outbox.ts';

/** Sweeps the outbox over and over, a moment apart. Returns how to stop it, after the sweep under way. */
export function startSweeping(outbox: Outbox, log: Logger, pauseMs = 1000): () => Promise<void> {
  const stopped = new AbortController();
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pauseMs);
      stopped.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  const running = (async () => {
    while (!stopped.signal.aborted) {
      const delivered = await outbox.sweep().catch((error) => {
        log.debug({ err: error }, 'the outbox could not be swept; it will be tried again');
        return 0;
      });
      if (delivered > 0) log.info({ delivered }, 'delivered what was left in the outbox');
      await pause();
    }
  })();
  return async () => {
    stopped.abort();
    await running;
  };
}
