import type { ListPage } from './record-list.tsx';

/** How many records a list has; `capped`: at least so many. */
export interface Total {
  count: number;
  capped: boolean;
}

/**
 * The number of records of a list. Where everything is loaded it is what is loaded, which is always right; the API's own
 * total may be some seconds old.
 */
export function totalOf(pages: ListPage<unknown>[]): Total | undefined {
  const last = pages.at(-1);
  if (!last) return undefined;
  const loaded = pages.reduce((sum, { data }) => sum + data.length, 0);
  if (last.page.nextCursor === null) return { count: loaded, capped: false };
  return { count: Math.max(last.page.total, loaded), capped: last.page.totalCapped };
}
