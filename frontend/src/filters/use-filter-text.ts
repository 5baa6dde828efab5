import { useQuery } from '@tanstack/react-query';
import { pipelinesQuery } from '../deals/deals-query.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useUsers } from '../users/users-query.ts';
import type { FilterField, Period, Range } from './filter.ts';

/** How a filter's value reads: "Eu, Rui Prado", "50 a 80", "Últimos 7 dias". */
export function useFilterText(): (field: FilterField, value: unknown) => string {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const stages = useStageNames();
  return (field, value) => {
    switch (field.kind) {
      case 'choices':
        return (value as string[]).map((one) => (field.text ? t(field.text(one)) : one)).join(', ');
      case 'people':
        return (value as string[])
          .map((one) =>
            one === '@me' ? t('filters.me') : one === '@unassigned' ? t('users.nobody') : nameOf(one),
          )
          .join(', ');
      case 'stages':
        return (value as string[]).map((one) => stages.get(one) ?? '…').join(', ');
      case 'words':
        return (value as string[]).join(', ');
      case 'range': {
        const { min, max } = value as Range;
        if (min === undefined) return t('filters.atMost', { max: format.number(max!) });
        if (max === undefined) return t('filters.atLeast', { min: format.number(min) });
        return t('filters.between', { min: format.number(min), max: format.number(max) });
      }
      case 'period': {
        const { last, next, from, to } = value as Period;
        if (last !== undefined) return t('filters.last', { days: last });
        if (next !== undefined) return t('filters.next', { days: next });
        if (from === undefined) return t('filters.atMost', { max: format.day(to!) });
        if (to === undefined) return t('filters.atLeast', { min: format.day(from) });
        return t('filters.between', { min: format.day(from), max: format.day(to) });
      }
    }
  };
}

/** Every pipeline's stages by their ids. */
function useStageNames(): Map<string, string> {
  const { data = [] } = useQuery(pipelinesQuery);
  return new Map(data.flatMap(({ stages }) => stages.map(({ id, name }) => [id, name] as const)));
}
