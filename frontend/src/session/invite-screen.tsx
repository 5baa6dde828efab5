import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { activate, initialLocale, useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, EntryText, useEntry } from './entry.tsx';
import { personRules } from './person.ts';

/** The link of an invitation: makes the account, or says that the link is over. */
export function InviteScreen({ token }: { token: string }) {
  const { t, locale } = useText();
  const invite = useQuery({
    queryKey: ['invite', 'link', token],
    queryFn: ({ signal }) => ask('GET /auth/invites/{token}', { path: { token }, signal }),
    retry: false,
  });
  // Whose browser speaks none of our languages reads on in that of the letter.
  const wanted = invite.data && initialLocale(invite.data.locale);
  useEffect(() => {
    if (wanted && wanted !== locale) void activate(wanted);
  }, [wanted, locale]);
  const gone = invite.error instanceof Problem && [404, 422].includes(invite.error.status);
  if (gone) return <Door title={t('invite.gone.title')} text={t('invite.gone.text')} />;
  return (
    <Door title={t('invite.title')} text={invite.data && t('invite.text', { email: invite.data.email })}>
      {invite.isPending && <Skeleton height={220} mt={20} />}
      {invite.error && <ProblemPanel error={invite.error} onRetry={() => void invite.refetch()} />}
      {invite.data && <Join token={token} email={invite.data.email} />}
    </Door>
  );
}

function Join({ token, email }: { token: string; email: string }) {
  const { t, locale } = useText();
  const { name, password } = personRules(t);
  const entry = useEntry({
    initialValues: { name: '', password: '' },
    rules: { name, password },
    async send(values) {
      await ask('POST /auth/accept-invite', { body: { token, ...values, name: values.name.trim() } });
      // The language in which somebody joins is theirs, whatever the organisation's is.
      return ask('PATCH /auth/me', { body: { locale } });
    },
  });
  return (
    <EntryForm entry={entry} action={t('invite.submit')}>
      <EntryText entry={entry} name="name" label={t('setup.name')} autoComplete="name" autoFocus />
      {/* Password managers keep the password under this name. */}
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <EntryPassword
        entry={entry}
        name="password"
        label={t('signIn.password')}
        description={t('password.hint')}
        autoComplete="new-password"
      />
    </EntryForm>
  );
}
