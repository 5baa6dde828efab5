import { type FilterValues, parseFilters } from '../filters/filter.ts';
import { dealFilters } from './deal-search.ts';

const id = /^[0-9a-f]{24}$/;

/** What the board shows of a pipeline's open deals. */
export type BoardFilters = FilterValues<typeof dealFilters>;

/** What the address of the board says: which pipeline and which of its deals, and whether (and where) a new one is begun. */
export type BoardSearch = BoardFilters & { pipeline?: string; new?: string };

export function parseBoardSearch(search: Record<string, unknown>): BoardSearch {
  const { pipeline } = search;
  // As in other addresses, `true` begins a new one; in which stage is for the form to ask.
  const create = search.new === true ? 'any' : search.new;
  return {
    ...parseFilters(dealFilters, search),
    ...(typeof pipeline === 'string' && id.test(pipeline) && { pipeline }),
    ...(typeof create === 'string' && (create === 'any' || id.test(create)) && { new: create }),
  };
}

/** The filters alone, as a query of them is known by. */
export const filtersOf = (search: BoardFilters): BoardFilters => parseFilters(dealFilters, search);
