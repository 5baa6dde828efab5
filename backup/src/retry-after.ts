/**
 * Milliseconds that the sender of an answer asks to wait: Retry-After in seconds or as a date (RFC 9110, 10.2.3), else the end of the
 * window of its rate limit, which some give in seconds from now and others, as DigitalOcean does, since the epoch. Null when it says
 * nothing.
 *
 * @param now milliseconds since the epoch
 */
export function retryAfter(headers: Headers, now: number): number | null {
  const value =
    headers.get('retry-after') ?? headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset');
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value)) {
    const number = Number(value);
    return number > 1e9 ? Math.max(0, number * 1000 - now) : number * 1000;
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
