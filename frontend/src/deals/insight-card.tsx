import { Badge } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import type { Deal } from './deals-query.ts';
import { HealthMark } from './health-mark.tsx';
import classes from './insight-card.module.css';
import { riskText } from './risk-text.ts';

/** How likely a deal is, how healthy, and what stands against it, the heaviest first. */
export function InsightCard({ deal: { health } }: { deal: Deal }) {
  const { t } = useText();
  const format = useFormat();
  if (!health) return null;
  return (
    <Card
      title={t('deals.insight')}
      aside={
        <Badge variant="default" tt="none" fw={500}>
          {t(`score.source.${health.source}`)}
        </Badge>
      }
    >
      <div className={classes.figures}>
        <div>
          <strong>{format.percent(health.winProbability / 100)}</strong>
          <span>{t('deals.winProb')}</span>
        </div>
        <span>
          {t('deals.healthTitle')} <HealthMark health={health} />
        </span>
      </div>
      <h3 className={classes.heading}>{t('deals.risks')}</h3>
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
    </Card>
  );
}
