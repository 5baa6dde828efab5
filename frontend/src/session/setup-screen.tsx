import { Anchor, Code, Skeleton } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import classes from './door.module.css';
import { Door } from './door.tsx';
import { EntryForm, EntryPassword, EntryText, useEntry } from './entry.tsx';
import { personRules } from './person.ts';
import { setupToken, takeSetupToken } from './setup-token.ts';

/** The first run: for whoever comes by the setup link, where one is needed. */
export function SetupScreen() {
  const { t } = useText();
  const [token, setToken] = useState(setupToken);
  const [refused, setRefused] = useState(false);
  const about = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => ask('GET /setup', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  // The link, pasted where this screen is open already, loads no page.
  useWindowEvent('hashchange', () => {
    takeSetupToken();
    setToken(setupToken());
    setRefused(false);
  });
  if (!about.data) {
    return (
      <Door title={t('setup.title')}>
        {about.error ? (
          <ProblemPanel error={about.error} onRetry={() => void about.refetch()} />
        ) : (
          <Skeleton height={300} mt={20} />
        )}
      </Door>
    );
  }
  const { needed, link, environment } = about.data;
  if (!needed) {
    return (
      <Door title={t('setup.done.title')} text={t('setup.done.text')}>
        <Anchor href="/login" size="sm" display="block" mt={14}>
          {t('signIn.submit')}
        </Anchor>
      </Door>
    );
  }
  if (link && (token === null || refused)) {
    return (
      <Door title={t('setup.link.title')} text={t(refused ? 'setup.link.wrong' : 'setup.link.text')}>
        <Code
          block
          my={14}
          className={classes.command}
        >{`conductor run ${environment} backend setup-link`}</Code>
      </Door>
    );
  }
  return (
    <Door title={t('setup.title')} text={t('setup.text')}>
      <FirstAdmin token={token} onRefused={() => setRefused(true)} />
    </Door>
  );
}

/** An organisation and its administrator. */
function FirstAdmin({ token, onRefused }: { token: string | null; onRefused: () => void }) {
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
          ...(token !== null && { token }),
        },
      }),
    explain(problem) {
      if (problem.code === 'setup-link') onRefused();
      return undefined;
    },
  });
  return (
    <EntryForm entry={entry} action={t('setup.submit')}>
      <EntryText
        entry={entry}
        name="organisation"
        label={t('setup.organisation')}
        autoComplete="organization"
        autoFocus
      />
      <EntryText entry={entry} name="name" label={t('setup.name')} autoComplete="name" />
      <EntryText entry={entry} name="email" label={t('signIn.email')} type="email" autoComplete="username" />
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
