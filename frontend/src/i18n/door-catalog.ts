import { leads } from '../leads/leads.messages.ts';
import { session } from '../session/session.messages.ts';
import { settings } from '../settings/settings.messages.ts';
import { shell } from '../shell/shell.messages.ts';
import { watch } from '../watch/watch.messages.ts';

/** The texts of the screens before the door, which come with them and in every language; a test holds the list complete. */
export const doorCatalog = {
  ...shell,
  ...session,
  ...watch,
  'leads.form.emailWrong': leads['leads.form.emailWrong'],
  'profile.newPassword': settings['profile.newPassword'],
};
