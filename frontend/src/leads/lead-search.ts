import { type LeadStatus, leadStatuses } from './lead.ts';

export const leadSorts = ['-createdAt', '-score.value', 'name'] as const;
export type LeadSort = (typeof leadSorts)[number];

/** What the address of the leads list says: shareable, and kept when going back. Unknown values are dropped. */
export interface LeadSearch {
  q?: string;
  status?: LeadStatus[];
  sort?: LeadSort;
  /** The quick-add form is open. */
  new?: true;
}

export function parseLeadSearch(search: Record<string, unknown>): LeadSearch {
  const status = Array.isArray(search.status)
    ? leadStatuses.filter((one) => (search.status as unknown[]).includes(one))
    : [];
  return {
    ...(typeof search.q === 'string' && search.q.trim() !== '' && { q: search.q.slice(0, 200) }),
    ...(status.length > 0 && { status }),
    ...(leadSorts.includes(search.sort as LeadSort) && { sort: search.sort as LeadSort }),
    ...(search.new === true && { new: true as const }),
  };
}

/** The API's query for a search. */
export function leadQuery({ q, status, sort = '-createdAt' }: LeadSearch, cursor?: string) {
  return { q, 'filter[status]': status?.join(','), sort, limit: 50, cursor };
}
