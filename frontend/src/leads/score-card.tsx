import { Button, Text } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ActionList } from '../ai/action-list.tsx';
import { AiLine } from '../ai/ai-line.tsx';
import { useAi } from '../ai/ai-query.ts';
import { Feedback } from '../ai/feedback.tsx';
import { ask } from '../api/request.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { showProblem } from '../ui/show-problem.ts';
import type { Lead, LeadScore } from './lead.ts';
import { missingText } from './missing-text.ts';
import { ScoreReasons } from './score-badge.tsx';
import classes from './score-card.module.css';
import { ScoreOverride } from './score-override.tsx';

const most = { seniority: 30, fit: 25, engagement: 20, quality: 15, signals: 10 } as const;

/** A lead's score: its parts, the reasons, what AI added, what is missing and what to do next. */
export function ScoreCard({ lead }: { lead: Lead }) {
  const { t } = useText();
  const { score } = lead;
  if (!score) {
    return (
      <Card title={t('leads.column.score')}>
        <Text c="dimmed" size="sm" role="status">
          {t('score.pending')}…
        </Text>
      </Card>
    );
  }
  return (
    <Card title={t('leads.column.score')} aside={<Qualify lead={lead} />}>
      <ScoreReasons score={score} />
      {lead.scoreOverride && (
        <p className={classes.override}>
          {t('score.override.because', { reason: lead.scoreOverride.reason })}
        </p>
      )}
      <Parts score={score} />
      {score.missing.length > 0 && (
        <div className={classes.next}>
          <h3>{t('score.missing')}</h3>
          <p className={classes.missing}>{score.missing.map((field) => missingText(t, field)).join(' · ')}</p>
        </div>
      )}
      {score.nextActions.length > 0 && lead.status !== 'converted' && (
        <div className={classes.next}>
          <h3>{t('score.next')}</h3>
          <ActionList actions={score.nextActions} link={{ entity: 'lead', id: lead.id }} />
        </div>
      )}
      <ScoreOverride lead={lead} />
      {score.runId && <Feedback runId={score.runId} />}
      <AiLine feature="leadQualification" />
    </Card>
  );
}

function Parts({ score }: { score: LeadScore }) {
  const { t } = useText();
  return (
    <ul className={classes.parts}>
      {(Object.keys(most) as (keyof typeof most)[]).map((part) => (
        <li key={part}>
          <span>{t(`score.part.${part}`)}</span>
          <meter min={0} max={most[part]} value={score.rules[part]} aria-label={t(`score.part.${part}`)} />
          <span className="tabular">
            {score.rules[part]}/{most[part]}
          </span>
        </li>
      ))}
      {score.aiAdj !== 0 && (
        <li>
          <span>{t('score.part.ai')}</span>
          <span />
          <span className="tabular">
            {score.aiAdj > 0 ? '+' : '−'}
            {Math.abs(score.aiAdj)}
          </span>
        </li>
      )}
    </ul>
  );
}

/** Asks AI to look at the lead now. */
function Qualify({ lead }: { lead: Lead }) {
  const { t } = useText();
  const queryClient = useQueryClient();
  const { ready } = useAi('leadQualification');
  const qualify = useMutation({
    mutationFn: () => ask('POST /leads/{id}/qualify', { path: { id: lead.id } }),
    onSuccess(changed) {
      queryClient.setQueryData(['lead', changed.id], changed);
      void queryClient.invalidateQueries({ queryKey: ['lead', 'list'] });
    },
    onError: showProblem,
  });
  if (!ready || lead.consent.aiOptOut || lead.status === 'converted') return null;
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      leftSection={<IconSparkles size={15} stroke={1.7} aria-hidden />}
      loading={qualify.isPending}
      onClick={() => qualify.mutate()}
    >
      {t(lead.score?.source === 'ai' ? 'score.qualifyAgain' : 'score.qualify')}
    </Button>
  );
}
