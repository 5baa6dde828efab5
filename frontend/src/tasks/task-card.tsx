import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import type { RecordLink } from '../timeline/timeline-query.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { TaskDialog } from './task-dialog.tsx';
import { TaskRow } from './task-row.tsx';
import classes from './tasks.module.css';
import { openTasksOf } from './tasks-query.ts';

/** What is still to be done with a record, the earliest first. */
export function TaskCard({ link }: { link: RecordLink }) {
  const { t } = useText();
  const [adding, setAdding] = useState(false);
  const tasks = useInfiniteQuery(openTasksOf(link));
  const open = tasks.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card
      title={t('tasks.ofRecord')}
      aside={
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={() => setAdding(true)}
        >
          {t('tasks.new')}
        </Button>
      }
    >
      {tasks.error && <ProblemPanel error={tasks.error} onRetry={() => void tasks.refetch()} />}
      {tasks.isSuccess && open.length === 0 && <p className={classes.none}>{t('tasks.noneOfRecord')}</p>}
      <ul className={classes.list}>
        {open.map((task) => (
          <TaskRow key={task.id} task={task} on={link} />
        ))}
      </ul>
      {tasks.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          loading={tasks.isFetchingNextPage}
          onClick={() => void tasks.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
      <TaskDialog link={link} opened={adding} onClose={() => setAdding(false)} />
    </Card>
  );
}
