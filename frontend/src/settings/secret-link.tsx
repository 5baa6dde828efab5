import { Alert, Button, CopyButton, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';

/** A link that is shown this once, to be given to somebody, and what else is to be known of it. */
export function SecretLink({ text, link, children }: { text: string; link: string; children?: ReactNode }) {
  const { t } = useText();
  return (
    <Stack gap={14}>
      <Alert color="teal">{text}</Alert>
      {children}
      <TextInput readOnly aria-label={t('people.invite.copy')} value={link} />
      <CopyButton value={link}>
        {({ copied, copy }) => (
          <Button onClick={copy}>{t(copied ? 'people.invite.copied' : 'people.invite.copy')}</Button>
        )}
      </CopyButton>
    </Stack>
  );
}
