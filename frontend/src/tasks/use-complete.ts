import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { ask, type Body } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import type { Task } from './tasks-query.ts';
import { useRefreshTasks } from './use-refresh-tasks.ts';

/** Ends a task, perhaps with what came of it and what is next. */
export function useComplete(task: Task) {
  const refresh = useRefreshTasks();
  return useMutation({
    mutationFn: (body: Body<'POST /tasks/{id}/complete'>) =>
      ask('POST /tasks/{id}/complete', { path: { id: task.id }, version: task.version, body }),
    onSuccess({ next }) {
      refresh();
      notifications.show({
        message: next
          ? translate('tasks.doneAndNext', { title: task.title, next: next.title })
          : translate('tasks.done', { title: task.title }),
      });
    },
    onError: showProblem,
  });
}
