import { PlatformRefusal } from '../refusal.ts';
import type { Arguments, Rest, RestOperation } from '../rest.ts';

/** Things in one answer: the most that Render gives. */
const most = 100;

/** Everything that a list holds, page by page. Render ends a list with a page that is not full. */
export async function everyPage<Item extends { readonly cursor: string }>(
  rest: Rest,
  operation: RestOperation<Item[]>,
  { query, ...args }: Arguments = {},
): Promise<Item[]> {
  const all: Item[] = [];
  for (;;) {
    const cursor = all.at(-1)?.cursor;
    const page = await rest(operation, { ...args, query: { ...query, limit: most, cursor } });
    // A list that begins anew would never end.
    if (page.length > 0 && page.at(-1)!.cursor === cursor)
      throw new PlatformRefusal('Render', 'strange', { said: `${operation.path} gives the same page again` });
    all.push(...page);
    if (page.length < most) return all;
  }
}
