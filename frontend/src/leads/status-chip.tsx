import { useText } from '../i18n/i18n.ts';
import type { LeadStatus } from './lead.ts';
import classes from './status-chip.module.css';

/** A lead's status as a dot and a word, so that colour never says it alone. */
export function StatusChip({ status }: { status: LeadStatus }) {
  const { t } = useText();
  return (
    <span className={classes.chip} data-status={status}>
      {t(`leads.status.${status}`)}
    </span>
  );
}
