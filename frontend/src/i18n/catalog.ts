import { ai } from '../ai/ai.messages.ts';
import { audit } from '../audit/audit.messages.ts';
import { companies } from '../companies/companies.messages.ts';
import { contacts } from '../contacts/contacts.messages.ts';
import { deals } from '../deals/deals.messages.ts';
import { emails } from '../emails/emails.messages.ts';
import { files } from '../files/files.messages.ts';
import { filters } from '../filters/filters.messages.ts';
import { home } from '../home/home.messages.ts';
import { leads } from '../leads/leads.messages.ts';
import { money } from '../money/money.messages.ts';
import { notices } from '../notices/notices.messages.ts';
import { fields } from '../records/fields/fields.messages.ts';
import { records } from '../records/records.messages.ts';
import { search } from '../search/search.messages.ts';
import { session } from '../session/session.messages.ts';
import { settings } from '../settings/settings.messages.ts';
import { shell } from '../shell/shell.messages.ts';
import { shortcuts } from '../shortcuts/shortcuts.messages.ts';
import { tasks } from '../tasks/tasks.messages.ts';
import { templates } from '../templates/templates.messages.ts';
import { timeline } from '../timeline/timeline.messages.ts';
import { trash } from '../trash/trash.messages.ts';
import { ui } from '../ui/ui.messages.ts';
import { undo } from '../undo/undo.messages.ts';
import { watch } from '../watch/watch.messages.ts';

/** Every text of the client. A noun's texts stand in its own folder; this list only gathers them. */
export const catalog = {
  ...shell,
  ...ui,
  ...records,
  ...fields,
  ...money,
  ...shortcuts,
  ...undo,
  ...session,
  ...ai,
  ...emails,
  ...home,
  ...filters,
  ...search,
  ...leads,
  ...contacts,
  ...companies,
  ...deals,
  ...tasks,
  ...templates,
  ...timeline,
  ...files,
  ...trash,
  ...settings,
  ...audit,
  ...notices,
  ...watch,
};
export type MessageKey = keyof typeof catalog;
