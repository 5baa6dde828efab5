import { Anchor, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import classes from './door.module.css';
import { Door } from './door.tsx';
import { EntryForm, EntryText, useEntry } from './entry.tsx';
import { personRules } from './person.ts';
import { providersQuery } from './providers-query.ts';

/** Asks for a link by which one sets a new password; or says who can make one, where no e-mail can be sent. */
export function ForgotScreen() {
  const { t } = useText();
  const providers = useQuery(providersQuery);
  const [sentTo, setSentTo] = useState<string>();
  const back = (
    <Anchor href="/login" size="sm">
      {t('forgot.back')}
    </Anchor>
  );
  if (sentTo !== undefined) {
    return (
      <Door title={t('forgot.sent.title')} text={t('forgot.sent.text', { email: sentTo })}>
        {back}
      </Door>
    );
  }
  if (providers.data?.mail === false) {
    const environment = `<${t('forgot.environment')}>`;
    const email = '<e-mail>';
    return (
      <Door title={t('forgot.title')} text={t('forgot.byAdmin')}>
        <Text mt={14}>{t('forgot.byServer')}</Text>
        <Code
          block
          my={14}
          className={classes.command}
        >{`conductor run ${environment} backend reset-password ${email}`}</Code>
        {back}
      </Door>
    );
  }
  return (
    <Door title={t('forgot.title')} text={t('forgot.text')}>
      <Ask onSent={setSentTo} below={back} />
    </Door>
  );
}

function Ask({ onSent, below }: { onSent: (email: string) => void; below: React.ReactNode }) {
  const { t } = useText();
  const { email } = personRules(t);
  const entry = useEntry({
    initialValues: { email: '' },
    rules: { email },
    async send(values) {
      await ask('POST /auth/forgot', { body: { email: values.email.trim() } });
      onSent(values.email.trim());
      return undefined;
    },
  });
  return (
    <EntryForm entry={entry} action={t('forgot.submit')} below={below}>
      <EntryText
        entry={entry}
        name="email"
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        autoFocus
      />
    </EntryForm>
  );
}
