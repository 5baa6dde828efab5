import { ActionIcon } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import classes from './record-layout.module.css';

interface Props {
  /** The list that the record belongs to. */
  back: Pick<LinkProps, 'to' | 'search'>;
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** What explains the record: scores, insights, linked records. */
  side: ReactNode;
  children: ReactNode;
}

/** A record's screen: its name and actions, what happened and its data, and what is linked to it at the side. */
export function RecordLayout({ back, title, note, actions, side, children }: Props) {
  const { t } = useText();
  useDocumentTitle(`${title} · ${t('app.name')}`);
  return (
    <article>
      <header className={classes.header}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          renderRoot={(props) => <Link {...props} {...back} />}
          aria-label={t('record.back')}
        >
          <IconArrowLeft size={19} stroke={1.7} />
        </ActionIcon>
        <div className={classes.name}>
          <h1>{title}</h1>
          {note && <div className={classes.note}>{note}</div>}
        </div>
        <div className={classes.actions}>{actions}</div>
      </header>
      <div className={classes.columns}>
        <div className={classes.stack}>{children}</div>
        <aside className={classes.stack}>{side}</aside>
      </div>
    </article>
  );
}

/** A titled group on a record's screen. */
export function Card(props: { title?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.card}>
      {props.title && (
        <div className={classes.cardHead}>
          <h2>{props.title}</h2>
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  );
}
