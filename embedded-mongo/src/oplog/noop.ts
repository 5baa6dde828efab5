import type { Clock } from '../clock.ts';
import type { Oplog } from './oplog.ts';

/** Writes an entry that changes nothing, as MongoDB does every so many seconds in which nothing else was written, until it is stopped. */
export const startNoops = (oplog: Oplog, clock: Clock, seconds: number): { stop(): void } => {
  let seen = clock.last;
  const timer = setInterval(() => {
    try {
      if (clock.last.equals(seen)) oplog.note('periodic noop');
    } catch (error) {
      console.error('embedded-mongo: the periodic entry of the oplog could not be written', error);
    }
    seen = clock.last;
  }, seconds * 1000);
  timer.unref();
  return { stop: () => clearInterval(timer) };
};
