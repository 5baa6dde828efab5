import { listOf } from '../filters/list-search.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { locales } from '../i18n/locales.ts';
import { channels } from './template-draft.ts';

/** The list of templates: what it can be narrowed and ordered by. */
export const templateList = listOf(
  {
    channel: {
      kind: 'choices',
      label: 'templates.channel',
      field: 'channel',
      values: channels,
      text: (value) => `templates.channel.${value}` as MessageKey,
    },
    locale: {
      kind: 'choices',
      label: 'settings.language',
      field: 'locale',
      values: locales,
      text: (value) => `templates.locale.${value}` as MessageKey,
    },
  },
  ['name', '-updatedAt', '-createdAt'],
);

export const templateSorts = [
  { value: 'name', label: 'leads.sort.name' },
  { value: '-updatedAt', label: 'sort.updated' },
  { value: '-createdAt', label: 'leads.sort.newest' },
] as const satisfies { value: (typeof templateList.sorts)[number]; label: MessageKey }[];

/** What the address of a new template says: the one that it begins as a copy of. */
export const parseNewTemplate = ({ from }: Record<string, unknown>): { from?: string } =>
  typeof from === 'string' && /^[0-9a-f]{24}$/.test(from) ? { from } : {};
