/** A period of whole days, `to` being the day after the last. */
export interface Period {
  from: string;
  to: string;
}

/** The calendar month that a time zone is in. */
export function monthOf(timezone: string, now: Date): Period {
  // Sweden writes a day as ISO 8601 does.
  const today = new Intl.DateTimeFormat('sv', { timeZone: timezone }).format(now);
  const [year, month] = today.split('-').map(Number) as [number, number];
  const first = (years: number, months: number) => `${years}-${String(months).padStart(2, '0')}-01`;
  return {
    from: first(year, month),
    to: month === 12 ? first(year + 1, 1) : first(year, month + 1),
  };
}
