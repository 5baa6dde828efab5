import { Button } from '@mantine/core';
import { IconLayoutKanban, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { NameText } from '../records/name-text.tsx';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { type Column, RecordList, RowTitle } from '../ui/record-list.tsx';
import { TotalText } from '../ui/total-text.tsx';
import { UserMark } from '../users/user-mark.tsx';
import { filtersOf } from './board-search.ts';
import { dealList, dealSorts } from './deal-search.ts';
import { DealViews } from './deal-views.tsx';
import { type Deal, dealsQuery, pipelinesQuery } from './deals-query.ts';
import { HealthMark } from './health-mark.tsx';

const route = getRouteApi('/app/deals');

/** All deals, won and lost ones too, as a list. */
export function DealsScreen() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const deals = useInfiniteQuery(dealsQuery(dealList.query(search)));
  const { data: pipelines = [] } = useQuery(pipelinesQuery);
  const stages = new Map(pipelines.flatMap((one) => one.stages.map(({ id, name }) => [id, name] as const)));
  const columns: Column<Deal>[] = [
    {
      key: 'title',
      header: t('deals.field.title'),
      place: 'title',
      render: (deal) => <DealTitle deal={deal} />,
    },
    {
      key: 'amount',
      header: t('deals.field.amount'),
      place: 'corner',
      number: true,
      render: (deal) => (deal.amountCents === 0 ? t('deals.noAmount') : format.money(deal)),
    },
    {
      key: 'stage',
      header: t('deals.field.stage'),
      place: 'start',
      render: ({ stageId }) => stages.get(stageId),
    },
    {
      key: 'close',
      header: t('deals.field.expectedCloseOn'),
      place: 'end',
      render: ({ expectedCloseOn }) => expectedCloseOn && format.day(expectedCloseOn),
    },
    {
      key: 'health',
      header: t('deals.healthTitle'),
      place: 'hidden',
      render: ({ health, status }) => status === 'open' && <HealthMark health={health} />,
    },
    {
      key: 'owner',
      header: t('field.owner'),
      place: 'hidden',
      render: ({ ownerId }) => <UserMark id={ownerId} />,
    },
  ];
  return (
    <>
      <PageHeader title={t('deals.title')} aside={<TotalText pages={deals.data?.pages} />}>
        <DealViews view="list" search={filtersOf(search)} />
      </PageHeader>
      <FilterBar
        fields={dealList.fields}
        search={search}
        onChange={(part) => change({ ...search, ...part })}
        searchLabel={t('deals.search')}
        sorts={dealSorts}
      />
      <RecordList
        caption={t('deals.title')}
        query={deals}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          isNarrowed(dealList.fields, search) ? (
            <Blank icon={IconSearchOff} title={t('deals.noMatch')}>
              <Button variant="default" onClick={() => change({ sort: search.sort })}>
                {t('action.clearFilters')}
              </Button>
            </Blank>
          ) : (
            <Blank icon={IconLayoutKanban} title={t('deals.empty.title')} text={t('deals.empty.text')} />
          )
        }
      />
    </>
  );
}

function DealTitle({ deal }: { deal: Deal }) {
  return (
    <RowTitle
      link={
        <Link to="/deals/$dealId" params={{ dealId: deal.id }}>
          {deal.title}
        </Link>
      }
      note={deal.companyId && <NameText link={{ entity: 'company', id: deal.companyId }} />}
    />
  );
}
