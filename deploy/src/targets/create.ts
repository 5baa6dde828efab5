import { type Clock, poll } from './poll.ts';
import { isRefused } from './refusal.ts';

/** Milliseconds after which a platform shows in its lists what it has made. */
const lag = 20_000;

interface Creation<T> {
  readonly find: () => Promise<T | null | undefined>;
  readonly create: () => Promise<T>;
  readonly clock: Clock;
  /**
   * The platform takes one name twice, so before creating it is looked for once more, a while later: an earlier command may
   * have been killed just after it had asked for it.
   */
  readonly doubles?: boolean;
}

/**
 * Finds a thing or makes it, never twice: after a lost reply or a "there is one already" it is looked for until it can be
 * expected to show, and only then made again.
 */
export async function findOrCreate<T>({ find, create, clock, doubles = false }: Creation<T>): Promise<T> {
  const found = (await find()) ?? (doubles ? await poll(find, { clock, within: lag / 2 }) : null);
  if (found) return found;
  for (let attempt = 1; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      if (isRefused(error) && error.refusal !== 'name') throw error;
      const late = await poll(find, { clock, within: lag });
      if (late) return late;
      if (isRefused(error) || attempt === 3) throw error;
    }
  }
}
