import { type Clock, retry } from 'conductor-backup/retry';
import { poll } from './poll.ts';
import { isRefused } from './refusal.ts';

/** Milliseconds after which a platform shows in its lists what it has made or begun. */
export const lag = 20_000;

interface Once<T> {
  readonly begin: () => Promise<T>;
  /** What was begun, where the platform shows it by now. */
  readonly find: () => Promise<T | null | undefined>;
  readonly clock: Clock;
}

/**
 * Begins what must not be begun twice. When it is not known whether it was (the reply was lost), it is looked for until it can be
 * expected to show, and only then begun again, three times in all. A refusal ends it at once.
 */
export const once = <T>({ begin, find, clock }: Once<T>): Promise<T> =>
  retry(
    async () => {
      try {
        return await begin();
      } catch (error) {
        const late = isRefused(error) ? null : await poll(find, { clock, within: lag });
        if (late) return late;
        throw error;
      }
    },
    { attempts: 3, pause: 0, clock, again: (error) => !isRefused(error) },
  );
