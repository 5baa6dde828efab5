import { IconRobot } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { LinkTo } from '../records/link-to.tsx';
import { Blank } from '../ui/blank.tsx';
import { type Column, RecordList } from '../ui/record-list.tsx';
import { useUsers } from '../users/users-query.ts';

type Run = Answer<'GET /automations/runs'>['data'][number];

/** What the automations did, newest first. */
export function AutomationRuns() {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const runs = useInfiniteQuery({
    queryKey: ['automation', 'runs'],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /automations/runs', { query: { limit: 25, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
  });
  const effectOf = ({ ownerId, taskIds, notifiedIds }: Run) => {
    if (ownerId !== null) return t('automation.run.assigned', { name: nameOf(ownerId) });
    const told = notifiedIds.length > 0 && t('automation.run.notified', { count: notifiedIds.length });
    const tasks = (taskIds.length > 0 || !told) && t('automation.run.tasks', { count: taskIds.length });
    return [tasks, told].filter(Boolean).join(', ');
  };
  const columns: Column<Run>[] = [
    {
      key: 'rule',
      header: t('automation.run.rule'),
      place: 'title',
      render: ({ rule }) => t(`automation.short.${rule}`),
    },
    {
      key: 'record',
      header: t('automation.run.record'),
      place: 'start',
      render: ({ record }) => <LinkTo link={record} />,
    },
    { key: 'effect', header: t('automation.run.effect'), place: 'start', render: effectOf },
    { key: 'when', header: t('audit.when'), place: 'end', render: ({ at }) => format.dateTime(at) },
  ];
  return (
    <RecordList
      caption={t('automation.runs')}
      query={runs}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Blank icon={IconRobot} title={t('automation.run.none')} text={t('automation.run.noneText')} />}
    />
  );
}
