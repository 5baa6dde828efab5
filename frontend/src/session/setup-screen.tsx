import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, EntryText, useEntry } from './entry.tsx';
import { personRules } from './person.ts';

/** The first run: an organisation and its administrator. */
export function SetupScreen() {
  const { t, locale } = useText();
  const rules = personRules(t);
  const entry = useEntry({
    initialValues: { organisation: '', name: '', email: '', password: '' },
    rules: { organisation: rules.name, ...rules },
    send: ({ organisation, name, email, password }) =>
      ask('POST /setup', {
        body: {
          organisation: organisation.trim(),
          name: name.trim(),
          email: email.trim(),
          password,
          locale,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        },
      }),
  });
  return (
    <Door title={t('setup.title')} text={t('setup.text')}>
      <EntryForm entry={entry} action={t('setup.submit')}>
        <EntryText
          entry={entry}
          name="organisation"
          label={t('setup.organisation')}
          autoComplete="organization"
          autoFocus
        />
        <EntryText entry={entry} name="name" label={t('setup.name')} autoComplete="name" />
        <EntryText
          entry={entry}
          name="email"
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
        />
        <EntryPassword
          entry={entry}
          name="password"
          label={t('signIn.password')}
          description={t('password.hint')}
          autoComplete="new-password"
        />
      </EntryForm>
    </Door>
  );
}
