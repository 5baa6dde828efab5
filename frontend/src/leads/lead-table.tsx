import { Skeleton } from '@mantine/core';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import type { Lead } from './lead.ts';
import classes from './lead-table.module.css';
import { ScoreBadge } from './score-badge.tsx';
import { StatusChip } from './status-chip.tsx';

/** Leads as a table; on a phone each row becomes a card, with its labels for those who listen. */
export function LeadTable({ leads, stale }: { leads: Lead[]; stale: boolean }) {
  const { t } = useText();
  return (
    <table className={classes.table} data-stale={stale || undefined} aria-busy={stale}>
      <thead>
        <tr>
          <th scope="col">{t('leads.column.name')}</th>
          <th scope="col">{t('leads.column.score')}</th>
          <th scope="col">{t('leads.column.status')}</th>
          <th scope="col">{t('leads.column.contact')}</th>
          <th scope="col">{t('leads.column.source')}</th>
          <th scope="col">{t('leads.column.created')}</th>
        </tr>
      </thead>
      <tbody>
        {leads.map((lead) => (
          <Row key={lead.id} lead={lead} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ lead }: { lead: Lead }) {
  const { t } = useText();
  const format = useFormat();
  const work = [lead.jobTitle, lead.companyName].filter(Boolean).join(' · ');
  return (
    <tr>
      <th scope="row" className={classes.name}>
        {lead.name}
        {work && <small>{work}</small>}
      </th>
      <td className={classes.score}>
        <ScoreBadge score={lead.score} />
      </td>
      <td>
        <StatusChip status={lead.status} />
      </td>
      <td className={classes.contact}>
        {lead.email && <a href={`mailto:${lead.email}`}>{lead.email}</a>}
        {lead.phone && <a href={`tel:${lead.phone}`}>{lead.phone}</a>}
      </td>
      <td className={`${classes.soft} ${classes.source}`}>{t(`leads.source.${lead.source}`)}</td>
      <td className={classes.soft}>
        <time dateTime={lead.createdAt} title={format.dateTime(lead.createdAt)}>
          {format.ago(lead.createdAt)}
        </time>
      </td>
    </tr>
  );
}

export function LeadTableSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      {[1, 2, 3, 4, 5, 6, 7, 8].map((row) => (
        <Skeleton key={row} height={48} radius="md" />
      ))}
    </div>
  );
}
