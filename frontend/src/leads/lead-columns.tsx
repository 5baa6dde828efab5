import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Reach } from '../ui/reach.tsx';
import { type Column, RowTitle } from '../ui/record-list.tsx';
import { UserMark } from '../users/user-mark.tsx';
import type { LeadRow } from './lead.ts';
import type { LeadSearch } from './lead-search.ts';
import { ScoreBadge } from './score-badge.tsx';
import { StatusChip } from './status-chip.tsx';

/** What the leads list shows of each lead; opened, a lead knows the list it came from. */
export function useLeadColumns(search: LeadSearch): Column<LeadRow>[] {
  const { t } = useText();
  const format = useFormat();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t('leads.column.name'),
        place: 'title',
        render: (lead) => (
          <RowTitle
            link={
              <Link to="/leads/$leadId" params={{ leadId: lead.id }} search={search}>
                {lead.name}
              </Link>
            }
            note={[lead.jobTitle, lead.companyName].filter(Boolean).join(' · ')}
          />
        ),
      },
      {
        key: 'score',
        header: t('leads.column.score'),
        place: 'corner',
        render: (lead) => <ScoreBadge lead={lead} />,
      },
      {
        key: 'status',
        header: t('leads.column.status'),
        place: 'start',
        render: (lead) => <StatusChip status={lead.status} />,
      },
      {
        key: 'contact',
        header: t('leads.column.contact'),
        place: 'wide',
        render: (lead) => <Reach email={lead.email} phone={lead.phone} />,
      },
      {
        key: 'owner',
        header: t('field.owner'),
        place: 'hidden',
        render: (lead) => <UserMark id={lead.ownerId} />,
      },
      {
        key: 'source',
        header: t('leads.column.source'),
        place: 'hidden',
        render: (lead) => t(`leads.source.${lead.source}`),
      },
      {
        key: 'created',
        header: t('leads.column.created'),
        place: 'end',
        render: (lead) => (
          <time dateTime={lead.createdAt} title={format.dateTime(lead.createdAt)}>
            {format.ago(lead.createdAt)}
          </time>
        ),
      },
    ],
    [t, format, search],
  );
}
