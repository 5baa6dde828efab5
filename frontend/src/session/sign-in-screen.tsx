import { Alert, Anchor, Button, Divider } from '@mantine/core';
import { IconBrandGoogle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { apiAddress } from '../api/config.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, EntryText, useEntry } from './entry.tsx';
import { providersQuery } from './providers-query.ts';

const route = getRouteApi('/login');

export function SignInScreen() {
  const { t } = useText();
  const { next, error } = route.useSearch();
  const providers = useQuery(providersQuery);
  const entry = useEntry({
    initialValues: { email: '', password: '' },
    send: ({ email, password }) => ask('POST /auth/login', { body: { email: email.trim(), password } }),
    explain: ({ status }) => ([401, 422].includes(status) ? { password: t('signIn.wrong') } : undefined),
    next,
  });
  return (
    <Door title={t('signIn.title')} text={t('signIn.text')}>
      <EntryForm
        entry={entry}
        action={t('signIn.submit')}
        below={
          <>
            {providers.data?.google && (
              <>
                <Divider label={t('signIn.or')} />
                <Button
                  component="a"
                  href={apiAddress('/auth/google/start')}
                  variant="default"
                  size="md"
                  leftSection={<IconBrandGoogle size={18} stroke={1.7} aria-hidden />}
                >
                  {t('signIn.google')}
                </Button>
              </>
            )}
            <Anchor component={Link} to="/forgot" size="sm">
              {t('signIn.forgotten')}
            </Anchor>
          </>
        }
      >
        {error === 'google' && <Alert color="yellow">{t('signIn.googleFailed')}</Alert>}
        <EntryText
          entry={entry}
          name="email"
          label={t('signIn.email')}
          type="email"
          autoComplete="username"
          autoFocus
        />
        <EntryPassword
          entry={entry}
          name="password"
          label={t('signIn.password')}
          autoComplete="current-password"
        />
      </EntryForm>
    </Door>
  );
}
