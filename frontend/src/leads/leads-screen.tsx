import { Button } from '@mantine/core';
import { IconPlus, IconSearchOff, IconUserPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { RecordList } from '../ui/record-list.tsx';
import { type Total, totalOf } from '../ui/total.ts';
import { AssignBar } from './assign-bar.tsx';
import { useLeadColumns } from './lead-columns.tsx';
import { LeadForm } from './lead-form.tsx';
import { type LeadSearch, leadList, leadSorts } from './lead-search.ts';
import { leadsQuery } from './leads-query.ts';

const route = getRouteApi('/app/leads');

/** The leads list: search, filter, add; scores appear as the worker finds them. */
export function LeadsScreen() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: LeadSearch) => void navigate({ search: next, replace: true });
  const leads = useInfiniteQuery(leadsQuery(search));
  const columns = useLeadColumns(search);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => change({ ...search, new: true })}>
      {t('leads.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('leads.title')} aside={<Count total={totalOf(leads.data?.pages ?? [])} />}>
        {add}
      </PageHeader>
      <FilterBar
        fields={leadList.fields}
        search={search}
        onChange={(part) => {
          // What is no longer seen is not assigned unseen.
          setChosen(new Set());
          change({ ...search, ...part });
        }}
        searchLabel={t('leads.search')}
        sorts={leadSorts}
      />
      <RecordList
        caption={t('leads.title')}
        query={leads}
        columns={columns}
        selection={{ chosen, onChange: setChosen, nameOf: (lead) => lead.name }}
        rowKey={(lead) => lead.id}
        empty={
          isNarrowed(leadList.fields, search) ? (
            <Blank icon={IconSearchOff} title={t('leads.noMatch.title')} text={t('leads.noMatch.text')}>
              <Button variant="default" onClick={() => change({ sort: search.sort })}>
                {t('action.clearFilters')}
              </Button>
            </Blank>
          ) : (
            <Blank icon={IconUserPlus} title={t('leads.empty.title')} text={t('leads.empty.text')}>
              {add}
            </Blank>
          )
        }
      />
      <AssignBar chosen={chosen} onDone={() => setChosen(new Set())} />
      <LeadForm opened={search.new === true} onClose={() => change({ ...search, new: undefined })} />
    </>
  );
}

function Count({ total }: { total?: Total }) {
  const { t } = useText();
  const format = useFormat();
  if (!total) return null;
  if (total.capped) return t('leads.countCapped', { count: format.number(total.count) });
  return t('leads.count', { count: total.count });
}
