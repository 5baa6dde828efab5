import { leads } from '../leads/leads.messages.ts';
import { records } from '../records/records.messages.ts';
import { session } from '../session/session.messages.ts';
import { settings } from '../settings/settings.messages.ts';
import { shell } from '../shell/shell.messages.ts';
import { shortcuts } from '../shortcuts/shortcuts.messages.ts';
import { ui } from '../ui/ui.messages.ts';
import { watch } from '../watch/watch.messages.ts';

/** Every text of the client. A noun's texts stand in its own folder; this list only gathers them. */
export const catalog = {
  ...shell,
  ...ui,
  ...records,
  ...shortcuts,
  ...session,
  ...leads,
  ...settings,
  ...watch,
};
export type MessageKey = keyof typeof catalog;
