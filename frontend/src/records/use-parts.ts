import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { aiStatusQuery } from '../ai/ai-query.ts';
import { filesQuery } from '../files/files-query.ts';
import { openTasksOf } from '../tasks/tasks-query.ts';
import type { RecordLink } from '../timeline/timeline-query.ts';

/**
 * Whether what stands above other things on a record's screen has been answered, or could not be: shown before, the screen would move under
 * the hand of whoever clicks on it. Asked for beside the record itself, so that nothing waits for long.
 */
export function useParts(link: RecordLink): boolean {
  const parts = [
    useQuery(aiStatusQuery),
    useInfiniteQuery(openTasksOf(link)),
    useInfiniteQuery(filesQuery(link)),
  ];
  // What failed once is asked for again while the rest is on the screen.
  return parts.every(
    ({ isLoading, isPlaceholderData, failureCount }) =>
      failureCount > 0 || (!isLoading && !isPlaceholderData),
  );
}
