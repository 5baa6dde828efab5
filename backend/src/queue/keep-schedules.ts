import type { Logger } from 'pino';

const againMs = 60_000;
const afterFailureMs = 5_000;

/**
 * Makes the queues' schedules now, and again each minute in case Redis was emptied; sooner where that failed.
 * @param apply makes them; may wait for Redis as long as it is away
 * @returns `first`, kept once they were made for the first time, and how to stop
 */
export function keepSchedules(
  apply: () => Promise<void>,
  log: Pick<Logger, 'warn'>,
): { first: Promise<void>; stop: () => void } {
  const { promise: first, resolve } = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const run = async () => {
    const pause = await apply().then(
      () => {
        resolve();
        return againMs;
      },
      (error) => {
        if (!stopped) log.warn({ err: error }, 'schedules could not be set');
        return afterFailureMs;
      },
    );
    if (!stopped) timer = setTimeout(run, pause);
  };
  void run();
  return {
    first,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
