import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

/** Makes everything stale that a changed task shows in: lists, timelines, the home screen, and what it is linked to. */
export function useRefreshTasks(): () => void {
  const queryClient = useQueryClient();
  return useCallback(() => {
    for (const entity of ['task', 'activity', 'dashboard', 'lead', 'deal'])
      void queryClient.invalidateQueries({ queryKey: [entity] });
  }, [queryClient]);
}
