import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import classes from './page-header.module.css';

/** A screen's title with a quiet line beside it, and its actions. It also names the browser's tab. */
export function PageHeader(props: { title: string; aside?: ReactNode; children?: ReactNode }) {
  const { t } = useText();
  useDocumentTitle(`${props.title} · ${t('app.name')}`);
  return (
    <div className={classes.header}>
      <h1>{props.title}</h1>
      {props.aside && <span className={classes.aside}>{props.aside}</span>}
      <div className={classes.actions}>{props.children}</div>
    </div>
  );
}
