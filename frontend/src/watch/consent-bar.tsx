import { Button, Group, Paper } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import { analyticsConsent, answerAnalytics } from './analytics.ts';
import classes from './consent-bar.module.css';

/** Asks once whether visits may be counted, only where Google Analytics is configured. */
export function ConsentBar() {
  const { t } = useText();
  const [asking, setAsking] = useState(analyticsConsent() === 'unasked');
  if (!asking) return null;
  const answer = (given: 'granted' | 'denied') => {
    answerAnalytics(given);
    setAsking(false);
  };
  return (
    <Paper component="section" aria-label={t('consent.title')} withBorder shadow="md" className={classes.bar}>
      <p>{t('consent.text')}</p>
      <Group gap={8} wrap="nowrap">
        <Button variant="default" size="xs" onClick={() => answer('denied')}>
          {t('consent.deny')}
        </Button>
        <Button variant="default" size="xs" onClick={() => answer('granted')}>
          {t('consent.grant')}
        </Button>
      </Group>
    </Paper>
  );
}
