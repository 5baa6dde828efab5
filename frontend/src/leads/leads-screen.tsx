import { Button } from '@mantine/core';
import { IconPlus, IconSearchOff, IconUserPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { LeadFilters } from './lead-filters.tsx';
import { LeadForm } from './lead-form.tsx';
import type { LeadSearch } from './lead-search.ts';
import { LeadTable, LeadTableSkeleton } from './lead-table.tsx';
import { leadsQuery } from './leads-query.ts';

const route = getRouteApi('/app/leads');

/** The leads list: search, filter, add; scores appear as the worker finds them. */
export function LeadsScreen() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: LeadSearch) => void navigate({ search: next, replace: true });
  const leads = useInfiniteQuery(leadsQuery(search));
  const rows = leads.data?.pages.flatMap((page) => page.data) ?? [];
  const page = leads.data?.pages[0]?.page;
  const filtered = Boolean(search.q || search.status);
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => change({ ...search, new: true })}>
      {t('leads.new')}
    </Button>
  );

  return (
    <>
      <PageHeader
        title={t('leads.title')}
        aside={
          page &&
          (page.totalCapped
            ? t('leads.countCapped', { count: format.number(page.total) })
            : t('leads.count', { count: page.total }))
        }
      >
        {add}
      </PageHeader>
      <LeadFilters search={search} onChange={change} />
      {leads.error && <ProblemPanel error={leads.error} onRetry={() => void leads.refetch()} />}
      {leads.isPending && <LeadTableSkeleton />}
      {rows.length > 0 && <LeadTable leads={rows} stale={leads.isPlaceholderData} />}
      {leads.isSuccess && rows.length === 0 && !filtered && (
        <Blank icon={IconUserPlus} title={t('leads.empty.title')} text={t('leads.empty.text')}>
          {add}
        </Blank>
      )}
      {leads.isSuccess && rows.length === 0 && filtered && (
        <Blank icon={IconSearchOff} title={t('leads.noMatch.title')} text={t('leads.noMatch.text')}>
          <Button variant="default" onClick={() => change({ sort: search.sort })}>
            {t('action.clearFilters')}
          </Button>
        </Blank>
      )}
      {leads.hasNextPage && (
        <Button
          variant="default"
          mt={16}
          mx="auto"
          display="block"
          loading={leads.isFetchingNextPage}
          onClick={() => void leads.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
      <LeadForm opened={search.new === true} onClose={() => change({ ...search, new: undefined })} />
    </>
  );
}
