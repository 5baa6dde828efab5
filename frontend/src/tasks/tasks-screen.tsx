import { Button, Modal, SegmentedControl } from '@mantine/core';
import { IconChecks, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { PageSkeleton } from '../shell/page-skeleton.tsx';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { Blank } from '../ui/blank.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { type Due, dueGroup } from './due.ts';
import { TaskFields } from './task-form.tsx';
import { TaskRow } from './task-row.tsx';
import classes from './tasks.module.css';
import { type Task, tasksQuery } from './tasks-query.ts';

const route = getRouteApi('/app/tasks');
const groups: Due[] = ['overdue', 'today', 'upcoming'];

/** What is to be done, by when: overdue, today, later. */
export function TasksScreen() {
  const { t } = useText();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (next: typeof search) => void navigate({ search: next, replace: true });
  const tasks = useInfiniteQuery(
    tasksQuery({ 'filter[status]': 'open', 'filter[assigneeId]': search.who === 'all' ? undefined : '@me' }),
  );
  const open = tasks.data?.pages.flatMap((page) => page.data) ?? [];
  useShortcuts([{ keys: 'c t', label: 'tasks.new', run: () => change({ ...search, new: true }) }]);
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
        {add}
      </PageHeader>
      {tasks.error && <ProblemPanel error={tasks.error} onRetry={() => void tasks.refetch()} />}
      {tasks.isPending && <PageSkeleton />}
      {tasks.isSuccess && open.length === 0 && (
        <Blank icon={IconChecks} title={t('tasks.empty.title')} text={t('tasks.empty.text')}>
          {add}
        </Blank>
      )}
      {groups.map((due) => (
        <Group key={due} due={due} tasks={open.filter((task) => dueGroup(task) === due)} />
      ))}
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
      <Modal
        opened={search.new === true}
        onClose={() => change({ ...search, new: undefined })}
        title={t('tasks.new')}
        size="lg"
      >
        <TaskFields onDone={() => change({ ...search, new: undefined })} />
      </Modal>
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
