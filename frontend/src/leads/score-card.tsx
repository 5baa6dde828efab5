import { Text } from '@mantine/core';
import { IconBrandWhatsapp, IconCalendar, IconMail, IconPhone, IconSearch } from '@tabler/icons-react';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import type { Lead } from './lead.ts';
import { ScoreReasons } from './score-badge.tsx';
import classes from './score-card.module.css';

const most = { seniority: 30, fit: 25, engagement: 20, quality: 15, signals: 10 } as const;
const actionIcons = {
  call: IconPhone,
  email: IconMail,
  whatsapp: IconBrandWhatsapp,
  meeting: IconCalendar,
  research: IconSearch,
};

/** A lead's score with its parts, reasons, what is missing and what to do next. */
export function ScoreCard({ lead: { score } }: { lead: Lead }) {
  const { t } = useText();
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
    <Card title={t('leads.column.score')}>
      <ScoreReasons score={score} />
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
      </ul>
      {score.nextActions.length > 0 && (
        <div className={classes.next}>
          <h3>{t('score.next')}</h3>
          <ul>
            {score.nextActions.map(({ code, kind, text }) => {
              const Icon = actionIcons[kind];
              return (
                <li key={code}>
                  <Icon size={16} stroke={1.7} aria-hidden />
                  {text}
                </li>
              );
            })}
          </ul>
        </div>
      )}
    </Card>
  );
}
