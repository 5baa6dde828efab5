import { useQuery } from '@tanstack/react-query';
import { pipelinesQuery } from '../deals/deals-query.ts';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';
import { useUsers } from '../users/users-query.ts';
import classes from './timeline.module.css';
import type { Activity } from './timeline-query.ts';

/** What a change was from and to, and which task was done with what outcome, which file came; nothing for entries that say it themselves. */
export function EntryDetail({ activity: { kind, meta } }: { activity: Activity }) {
  const { t } = useText();
  const { nameOf } = useUsers();
  const stages = useQuery({ ...pipelinesQuery, enabled: kind === 'stage_change' }).data;
  const change = (name: (value: string) => string | undefined) => {
    const [from, to] = [meta.from, meta.to].map((value) => (value ? name(String(value)) : undefined));
    return [from, to].filter(Boolean).join(' → ');
  };
  const text = () => {
    switch (kind) {
      case 'task_done':
        return [meta.title, meta.outcome].filter(Boolean).join('\n');
      case 'stage_change':
        return change((id) => stages?.flatMap((one) => one.stages).find((stage) => stage.id === id)?.name);
      case 'status_change':
        return change((status) => t(`leads.status.${status}` as MessageKey));
      case 'assigned':
        return [meta.from, meta.to].map((id) => (id ? nameOf(String(id)) : t('users.nobody'))).join(' → ');
      case 'file':
        return String(meta.name);
      default:
        return '';
    }
  };
  const shown = text();
  return shown === '' ? null : <p className={classes.body}>{shown}</p>;
}
