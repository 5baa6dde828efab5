import type { RecordLink } from '../timeline/timeline-query.ts';

const entities = { leads: 'lead', contacts: 'contact', companies: 'company', deals: 'deal' } as const;

/** The record that an address of the client shows; undefined for lists and other screens. */
export function recordAt(pathname: string): RecordLink | undefined {
  const [, folder, id] = /^\/(leads|contacts|companies|deals)\/([0-9a-f]{24})$/.exec(pathname) ?? [];
  return folder && id ? { entity: entities[folder as keyof typeof entities], id } : undefined;
}
