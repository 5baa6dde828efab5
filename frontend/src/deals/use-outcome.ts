import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { translate } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { offerUndo } from '../undo/offer-undo.tsx';
import type { Deal } from './deals-query.ts';

type Ending = Pick<Deal, 'id' | 'version' | 'title'>;

/** Ends a deal as won or lost and offers to undo that, or opens it again. */
export function useOutcome() {
  const queryClient = useQueryClient();
  const settled = {
    onSuccess(deal: Deal) {
      queryClient.setQueryData(['deal', deal.id], deal);
      void queryClient.invalidateQueries({ queryKey: ['deal'] });
      void queryClient.invalidateQueries({ queryKey: ['activity'] });
      void queryClient.invalidateQueries({ queryKey: ['dashboard'] });
    },
    onError(error: Error) {
      showProblem(error);
      void queryClient.invalidateQueries({ queryKey: ['deal'] });
    },
  };
  const reopen = useMutation({
    mutationFn: ({ id, version }: Ending) =>
      ask('POST /deals/{id}/reopen', { path: { id }, version, body: {} }),
    ...settled,
  });
  const win = useMutation({
    mutationFn: ({ id, version }: Ending) => ask('POST /deals/{id}/win', { path: { id }, version, body: {} }),
    ...settled,
    onSuccess(deal) {
      settled.onSuccess(deal);
      offerUndo({
        about: 'deal-moved',
        color: 'teal',
        message: translate('deals.wonMessage', { title: deal.title }),
        undo: () => reopen.mutate(deal),
      });
    },
  });
  const lose = useMutation({
    mutationFn: ({ deal: { id, version }, ...body }: { deal: Ending; reason: string; note?: string }) =>
      ask('POST /deals/{id}/lose', { path: { id }, version, body }),
    ...settled,
    onSuccess(deal) {
      settled.onSuccess(deal);
      offerUndo({
        about: 'deal-moved',
        message: translate('deals.lostMessage', { title: deal.title }),
        undo: () => reopen.mutate(deal),
      });
    },
  });
  return { win, lose, reopen };
}
