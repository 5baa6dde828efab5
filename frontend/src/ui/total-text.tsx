import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import type { ListPage } from './record-list.tsx';
import { totalOf } from './total.ts';

/** How many records a list has, beside its title: "132", "10.000+"; nothing until it is known. */
export function TotalText({ pages }: { pages: ListPage<unknown>[] | undefined }) {
  const { t } = useText();
  const format = useFormat();
  const total = totalOf(pages ?? []);
  if (!total) return null;
  const count = format.number(total.count);
  return total.capped ? t('list.totalCapped', { count }) : t('list.total', { total: total.count });
}
