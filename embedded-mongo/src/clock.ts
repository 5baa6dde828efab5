import { Timestamp } from 'bson';

/** Changes that one second can number: so many that no second sees them, so few that a time fits into a whole number of JavaScript. */
export const perSecond = 2 ** 20;

/**
 * The server's logical time, as replica sets count it: seconds, and a number within the second. It never goes back, also
 * when the machine's clock does. With an oplog it is the time of the newest entry, across restarts; without one it
 * follows the machine's clock.
 */
export class Clock {
  #last = { t: 0, i: 0 };
  #kept = false;

  /** From now on time passes with the entries of an oplog alone, of which this is the newest. */
  keep(newest: Timestamp | undefined): void {
    this.#kept = true;
    if (newest) this.#last = { t: newest.t, i: newest.i };
  }

  /** A time later than all given before. */
  next(): Timestamp {
    const t = Math.floor(Date.now() / 1000);
    const { t: last, i } = this.#last;
    if (t > last) this.#last = { t, i: 1 };
    else this.#last = i + 1 < perSecond ? { t: last, i: i + 1 } : { t: last + 1, i: 1 };
    return new Timestamp(this.#last);
  }

  /** The time after a command: not before any change that was made, and before every later one. */
  after(wrote: boolean): Timestamp {
    if (this.#kept) return new Timestamp(this.#last);
    return wrote || Math.floor(Date.now() / 1000) > this.#last.t ? this.next() : new Timestamp(this.#last);
  }

  /** Takes back the times that a change was given which then failed. */
  back(to: Timestamp): void {
    this.#last = { t: to.t, i: to.i };
  }

  /** The last time that was given. */
  get last(): Timestamp {
    return new Timestamp(this.#last);
  }
}

/** A time as a whole number in the same order: the number under which the oplog keeps its entry. */
export const numberOfTime = ({ t, i }: Timestamp): number => t * perSecond + Math.min(i, perSecond - 1);

/** The numbers of the entries from one time to another, both included; what is no time does not bound. */
export const numbersBetween = (
  from: unknown,
  to: unknown,
): { readonly from: number; readonly to: number } => ({
  from: from instanceof Timestamp ? numberOfTime(from) : 0,
  to: to instanceof Timestamp ? numberOfTime(to) : Number.MAX_SAFE_INTEGER - 1,
});
