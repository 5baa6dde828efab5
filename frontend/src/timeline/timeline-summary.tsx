import { Button, Group, Skeleton } from '@mantine/core';
import { IconSparkles } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useAi } from '../ai/ai-query.ts';
import { Feedback } from '../ai/feedback.tsx';
import { type Answer, ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import type { RecordLink } from './timeline-query.ts';
import classes from './timeline-summary.module.css';

/** What happened with a record in a few sentences, for whoever is about to call. Nothing where AI is not on offer. */
export function TimelineSummary({ link }: { link: RecordLink }) {
  const { t } = useText();
  const { ready } = useAi('timelineSummary');
  const summary = useMutation({ mutationFn: () => ask('POST /ai/summary', { body: { link } }) });
  if (!ready) return null;
  return (
    <div className={classes.summary} aria-live="polite" aria-busy={summary.isPending}>
      {!summary.data && (
        <Button
          size="xs"
          variant="light"
          leftSection={<IconSparkles size={15} aria-hidden />}
          loading={summary.isPending}
          onClick={() => summary.mutate()}
        >
          {t('summary.ask')}
        </Button>
      )}
      {summary.isPending && <Skeleton height={90} mt={10} />}
      {summary.error && <ProblemPanel error={summary.error} onRetry={() => summary.mutate()} />}
      {summary.data && <Told summary={summary.data} onAgain={() => summary.mutate()} />}
    </div>
  );
}

function Told({ summary, onAgain }: { summary: Answer<'POST /ai/summary'>; onAgain: () => void }) {
  const { t } = useText();
  const format = useFormat();
  const { openQuestions, commitments, lastState, runId } = summary;
  return (
    <section aria-label={t('summary.title')}>
      <h3>{t('summary.title')}</h3>
      <p>{summary.summary}</p>
      {commitments.length > 0 && (
        <>
          <h4>{t('summary.commitments')}</h4>
          <ul>
            {commitments.map(({ who, what, due }) => (
              <li key={`${who} ${what}`}>
                <b>{t(`summary.who.${who}`)}</b> {what}
                {due && ` (${t('summary.until', { date: format.date(due) })})`}
              </li>
            ))}
          </ul>
        </>
      )}
      {openQuestions.length > 0 && (
        <>
          <h4>{t('summary.questions')}</h4>
          <ul>
            {openQuestions.map((question) => (
              <li key={question}>{question}</li>
            ))}
          </ul>
        </>
      )}
      <p>
        <b>{t('summary.now')}</b> {lastState}
      </p>
      <Group justify="space-between">
        <Button size="compact-xs" variant="subtle" onClick={onAgain}>
          {t('summary.again')}
        </Button>
        <Feedback runId={runId} />
      </Group>
    </section>
  );
}
