import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { sumsText } from '../money/money.ts';
import { useMe } from '../session/use-me.ts';
import { durationText } from './duration.ts';
import classes from './home.module.css';
import type { Home } from './home-query.ts';

/** How it stands: what is open now, and what this month brought. Money is summed in each currency by itself. */
export function Figures({ month: data }: { month: Home['month'] | undefined }) {
  const { t } = useText();
  const format = useFormat();
  const { currency } = useMe();
  const money = (sum: 'pipelineCents' | 'weightedCents' | 'wonCents') =>
    sumsText(
      data!.byCurrency.map((one) => ({ amountCents: one[sum], currency: one.currency })),
      currency,
      format.moneyShort,
    );
  const closed = data ? data.won + data.lost : 0;
  const figures = data
    ? [
        {
          label: t('home.figure.pipeline'),
          value: money('pipelineCents'),
          note: t('home.figure.deals', { count: data.openDeals }),
        },
        {
          label: t('home.figure.weighted'),
          value: money('weightedCents'),
          note: t('home.figure.weightedNote'),
        },
        {
          label: t('home.figure.won'),
          value: money('wonCents'),
          note: t('home.figure.deals', { count: data.won }),
        },
        {
          label: t('home.figure.winRate'),
          value: data.winRate === null ? '—' : format.percent(data.winRate),
          note: t(data.winRate === null ? 'home.figure.winRateFew' : 'home.figure.winRateOf', {
            count: closed,
          }),
        },
        {
          label: t('home.figure.newLeads'),
          value: format.number(data.newLeads),
          note:
            data.medianFirstResponseMinutes === null
              ? t('home.figure.noResponse')
              : t('home.figure.response', { time: durationText(t, data.medianFirstResponseMinutes) }),
        },
      ]
    : Array.from({ length: 5 }, (_, index) => ({ label: '\u00a0', value: '', note: '\u00a0', index }));
  return (
    <dl className={classes.figures} aria-busy={!data}>
      {figures.map(({ label, value, note }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the figures are always the same five, in this order
        <div key={index}>
          <dt>{label}</dt>
          <dd data-several={value.includes('+') || undefined}>
            {value || <span className={classes.bone} />}
          </dd>
          <dd>{note}</dd>
        </div>
      ))}
    </dl>
  );
}
