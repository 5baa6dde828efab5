/** What the address of the tasks says: whose they are, and whether a new one is begun. */
export interface TaskSearch {
  who?: 'all';
  new?: true;
}

export function parseTaskSearch({ who, new: create }: Record<string, unknown>): TaskSearch {
  return { ...(who === 'all' && { who }), ...(create === true && { new: create }) };
}
