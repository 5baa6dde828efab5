import { useInfiniteQuery } from '@tanstack/react-query';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { Card } from '../records/record-layout.tsx';
import classes from './deal-list-card.module.css';
import { dealsQuery } from './deals-query.ts';

/** The deals of a company or a contact. */
export function DealListCard({ filter }: { filter: Record<string, string> }) {
  const { t } = useText();
  const format = useFormat();
  const deals = useInfiniteQuery(dealsQuery({ ...filter, limit: 20 }));
  const rows = deals.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card title={t('companies.deals')}>
      {deals.isSuccess && rows.length === 0 && <p className={classes.none}>—</p>}
      <ul className={classes.list}>
        {rows.map((deal) => (
          <li key={deal.id}>
            <LinkTo link={{ entity: 'deal', id: deal.id }}>{deal.title}</LinkTo>
            <span className="tabular">
              {deal.amountCents === 0 ? t('deals.noAmount') : format.money(deal)}
            </span>
            {deal.status !== 'open' && <small>{t(`deals.${deal.status}`)}</small>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
