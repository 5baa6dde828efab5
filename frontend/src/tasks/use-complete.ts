import { useMutation } from '@tanstack/react-query';
import { type Answer, ask, type Body } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { offerUndo } from '../undo/offer-undo.tsx';
import type { Task } from './tasks-query.ts';
import { useRefreshTasks } from './use-refresh-tasks.ts';

/** Ends a task, perhaps with what came of it and what is next, and offers to undo that. */
export function useComplete(task: Task) {
  const refresh = useRefreshTasks();
  const back = useMutation({ mutationFn: takeBack, onSettled: refresh, onError: showProblem });
  return useMutation({
    mutationFn: (body: Body<'POST /tasks/{id}/complete'>) =>
      ask('POST /tasks/{id}/complete', { path: { id: task.id }, version: task.version, body }),
    onSuccess(completed) {
      refresh();
      const { title } = task;
      offerUndo({
        about: `completed-${task.id}`,
        message: completed.next
          ? translate('tasks.doneAndNext', { title, next: completed.next.title })
          : translate('tasks.done', { title }),
        undo: () => back.mutate(completed),
      });
    },
    onError: showProblem,
  });
}

/** Opens a completed task again; what was planned after it goes to the trash. */
async function takeBack({ task, next }: Answer<'POST /tasks/{id}/complete'>): Promise<void> {
  await ask('PATCH /tasks/{id}', {
    path: { id: task.id },
    version: task.version,
    body: { status: 'open' },
  });
  if (next) await ask('DELETE /tasks/{id}', { path: { id: next.id } });
}
