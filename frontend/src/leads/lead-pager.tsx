import { ActionIcon, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import { totalOf } from '../ui/total.ts';
import classes from './lead-pager.module.css';
import { leadsQuery } from './leads-query.ts';

const route = getRouteApi('/app/leads/$leadId');

/** The lead's place in the list it was opened from, and the way to its neighbours (`[` and `]`). */
export function LeadPager() {
  const { t } = useText();
  const format = useFormat();
  const search = route.useSearch();
  const { leadId } = route.useParams();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(leadsQuery(search));
  const ids = list.data?.pages.flatMap((page) => page.data.map(({ id }) => id)) ?? [];
  const at = ids.indexOf(leadId);
  const total = totalOf(list.data?.pages ?? []);
  const go = async (to: number) => {
    const known = ids[to] ?? (to >= ids.length && list.hasNextPage ? await idAfter(to) : undefined);
    if (known) await navigate({ to: '/leads/$leadId', params: { leadId: known }, search });
  };
  const idAfter = async (to: number) => {
    const { data } = await list.fetchNextPage();
    return data?.pages.flatMap((page) => page.data)[to]?.id;
  };
  const before = at > 0;
  const after = at >= 0 && (at < ids.length - 1 || list.hasNextPage);
  useShortcuts([
    { keys: '[', label: 'leads.previous', run: () => void (before && go(at - 1)) },
    { keys: ']', label: 'leads.next', run: () => void (after && go(at + 1)) },
  ]);
  if (at < 0 || !total) return null;
  return (
    <Group gap={2} wrap="nowrap" className={classes.pager}>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={!before}
        aria-label={t('leads.previous')}
        onClick={() => void go(at - 1)}
      >
        <IconChevronLeft size={18} stroke={1.7} />
      </ActionIcon>
      <span className="tabular">
        {t('leads.place', { at: format.number(at + 1), of: format.number(total.count) })}
        {total.capped && '+'}
      </span>
      <ActionIcon
        variant="subtle"
        color="gray"
        disabled={!after}
        aria-label={t('leads.next')}
        loading={list.isFetchingNextPage}
        onClick={() => void go(at + 1)}
      >
        <IconChevronRight size={18} stroke={1.7} />
      </ActionIcon>
    </Group>
  );
}
