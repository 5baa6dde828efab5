import { type FilterFields, type FilterValues, filterQuery, parseFilters } from './filter.ts';

/** What the address of a list says: shareable, and kept when going back. */
export type ListSearch<Fields extends FilterFields, Sort extends string> = FilterValues<Fields> & {
  q?: string;
  sort?: Sort;
  /** The form of a new record is open. */
  new?: true;
};

export interface List<Fields extends FilterFields, Sort extends string> {
  readonly fields: Fields;
  /** The orders to choose from, the usual one first. */
  readonly sorts: readonly [Sort, ...Sort[]];
  /** Reads an address; what it says wrongly is dropped. */
  parse(search: Record<string, unknown>): ListSearch<Fields, Sort>;
  /** The API's query for a page of the list. */
  query(search: ListSearch<Fields, Sort>, cursor?: string): Record<string, string | number | undefined>;
}

/** A list of records that can be searched, narrowed and ordered, as its address says. */
export function listOf<const Fields extends FilterFields, const Sort extends string>(
  fields: Fields,
  sorts: readonly [Sort, ...Sort[]],
): List<Fields, Sort> {
  return {
    fields,
    sorts,
    parse: (search) => ({
      ...parseFilters(fields, search),
      ...(typeof search.q === 'string' && search.q.trim() !== '' && { q: search.q.slice(0, 100) }),
      ...(sorts.includes(search.sort as Sort) && { sort: search.sort as Sort }),
      ...(search.new === true && { new: true as const }),
    }),
    query: (search, cursor) => ({
      ...filterQuery(fields, search),
      q: search.q,
      sort: search.sort ?? sorts[0],
      limit: 50,
      cursor,
    }),
  };
}

/** Whether a list shows less than all. */
export const isNarrowed = <Fields extends FilterFields>(
  fields: Fields,
  search: FilterValues<Fields> & { q?: string },
): boolean => search.q !== undefined || Object.keys(fields).some((name) => search[name] !== undefined);
