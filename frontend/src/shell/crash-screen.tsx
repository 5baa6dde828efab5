import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { reportError } from '../watch/sentry.ts';

/** In place of a screen whose code failed; navigation stays usable around it. */
export function CrashScreen({ error }: ErrorComponentProps) {
  const { t } = useText();
  useEffect(() => reportError(error), [error]);
  return (
    <Blank icon={IconAlertTriangle} title={t('crash.title')} text={t('crash.text')}>
      <Button onClick={() => window.location.reload()}>{t('action.reload')}</Button>
    </Blank>
  );
}
