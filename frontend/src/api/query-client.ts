import { QueryClient } from '@tanstack/react-query';
import { Problem } from './problem.ts';

/** Answers are fresh for a while because changes arrive live; only what may succeed next time is asked again. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) =>
        failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 502),
    },
    mutations: { retry: false },
  },
});
