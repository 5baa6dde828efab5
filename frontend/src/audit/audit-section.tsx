import { IconHistory, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { type Column, RecordList } from '../ui/record-list.tsx';
import { type AuditEntry, auditQuery } from './audit-query.ts';
import { auditFilters } from './audit-search.ts';
import { RecordOf } from './record-of.tsx';

const route = getRouteApi('/app/settings/audit');

/** Who changed what, and when; nothing in it can be changed. */
export function AuditSection() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const audit = useInfiniteQuery(auditQuery(search));
  const columns: Column<AuditEntry>[] = [
    {
      key: 'action',
      header: t('audit.action'),
      place: 'title',
      render: ({ action }) => t(`audit.action.${action}`),
    },
    {
      key: 'record',
      header: t('audit.record'),
      place: 'wide',
      render: (entry) => <RecordOf entry={entry} />,
    },
    { key: 'who', header: t('audit.who'), place: 'start', render: ({ actor }) => actor.name },
    { key: 'when', header: t('audit.when'), place: 'end', render: ({ at }) => format.dateTime(at) },
  ];
  return (
    <div>
      <FilterBar
        fields={auditFilters}
        search={search}
        onChange={(part) => void navigate({ search: { ...search, ...part }, replace: true })}
      />
      <RecordList
        caption={t('settings.audit')}
        query={audit}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isNarrowed(auditFilters, search) ? (
            <Blank icon={IconSearchOff} title={t('audit.noMatch')} />
          ) : (
            <Blank icon={IconHistory} title={t('audit.empty')} />
          )
        }
      />
    </div>
  );
}
