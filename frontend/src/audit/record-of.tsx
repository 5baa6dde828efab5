import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import classes from '../records/link-to.module.css';
import { LinkTo } from '../records/link-to.tsx';
import { useUsers } from '../users/users-query.ts';
import type { AuditEntry } from './audit-query.ts';

/** What an entry of the audit log is about, as a link where it has a screen. */
export function RecordOf({ entry: { entity, entityId } }: { entry: AuditEntry }) {
  const { t } = useText();
  const { nameOf } = useUsers();
  switch (entity) {
    case 'lead':
    case 'contact':
    case 'company':
    case 'deal':
      return <LinkTo link={{ entity, id: entityId }} />;
    case 'task':
      return (
        <Link to="/tasks" search={{ task: entityId }} className={classes.link}>
          {t('trash.one.task')}
        </Link>
      );
    case 'email':
      return (
        <Link to="/emails" search={{ open: entityId }} className={classes.link}>
          {t('emails.one')}
        </Link>
      );
    case 'user':
      return nameOf(entityId);
    default:
      return null;
  }
}
