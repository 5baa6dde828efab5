import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { offerUndo } from '../undo/offer-undo.tsx';

export const deletable = ['lead', 'contact', 'company', 'deal', 'task', 'template'] as const;
export type Deletable = (typeof deletable)[number];

const remove = {
  lead: 'DELETE /leads/{id}',
  contact: 'DELETE /contacts/{id}',
  company: 'DELETE /companies/{id}',
  deal: 'DELETE /deals/{id}',
  task: 'DELETE /tasks/{id}',
  template: 'DELETE /templates/{id}',
} as const;
const restore = {
  lead: 'POST /leads/{id}/restore',
  contact: 'POST /contacts/{id}/restore',
  company: 'POST /companies/{id}/restore',
  deal: 'POST /deals/{id}/restore',
  task: 'POST /tasks/{id}/restore',
  template: 'POST /templates/{id}/restore',
} as const;

export interface DeletableRecord {
  entity: Deletable;
  id: string;
  name: string;
}

/** Puts a record into the trash, and offers to undo that at once; after that the trash does. */
export function useDelete() {
  const refresh = useRefreshAll();
  const back = useRestore();
  return useMutation({
    mutationFn: ({ entity, id }: DeletableRecord) => ask(remove[entity], { path: { id } }),
    onSuccess(_nothing, record) {
      refresh();
      offerUndo({
        about: `deleted-${record.id}`,
        message: translate('record.deleted', { name: record.name }),
        undo: () => back.mutate(record),
      });
    },
    onError: showProblem,
  });
}

/** Takes a record out of the trash. */
export function useRestore() {
  const refresh = useRefreshAll();
  return useMutation({
    mutationFn: ({ entity, id }: DeletableRecord) => ask(restore[entity], { path: { id } }),
    onSuccess(_record, { name }) {
      refresh();
      notifications.show({ message: translate('record.restored', { name }) });
    },
    onError: showProblem,
  });
}

/** What is deleted or restored shows in lists, sums, timelines and wherever something refers to it. */
function useRefreshAll(): () => void {
  const queryClient = useQueryClient();
  return () => {
    for (const key of [...deletable, 'activity', 'dashboard', 'trash', 'search'])
      void queryClient.invalidateQueries({ queryKey: [key] });
  };
}
