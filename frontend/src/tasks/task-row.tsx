import { ActionIcon, Checkbox, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconClock, IconFlag } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { translate, useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { showProblem } from '../ui/show-problem.ts';
import { UserMark } from '../users/user-mark.tsx';
import { dueGroup } from './due.ts';
import classes from './tasks.module.css';
import type { Task } from './tasks-query.ts';

/** A task with its checkbox, where it belongs, and when it is due. */
export function TaskRow({ task }: { task: Task }) {
  const { t } = useText();
  const format = useFormat();
  const queryClient = useQueryClient();
  const refresh = () => {
    for (const entity of ['task', 'activity', 'dashboard'])
      void queryClient.invalidateQueries({ queryKey: [entity] });
  };
  const complete = useMutation({
    mutationFn: () =>
      ask('POST /tasks/{id}/complete', { path: { id: task.id }, version: task.version, body: {} }),
    onSuccess() {
      refresh();
      notifications.show({ message: translate('tasks.done', { title: task.title }) });
    },
    onError: showProblem,
  });
  const snooze = useMutation({
    mutationFn: (days: number) => {
      const dueAt = new Date(Math.max(Date.now(), new Date(task.dueAt).getTime()) + days * 86_400_000);
      return ask('PATCH /tasks/{id}', {
        path: { id: task.id },
        version: task.version,
        body: { dueAt: dueAt.toISOString() },
      });
    },
    onSuccess: refresh,
    onError: showProblem,
  });
  const overdue = task.status === 'open' && dueGroup(task) === 'overdue';
  return (
    <li className={classes.row}>
      <Checkbox
        radius="xl"
        checked={task.status === 'done' || complete.isPending}
        disabled={task.status !== 'open' || complete.isPending}
        onChange={() => complete.mutate()}
        aria-label={t('tasks.complete', { title: task.title })}
      />
      <div className={classes.what}>
        <span>
          {task.title}
          {task.priority === 'high' && (
            <IconFlag size={15} stroke={1.8} className={classes.high} aria-label={t('tasks.priority.high')} />
          )}
        </span>
        <small>
          {t(`tasks.kind.${task.kind}`)}
          {task.links[0] && (
            <>
              {' · '}
              <LinkTo link={task.links[0]} />
            </>
          )}
        </small>
      </div>
      <time dateTime={task.dueAt} data-overdue={overdue || undefined} title={format.dateTime(task.dueAt)}>
        {task.allDay ? format.date(task.dueAt) : format.dateTime(task.dueAt)}
      </time>
      <UserMark id={task.assigneeId} />
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('tasks.snooze', { title: task.title })}>
            <IconClock size={17} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {[1, 3, 7].map((days) => (
            <Menu.Item key={days} onClick={() => snooze.mutate(days)}>
              {t('tasks.snoozeDays', { days })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </li>
  );
}
