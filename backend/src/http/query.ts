/** A parsed query: `filter[createdAt][gte]=x` becomes `{ filter: { createdAt: { gte: 'x' } } }`. */
export interface Query {
  [name: string]: string | Query;
}

const maxDepth = 3;

/**
 * Parses a query string with bracketed names. Objects have no prototype, nothing nests deeper than three levels,
 * and of a repeated name the last one counts; what does not fit stays a flat name, which schemas then refuse.
 */
export function parseQuery(text: string): Query {
  const query: Query = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) place(query, pathOf(name), value);
  return query;
}

function pathOf(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]+\])+)$/.exec(name);
  if (!match) return [name];
  const path = [match[1]!, ...match[2]!.slice(1, -1).split('][')];
  return path.length <= maxDepth ? path : [name];
}

function place(query: Query, path: readonly string[], value: string): void {
  let node = query;
  for (const name of path.slice(0, -1)) {
    if (typeof node[name] !== 'object') node[name] = Object.create(null) as Query;
    node = node[name];
  }
  node[path.at(-1)!] = value;
}
