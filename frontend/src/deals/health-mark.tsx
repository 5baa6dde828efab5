import { useText } from '../i18n/i18n.ts';
import type { Deal } from './deals-query.ts';
import classes from './health-mark.module.css';

type Health = NonNullable<Deal['health']>;

/** How healthy a deal is: a dot with its number, so that colour never says it alone. */
export function HealthMark({ health }: { health: Health | null }) {
  const { t } = useText();
  if (!health) return null;
  const label = t(`deals.health.${health.class}`, { value: health.value });
  return (
    <span className={classes.mark} data-class={health.class} title={label}>
      <span aria-hidden>{health.value}</span>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
