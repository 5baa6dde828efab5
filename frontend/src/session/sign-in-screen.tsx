import { Alert, Anchor, Button, Divider } from '@mantine/core';
import { IconBrandGoogle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { apiAddress } from '../api/config.ts';
import { Problem } from '../api/problem.ts';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, EntryText, useEntry } from './entry.tsx';
import type { SignInSearch } from './next.ts';
import { providersQuery } from './providers-query.ts';

export function SignInScreen({ next, error, saved }: SignInSearch) {
  const { t } = useText();
  const providers = useQuery(providersQuery);
  const [wantsCode, setWantsCode] = useState(false);
  const entry = useEntry({
    initialValues: { email: '', password: '', code: '' },
    async send({ email, password, code }) {
      try {
        return await ask('POST /auth/login', {
          body: { email: email.trim(), password, ...(code.trim() && { code: code.trim() }) },
        });
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'second-factor-required')) throw error;
        setWantsCode(true);
        return undefined;
      }
    },
    explain({ status, fields }) {
      if (fields.code) return { code: t('signIn.codeWrong') };
      return [401, 422].includes(status) ? { password: t('signIn.wrong') } : undefined;
    },
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
            <Anchor href="/forgot" size="sm">
              {t('signIn.forgotten')}
            </Anchor>
          </>
        }
      >
        {saved === 'password' && (
          <Alert color="teal" role="status">
            {t('signIn.passwordSaved')}
          </Alert>
        )}
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
        {wantsCode && (
          <EntryText
            entry={entry}
            name="code"
            label={t('signIn.code')}
            description={t('signIn.codeHint')}
            autoComplete="one-time-code"
            autoFocus
          />
        )}
      </EntryForm>
    </Door>
  );
}
