import type { Clock } from 'conductor-backup/retry';
import { lag, once } from './once.ts';
import { poll } from './poll.ts';
import { isRefused } from './refusal.ts';

/** Milliseconds in which a thing whose name is taken shows if an earlier command of ours has made it; else it is someone else's. */
const takenBefore = 4_500;

interface Creation<T> {
  readonly find: () => Promise<T | null | undefined>;
  readonly create: () => Promise<T>;
  readonly clock: Clock;
  /**
   * The platform takes one name twice, so before creating it is looked for once more, a while later: an earlier command may
   * have been killed just after it had asked for it.
   */
  readonly doubles?: boolean;
  /** It was just looked for, and is not there. */
  readonly absent?: boolean;
}

/**
 * Finds a thing or makes it, never twice: after a lost reply or a "there is one already" it is looked for until it can be
 * expected to show, and only then made again.
 */
export async function findOrCreate<T>(creation: Creation<T>): Promise<T> {
  const { find, create, clock, doubles = false, absent = false } = creation;
  const found = (absent ? null : await find()) ?? (doubles ? await later(find, clock) : null);
  if (found) return found;
  try {
    return await once({ begin: create, find, clock });
  } catch (error) {
    const taken = isRefused(error) && error.refusal === 'name';
    const late = taken ? await poll(find, { clock, within: takenBefore }) : null;
    if (late) return late;
    throw error;
  }
}

/** Looks once more when what an earlier command has asked for would show. */
async function later<T>(find: Creation<T>['find'], clock: Clock) {
  await clock.sleep(lag / 2);
  return find();
}
