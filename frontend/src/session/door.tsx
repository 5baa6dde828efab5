import { Paper } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import { BrandMark } from '../shell/brand.tsx';
import { Preferences } from '../shell/preferences.tsx';
import classes from './door.module.css';

/** The frame of the screens before signing in: one card, and a choice of language and look. */
export function Door({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  const { t } = useText();
  useDocumentTitle(`${title} · ${t('app.name')}`);
  return (
    <main className={classes.door}>
      <Paper withBorder radius="xl" className={classes.card}>
        <div className={classes.brand}>
          <BrandMark />
          {t('app.name')}
        </div>
        <h1>{title}</h1>
        {text && <p>{text}</p>}
        {children}
      </Paper>
      <div className={classes.corner}>
        <Preferences />
      </div>
    </main>
  );
}
