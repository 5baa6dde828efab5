import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';
import classes from './link-to.module.css';
import { useRecordName } from './record-name.ts';

/** Opens a record from elsewhere, by its name or by what it is. */
export function LinkTo({
  link,
  children,
}: {
  link: { entity: RecordLink['entity']; id: string };
  children?: ReactNode;
}) {
  const { t } = useText();
  const name = useRecordName(link);
  const text = children ?? name?.name ?? t(`link.${link.entity}`);
  // There is no screen of it any more; the trash has it, for those who may restore it.
  if (name === null || name?.deleted)
    return (
      <span className={classes.gone}>
        {text} <small>({t(name === null ? 'link.hidden' : 'link.deleted')})</small>
      </span>
    );
  const common = { className: classes.link };
  switch (link.entity) {
    case 'lead':
      return (
        <Link to="/leads/$leadId" params={{ leadId: link.id }} {...common}>
          {text}
        </Link>
      );
    case 'contact':
      return (
        <Link to="/contacts/$contactId" params={{ contactId: link.id }} {...common}>
          {text}
        </Link>
      );
    case 'company':
      return (
        <Link to="/companies/$companyId" params={{ companyId: link.id }} {...common}>
          {text}
        </Link>
      );
    case 'deal':
      return (
        <Link to="/deals/$dealId" params={{ dealId: link.id }} {...common}>
          {text}
        </Link>
      );
  }
}
