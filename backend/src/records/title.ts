interface Titled {
  title?: string;
  name?: string;
  firstName?: string;
  lastName?: string | null;
}

/** What a stored record of whatever kind is called: its title, its name, or the first and last name of a person. */
export function recordTitle(record: object): string {
  const { title, name, firstName, lastName } = record as Titled;
  return title ?? name ?? [firstName, lastName].filter(Boolean).join(' ');
}
