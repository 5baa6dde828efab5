/** A stored date as the API writes it. */
export function isoOrNull(date: Date | null | undefined): string | null {
  return date?.toISOString() ?? null;
}
