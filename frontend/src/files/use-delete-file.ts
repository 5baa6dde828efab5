import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { offerUndo } from '../undo/offer-undo.tsx';
import type { StoredFile } from './files-query.ts';

/** Deletes a file, and offers to undo that at once; later the list of deleted files does. */
export function useDeleteFile() {
  const queryClient = useQueryClient();
  const back = useRestoreFile();
  return useMutation({
    mutationFn: ({ id }: StoredFile) => ask('DELETE /files/{id}', { path: { id } }),
    onSuccess(_nothing, file) {
      void queryClient.invalidateQueries({ queryKey: ['file'] });
      offerUndo({
        about: `file:${file.id}`,
        message: translate('files.deleted', { name: file.name }),
        undo: () => back.mutate(file),
      });
    },
    onError: showProblem,
  });
}

/** Takes back that a file was deleted. */
export function useRestoreFile() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ id }: StoredFile) => ask('POST /files/{id}/restore', { path: { id } }),
    onSuccess(_file, { name }) {
      void queryClient.invalidateQueries({ queryKey: ['file'] });
      notifications.show({ message: translate('files.restored', { name }) });
    },
    onError: showProblem,
  });
}
