import { useDebouncedValue } from '@mantine/hooks';
import { type QueryKey, useQuery } from '@tanstack/react-query';
import { fits } from './fits.ts';

interface Lookup<Hit> {
  /** Where the answers are kept, without the words. */
  key: QueryKey;
  /** Milliseconds without another letter after which is asked. */
  pause: number;
  ask(q: string, signal: AbortSignal): Promise<Hit[]>;
  /** What a hit reads like. */
  text(hit: NoInfer<Hit>): string;
}

/**
 * What is found for what is typed, and whether that is the answer. Until it arrives, of the last answer only what fits by now: who
 * presses Enter or clicks at once would else get a record of the question before, or the one that moves under the pointer.
 */
export function useHits<Hit>(typed: string, { key, pause, ask, text }: Lookup<Hit>) {
  const words = typed.trim();
  const [q] = useDebouncedValue(words, pause);
  const found = useQuery({
    queryKey: [...key, q],
    queryFn: ({ signal }) => ask(q, signal),
    placeholderData: (previous) => previous,
  });
  const looking = found.isPending || found.isPlaceholderData || q !== words;
  const hits = found.data ?? [];
  return {
    hits: looking ? hits.filter((hit) => fits(text(hit), words)) : hits,
    /** Why there may be more; not set where the hits are all. */
    unsure: looking ? ('search.looking' as const) : found.isError ? ('search.failed' as const) : undefined,
  };
}
