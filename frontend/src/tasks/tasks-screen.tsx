import { Button, SegmentedControl } from '@mantine/core';
import { IconCalendarShare, IconChecks, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { filterQuery } from '../filters/filter.ts';
import { FilterBar } from '../filters/filter-bar.tsx';
import { isNarrowed } from '../filters/list-search.ts';
import { useText } from '../i18n/i18n.ts';
import { PageSkeleton } from '../shell/page-skeleton.tsx';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { type Due, dueGroup } from './due.ts';
import { TaskDialog } from './task-dialog.tsx';
import { TaskRow } from './task-row.tsx';
import { taskFilters } from './task-search.ts';
import classes from './tasks.module.css';
import { type Task, taskById, tasksQuery } from './tasks-query.ts';

const route = getRouteApi('/app/tasks');
const CalendarDialog = lazy(() => import('./calendar-dialog.tsx'));
const groups: Due[] = ['overdue', 'today', 'upcoming'];

/** What is to be done, by when: overdue, today, later. */
export function TasksScreen() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [calendar, setCalendar] = useState(false);
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const tasks = useInfiniteQuery(
    tasksQuery({
      'filter[status]': 'open',
      ...filterQuery(taskFilters, search),
      'filter[assigneeId]': search.who === 'all' ? undefined : '@me',
    }),
  );
  const rows = tasks.data?.pages.flatMap((page) => page.data) ?? [];
  const asked = useQuery({ ...taskById(search.task ?? ''), enabled: search.task !== undefined });
  const narrowed = isNarrowed(taskFilters, search);
  // Only what is open is overdue or to come.
  const byDay = search.status === undefined;
  const add = (
    <Button leftSection={<IconPlus size={17} aria-hidden />} onClick={() => change({ ...search, new: true })}>
      {t('tasks.new')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('tasks.title')}>
        <SegmentedControl
          aria-label={t('tasks.whose')}
          data={[
            { value: 'me', label: t('tasks.mine') },
            { value: 'all', label: t('tasks.everyones') },
          ]}
          value={search.who ?? 'me'}
          onChange={(who) => change({ ...search, who: who === 'all' ? 'all' : undefined })}
        />
        <Button
          variant="default"
          leftSection={<IconCalendarShare size={17} stroke={1.7} aria-hidden />}
          onClick={() => setCalendar(true)}
        >
          {t('calendar.open')}
        </Button>
        {add}
      </PageHeader>
      <FilterBar fields={taskFilters} search={search} onChange={(part) => change({ ...search, ...part })} />
      {tasks.error && <ProblemPanel error={tasks.error} onRetry={() => void tasks.refetch()} />}
      {tasks.isPending && <PageSkeleton />}
      {tasks.isSuccess &&
        rows.length === 0 &&
        (narrowed ? (
          <Blank icon={IconSearchOff} title={t('tasks.noMatch')} />
        ) : (
          <Blank icon={IconChecks} title={t('tasks.empty.title')} text={t('tasks.empty.text')}>
            {add}
          </Blank>
        ))}
      {byDay ? (
        groups.map((due) => (
          <Group key={due} due={due} tasks={rows.filter((task) => dueGroup(task) === due)} />
        ))
      ) : (
        <ul className={classes.list}>
          {rows.map((task) => (
            <TaskRow key={task.id} task={task} />
          ))}
        </ul>
      )}
      {tasks.hasNextPage && (
        <Button
          variant="default"
          mt={16}
          onClick={() => void tasks.fetchNextPage()}
          loading={tasks.isFetchingNextPage}
        >
          {t('action.loadMore')}
        </Button>
      )}
      <TaskDialog opened={search.new === true} onClose={() => change({ ...search, new: undefined })} />
      {asked.data && (
        <TaskDialog task={asked.data} opened onClose={() => change({ ...search, task: undefined })} />
      )}
      <Suspense>{calendar && <CalendarDialog opened onClose={() => setCalendar(false)} />}</Suspense>
    </>
  );
}

function Group({ due, tasks }: { due: Due; tasks: Task[] }) {
  const { t } = useText();
  if (tasks.length === 0) return null;
  return (
    <section>
      <h2 className={classes.group} data-due={due}>
        {t(`tasks.due.${due}`)} <span>{tasks.length}</span>
      </h2>
      <ul className={classes.list}>
        {tasks.map((task) => (
          <TaskRow key={task.id} task={task} />
        ))}
      </ul>
    </section>
  );
}
