/** What the address of a simple list says: its search, and whether the form for a new record is open. */
export interface ListSearch {
  q?: string;
  new?: true;
}

export function parseListSearch(search: Record<string, unknown>): ListSearch {
  return {
    ...(typeof search.q === 'string' && search.q.trim() !== '' && { q: search.q.slice(0, 200) }),
    ...(search.new === true && { new: true as const }),
  };
}
