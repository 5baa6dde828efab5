import type { Logger } from 'pino';

/**
 * Runs `stop` once, at the first SIGTERM, SIGINT or call of the returned function, and ends the process: with 0 when it stopped in
 * order, also when that took until the limit.
 */
export function stopOnSignal(log: Logger, limitMs: number, stop: () => Promise<void>): () => void {
  let stopping = false;
  const begin = () => {
    if (stopping) return;
    stopping = true;
    log.info('stopping');
    setTimeout(() => {
      log.warn('the drain limit is over; what is left is cut off');
      process.exit(0);
    }, limitMs).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
  return begin;
}
