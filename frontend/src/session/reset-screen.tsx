import { Anchor, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, useEntry } from './entry.tsx';
import { personRules } from './person.ts';

/** The link for a new password: sets it and signs in, or says that the link is over. */
export function ResetScreen({ token }: { token: string }) {
  const { t } = useText();
  const reset = useQuery({
    queryKey: ['reset', token],
    queryFn: ({ signal }) => ask('GET /auth/resets/{token}', { path: { token }, signal }),
    retry: false,
    // Once it is used, it is gone: whoever is choosing must not see that.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const gone = reset.error instanceof Problem && [404, 422].includes(reset.error.status);
  if (gone) {
    return (
      <Door title={t('reset.gone.title')} text={t('reset.gone.text')}>
        <Anchor href="/forgot" size="sm">
          {t('reset.gone.again')}
        </Anchor>
      </Door>
    );
  }
  return (
    <Door title={t('reset.title')} text={reset.data && t('reset.text', { email: reset.data.email })}>
      {reset.isPending && <Skeleton height={160} mt={20} />}
      {reset.error && <ProblemPanel error={reset.error} onRetry={() => void reset.refetch()} />}
      {reset.data && <Choose token={token} email={reset.data.email} />}
    </Door>
  );
}

function Choose({ token, email }: { token: string; email: string }) {
  const { t } = useText();
  const { password } = personRules(t);
  const entry = useEntry({
    initialValues: { password: '' },
    rules: { password },
    async send(values) {
      await ask('POST /auth/reset', { body: { token, ...values } });
      try {
        return await ask('POST /auth/login', { body: { email, ...values } });
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'second-factor-required')) throw error;
        // The code of the phone is asked for there.
        window.location.assign('/login?saved=password');
        return undefined;
      }
    },
  });
  return (
    <EntryForm entry={entry} action={t('reset.submit')}>
      {/* Password managers keep the password under this name. */}
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <EntryPassword
        entry={entry}
        name="password"
        label={t('profile.newPassword')}
        description={t('password.hint')}
        autoComplete="new-password"
        autoFocus
      />
    </EntryForm>
  );
}
