import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { showProblem } from '../ui/show-problem.ts';
import { daysSince } from './days.ts';
import { type Deal, pipelinesQuery } from './deals-query.ts';
import classes from './stage-bar.module.css';

/** The stages of a deal's pipeline with the days spent in this one; pressing another moves the deal there. */
export function StageBar({ deal }: { deal: Deal }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const pipeline = useQuery(pipelinesQuery).data?.find(({ id }) => id === deal.pipelineId);
  const stages = pipeline?.stages.filter(({ type }) => type === 'open') ?? [];
  const at = stages.findIndex(({ id }) => id === deal.stageId);
  const move = useMutation({
    mutationFn: (stageId: string) =>
      ask('POST /deals/{id}/move', {
        path: { id: deal.id },
        version: deal.version,
        body: { stageId },
      }),
    onSuccess(moved) {
      queryClient.setQueryData(['deal', moved.id], moved);
      void queryClient.invalidateQueries({ queryKey: ['deal'] });
      void queryClient.invalidateQueries({ queryKey: ['activity'] });
    },
    onError(error) {
      showProblem(error);
      void queryClient.invalidateQueries({ queryKey: ['deal', deal.id] });
    },
  });
  return (
    <ol className={classes.bar} aria-label={t('deals.stages')}>
      {stages.map(({ id, name }, index) => (
        <li key={id} data-state={index < at ? 'past' : index === at ? 'now' : 'ahead'}>
          <button
            type="button"
            aria-current={index === at ? 'step' : undefined}
            disabled={index === at || move.isPending}
            onClick={() => move.mutate(id)}
          >
            {name}
            {index === at && (
              <small>{t('pipeline.daysShort', { days: daysSince(deal.stageEnteredAt) })}</small>
            )}
          </button>
        </li>
      ))}
    </ol>
  );
}
