import { Badge, Button } from '@mantine/core';
import { IconAlertTriangle, IconSparkles } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ActionList } from '../ai/action-list.tsx';
import { AiLine } from '../ai/ai-line.tsx';
import { useAi } from '../ai/ai-query.ts';
import { Feedback } from '../ai/feedback.tsx';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { showProblem } from '../ui/show-problem.ts';
import type { Deal } from './deals-query.ts';
import { HealthMark } from './health-mark.tsx';
import classes from './insight-card.module.css';
import { riskText } from './risk-text.ts';

/** How likely a deal is, how healthy, what stands against it and what to do: by rules, and what AI adds to them. */
export function InsightCard({ deal }: { deal: Deal }) {
  const { t } = useText();
  const format = useFormat();
  const { health, insight } = deal;
  if (!health) return null;
  return (
    <Card
      title={t('deals.insight')}
      aside={
        <Badge variant="default" tt="none" fw={500}>
          {t(insight ? 'score.source.ai' : `score.source.${health.source}`)}
        </Badge>
      }
    >
      <div className={classes.figures}>
        <div>
          <strong>{format.percent((insight?.winProbability ?? health.winProbability) / 100)}</strong>
          <span>{t('deals.winProb')}</span>
          {insight && insight.aiAdj !== 0 && (
            <small>
              {t('deals.winProbParts', {
                baseline: format.percent(insight.baseline / 100),
                adjustment: `${insight.aiAdj > 0 ? '+' : '−'}${Math.abs(insight.aiAdj)}`,
              })}
            </small>
          )}
        </div>
        <span>
          {t('deals.healthTitle')} <HealthMark health={health} />
        </span>
      </div>
      {insight && <p className={classes.summary}>{insight.summary}</p>}
      {insight?.predictedCloseOn && (
        <p className={classes.summary}>
          {t('deals.predictedClose', { day: format.day(insight.predictedCloseOn) })}
        </p>
      )}
      <h3 className={classes.heading}>{t('deals.healthBreakdown')}</h3>
      {health.risks.length === 0 && <p className={classes.none}>{t('deals.noRisks')}</p>}
      <ul className={classes.list}>
        {health.risks
          .toSorted((a, b) => b.points - a.points)
          .map(({ code, points }) => (
            <li key={code} data-severity={points >= 20 ? 'high' : 'low'}>
              <IconAlertTriangle size={16} stroke={1.7} aria-hidden />
              {riskText(t, code)}
              <span className="tabular">−{points}</span>
            </li>
          ))}
      </ul>
      {insight && insight.risks.length > 0 && (
        <>
          <h3 className={classes.heading}>{t('deals.aiRisks')}</h3>
          <ul className={classes.list}>
            {insight.risks.map(({ factor, severity }) => (
              <li key={factor} data-severity={severity}>
                <IconAlertTriangle size={16} stroke={1.7} aria-hidden />
                {factor}
                <small>{t(`deals.severity.${severity}`)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      {insight && insight.actions.length > 0 && deal.status === 'open' && (
        <>
          <h3 className={classes.heading}>{t('score.next')}</h3>
          <ActionList actions={insight.actions} link={{ entity: 'deal', id: deal.id }} />
        </>
      )}
      {deal.status === 'open' && <Predict deal={deal} />}
      {insight && <Feedback runId={insight.runId} />}
      <AiLine feature="dealInsight" />
    </Card>
  );
}

/** Asks AI to look at the deal now. */
function Predict({ deal }: { deal: Deal }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const { ready } = useAi('dealInsight');
  const predict = useMutation({
    mutationFn: () => ask('POST /deals/{id}/predict', { path: { id: deal.id } }),
    onSuccess: (changed) => queryClient.setQueryData(['deal', changed.id], changed),
    onError: showProblem,
  });
  if (!ready) return null;
  return (
    <Button
      mt={14}
      size="compact-sm"
      variant="subtle"
      leftSection={<IconSparkles size={15} stroke={1.7} aria-hidden />}
      loading={predict.isPending}
      onClick={() => predict.mutate()}
    >
      {t(deal.insight ? 'deals.predictAgain' : 'deals.predict')}
    </Button>
  );
}
