import { Refused } from './refused.ts';

/** What a list is asked for: kinds of filters, each with the values that it takes. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** As the engine takes them: `{"label":["a=b"]}`, or the older `{"label":{"a=b":true}}`. A kind that a list does not know is refused. */
export function filtersOf(query: URLSearchParams, known: readonly string[]): Filters {
  const text = query.get('filters');
  if (text === null || text === '') return new Map();
  let parsed: Record<string, readonly string[] | Record<string, boolean>>;
  try {
    parsed = JSON.parse(text) as typeof parsed;
  } catch {
    throw new Refused(400, `invalid character '${text[0]}' looking for beginning of value`);
  }
  const found = Object.entries(parsed).map(([kind, values]): [string, string[]] => {
    if (!known.includes(kind)) throw new Refused(400, `Invalid filter '${kind}'`);
    return [kind, Array.isArray(values) ? [...values] : Object.keys(values)];
  });
  return new Map(found);
}

/** One of the values fits, or nothing is asked. */
export const fits = (filters: Filters, kind: string, test: (value: string) => boolean): boolean => {
  const values = filters.get(kind);
  return values === undefined || values.length === 0 || values.some(test);
};

/** All labels that are asked for are there: `name`, or `name=value`. */
export const labelled = (
  filters: Filters,
  labels: Readonly<Record<string, string>>,
  kind = 'label',
): boolean =>
  (filters.get(kind) ?? []).every((one) => {
    const [name = '', ...value] = one.split('=');
    return name in labels && (value.length === 0 || labels[name] === value.join('='));
  });

/** Things of the swarm are found by the beginning of a name, and so of an id. */
export const named = (filters: Filters, thing: { readonly id: string; readonly name: string }): boolean =>
  fits(filters, 'name', (value) => thing.name.startsWith(value)) &&
  fits(filters, 'id', (value) => thing.id.startsWith(value));
