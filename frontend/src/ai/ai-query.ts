import { queryOptions, useQuery } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';

export type AiStatus = Answer<'GET /ai/status'>;
export type AiFeature = keyof AiStatus['features'];

/** Whether AI can be asked, and why not. */
export const aiStatusQuery = queryOptions({
  queryKey: ['ai', 'status'],
  queryFn: ({ signal }) => ask('GET /ai/status', { signal }),
  staleTime: 60_000,
});

/** Whether a feature would be tried now; undefined until known. */
export function useAi(feature: AiFeature): {
  ready: boolean | undefined;
  state: AiStatus['state'] | undefined;
} {
  const { data } = useQuery(aiStatusQuery);
  return { ready: data?.features[feature], state: data?.state };
}
