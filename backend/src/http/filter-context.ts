import type { Principal } from '../policy/principal.ts';
import { dateFormat } from '../texts/formats.ts';
import type { FilterContext } from './filter.ts';

/** What `@me`, `@today` and `@overdue` mean for someone now; days are those of `timezone`. */
export function filterContext(
  principal: Principal,
  timezone = principal.timezone,
  now = new Date(),
): FilterContext {
  return { userId: principal.userId, today: dayIn(timezone, now), now };
}

interface Day {
  start: Date;
  end: Date;
}

/** The day each time zone was last asked for: reading the calendar is dear, and it is the same day nearly always. */
const lastDays = new Map<string, Day>();

/** Start and end of the day that `now` falls into in a time zone. */
export function dayIn(timezone: string, now: Date): Day {
  const last = lastDays.get(timezone);
  if (last && last.start <= now && now < last.end) return last;
  const day = readDay(timezone, now);
  lastDays.set(timezone, day);
  return day;
}

function readDay(timezone: string, now: Date): Day {
  const date = dateFormat('en-CA', { timeZone: timezone }).format(now);
  const start = midnight(date, timezone);
  const next = new Date(start.getTime() + 36 * 3_600_000);
  return {
    start,
    end: midnight(dateFormat('en-CA', { timeZone: timezone }).format(next), timezone),
  };
}

/** The moment a calendar day begins in a time zone. */
export const midnight = (date: string, timezone: string): Date => momentIn(date, '00:00', timezone);

/**
 * The moment that a clock in a time zone shows a day and a time. Corrected twice, because the offset may differ around
 * it. A time that the clocks leave out is an hour beside.
 */
export function momentIn(date: string, time: string, timezone: string): Date {
  const utc = Date.parse(`${date}T${time}:00Z`);
  let guess = utc;
  for (let turn = 0; turn < 2; turn += 1) guess = utc - offsetAt(new Date(guess), timezone);
  return new Date(guess);
}

function offsetAt(at: Date, timezone: string): number {
  const parts = dateFormat('en-CA', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at.getTime() / 1000) * 1000;
}
