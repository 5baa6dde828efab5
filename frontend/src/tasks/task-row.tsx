import { ActionIcon, Checkbox, Menu, UnstyledButton } from '@mantine/core';
import { IconBell, IconDots, IconFlag } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ask, type Body } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { useDelete } from '../records/use-delete.ts';
import { showProblem } from '../ui/show-problem.ts';
import { UserMark } from '../users/user-mark.tsx';
import { CompleteDialog } from './complete-dialog.tsx';
import { dueGroup } from './due.ts';
import { TaskDialog } from './task-dialog.tsx';
import classes from './tasks.module.css';
import type { Task } from './tasks-query.ts';
import { useComplete } from './use-complete.ts';
import { useRefreshTasks } from './use-refresh-tasks.ts';

/** A task with its checkbox, where it belongs (unless that is where it is shown), and when it is due. */
export function TaskRow({ task, on }: { task: Task; on?: { entity: string; id: string } }) {
  const { t } = useText();
  const format = useFormat();
  const refresh = useRefreshTasks();
  const [dialog, setDialog] = useState<'edit' | 'complete'>();
  const complete = useComplete(task);
  const remove = useDelete();
  const change = useMutation({
    mutationFn: (body: Body<'PATCH /tasks/{id}'>) =>
      ask('PATCH /tasks/{id}', { path: { id: task.id }, version: task.version, body }),
    onSuccess: refresh,
    onError: showProblem,
  });
  const snooze = (days: number) => {
    const dueAt = new Date(Math.max(Date.now(), new Date(task.dueAt).getTime()) + days * 86_400_000);
    change.mutate({ dueAt: dueAt.toISOString() });
  };
  const open = task.status === 'open';
  const overdue = open && dueGroup(task) === 'overdue';
  const links = task.links.filter(({ entity, id }) => entity !== on?.entity || id !== on.id);
  return (
    <li className={classes.row} data-status={task.status}>
      <Checkbox
        radius="xl"
        checked={task.status === 'done' || complete.isPending}
        disabled={!open || complete.isPending}
        // What belongs to somebody deserves a next step; everything else is done with one click.
        onChange={() => (task.links.length > 0 ? setDialog('complete') : complete.mutate({}))}
        aria-label={t('tasks.complete', { title: task.title })}
      />
      <div className={classes.what}>
        <span>
          <UnstyledButton className={classes.name} onClick={() => setDialog('edit')}>
            {task.title}
          </UnstyledButton>
          {task.priority === 'high' && (
            <IconFlag size={15} stroke={1.8} className={classes.high} aria-label={t('tasks.priority.high')} />
          )}
          {task.reminderMin !== null && (
            <IconBell size={14} stroke={1.7} aria-label={t('tasks.form.reminder')} />
          )}
        </span>
        <small>
          {t(task.status === 'cancelled' ? 'tasks.status.cancelled' : `tasks.kind.${task.kind}`)}
          {links.map((link) => (
            <span key={`${link.entity}:${link.id}`}>
              {' · '}
              <LinkTo link={link} />
            </span>
          ))}
        </small>
      </div>
      <time dateTime={task.dueAt} data-overdue={overdue || undefined} title={format.dateTime(task.dueAt)}>
        {task.allDay ? format.date(task.dueAt) : format.dateTime(task.dueAt)}
      </time>
      <UserMark id={task.assigneeId} />
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('tasks.menu', { title: task.title })}>
            <IconDots size={17} stroke={1.7} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('edit')}>{t('tasks.edit')}</Menu.Item>
          {open &&
            [1, 3, 7].map((days) => (
              <Menu.Item key={days} onClick={() => snooze(days)}>
                {t('tasks.snoozeDays', { days })}
              </Menu.Item>
            ))}
          {open && (
            <Menu.Item onClick={() => change.mutate({ status: 'cancelled' })}>{t('tasks.cancel')}</Menu.Item>
          )}
          {!open && (
            <Menu.Item onClick={() => change.mutate({ status: 'open' })}>{t('tasks.reopen')}</Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item
            c="var(--hot)"
            onClick={() => remove.mutate({ entity: 'task', id: task.id, name: task.title })}
          >
            {t('record.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <TaskDialog task={task} opened={dialog === 'edit'} onClose={() => setDialog(undefined)} />
      <CompleteDialog
        task={task}
        opened={dialog === 'complete'}
        complete={complete}
        onClose={() => setDialog(undefined)}
      />
    </li>
  );
}
