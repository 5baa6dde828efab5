import { Popover, Skeleton, UnstyledButton } from '@mantine/core';
import { IconCircleMinus, IconCirclePlus, IconFlame, IconSnowflake, IconSun } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import type { LeadRow, LeadScore } from './lead.ts';
import { leadById } from './lead-query.ts';
import classes from './score-badge.module.css';

const icons = { hot: IconFlame, warm: IconSun, cold: IconSnowflake };

/** A lead's score with its class as icon and colour; opened, it gives the reasons. Without a score: being worked out. */
export function ScoreBadge({ lead: { id, score } }: { lead: Pick<LeadRow, 'id' | 'score'> }) {
  const { t } = useText();
  if (!score)
    return (
      <span
        className={classes.pending}
        role="img"
        aria-label={t('score.pending')}
        title={t('score.pending')}
      />
    );
  const Icon = icons[score.class];
  const name = t(`score.class.${score.class}`);
  return (
    <Popover width={320} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.badge}
          data-class={score.class}
          aria-label={t('score.label', { value: score.value, class: name })}
        >
          <Icon size={14} stroke={2} aria-hidden />
          {score.value}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={18} aria-label={t('score.reasons')}>
        <AskedReasons id={id} />
      </Popover.Dropdown>
    </Popover>
  );
}

/** The reasons of a lead in a list, which only the lead itself knows. */
function AskedReasons({ id }: { id: string }) {
  const { t } = useText();
  const lead = useQuery(leadById(id));
  if (lead.error) return <ProblemPanel error={lead.error} onRetry={() => void lead.refetch()} />;
  if (!lead.data) return <Skeleton height={140} aria-busy />;
  // It is being worked out anew since the list was read.
  if (!lead.data.score) return <p role="status">{t('score.pending')}…</p>;
  return <ScoreReasons score={lead.data.score} />;
}

/** Value, class and the reasons for and against. */
export function ScoreReasons({ score }: { score: LeadScore }) {
  const { t } = useText();
  return (
    <div className={classes.reasons}>
      <div className={classes.head} data-class={score.class}>
        <strong>{score.value}</strong>
        <span>
          {t('score.of100')} · {t(`score.class.${score.class}`)}
        </span>
        <em>{t(`score.source.${score.source}`)}</em>
      </div>
      <h3>{t('score.reasons')}</h3>
      <ul>
        {score.reasons.map(({ text, polarity }) => (
          <li key={text} data-polarity={polarity}>
            {polarity === 'negative' ? (
              <IconCircleMinus size={16} stroke={1.8} aria-hidden />
            ) : (
              <IconCirclePlus size={16} stroke={1.8} aria-hidden />
            )}
            {text}
          </li>
        ))}
      </ul>
    </div>
  );
}
