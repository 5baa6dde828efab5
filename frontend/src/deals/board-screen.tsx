import { Button, Select } from '@mantine/core';
import { IconLayoutKanban, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { FilterBar } from '../filters/filter-bar.tsx';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { filtersOf } from './board-search.ts';
import { BoardSkeleton } from './board-skeleton.tsx';
import { Board } from './board-view.tsx';
import { DealForm } from './deal-form.tsx';
import { dealFilters } from './deal-search.ts';
import { DealViews } from './deal-views.tsx';
import { boardQuery, pipelinesQuery } from './deals-query.ts';

const route = getRouteApi('/app/pipeline');

/** The pipeline: every open deal as a card in its stage. */
export function BoardScreen() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const pipelines = useQuery(pipelinesQuery);
  const pipelineId =
    search.pipeline ?? pipelines.data?.find((one) => one.isDefault)?.id ?? pipelines.data?.[0]?.id;
  const filters = filtersOf(search);
  const board = useQuery({ ...boardQuery(pipelineId ?? '', filters), enabled: pipelineId !== undefined });
  const create = (stage?: string) => change({ ...search, new: stage ?? 'any' });
  const error = pipelines.error ?? board.error;
  return (
    <>
      <PageHeader title={t('pipeline.title')}>
        <DealViews view="board" search={filters} />
        {pipelines.data && pipelines.data.length > 1 && (
          <Select
            aria-label={t('pipeline.choose')}
            allowDeselect={false}
            data={pipelines.data.map(({ id, name }) => ({ value: id, label: name }))}
            value={pipelineId ?? null}
            onChange={(pipeline) => change({ ...search, pipeline: pipeline ?? undefined })}
          />
        )}
        <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => create()}>
          {t('deals.new')}
        </Button>
      </PageHeader>
      <FilterBar fields={dealFilters} search={filters} onChange={(part) => change({ ...search, ...part })} />
      {error && <ProblemPanel error={error} onRetry={() => void board.refetch()} />}
      {pipelines.data?.length === 0 && (
        <Blank icon={IconLayoutKanban} title={t('pipeline.none.title')} text={t('pipeline.none.text')} />
      )}
      {board.data && pipelineId ? (
        <Board pipelineId={pipelineId} filters={filters} board={board.data} onCreate={create} />
      ) : (
        !error && pipelines.data?.length !== 0 && <BoardSkeleton />
      )}
      <DealForm
        opened={search.new !== undefined}
        pipelineId={pipelineId}
        stageId={search.new === 'any' ? undefined : search.new}
        onClose={() => change({ ...search, new: undefined })}
      />
    </>
  );
}
