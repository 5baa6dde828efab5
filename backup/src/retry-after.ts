/** Numbers from here on are a time since the epoch (2001 in seconds, 1973 in milliseconds), smaller ones a time from now. */
const epochSeconds = 1e9;
const epochMilliseconds = 1e11;
/** Seconds: no window of a rate limit is longer, so a greater number is one of milliseconds. */
const longestWindow = 86_400;

/**
 * Milliseconds that the sender of an answer asks to wait: Retry-After in seconds or as a date (RFC 9110, 10.2.3), else the end of the
 * window of its rate limit, which some give from now and others, as DigitalOcean does, since the epoch, and either in seconds or in
 * milliseconds. Null when it says nothing.
 *
 * @param now milliseconds since the epoch
 */
export function retryAfter(headers: Headers, now: number): number | null {
  const value =
    headers.get('retry-after') ?? headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset');
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.max(0, milliseconds(Number(value), now));
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function milliseconds(number: number, now: number): number {
  if (number >= epochMilliseconds) return number - now;
  if (number >= epochSeconds) return number * 1000 - now;
  return number > longestWindow ? number : number * 1000;
}
