import { IconHistory } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type Answer, ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Blank } from '../ui/blank.tsx';
import { type Column, RecordList } from '../ui/record-list.tsx';

type Entry = Answer<'GET /audit'>['data'][number];

/** Who changed what, and when; nothing in it can be changed. */
export function AuditSection() {
  const { t } = useText();
  const format = useFormat();
  const audit = useInfiniteQuery({
    queryKey: ['audit', 'list'],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /audit', { query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.page.nextCursor ?? undefined,
  });
  const columns: Column<Entry>[] = [
    { key: 'action', header: t('audit.action'), place: 'title', render: ({ action }) => action },
    { key: 'who', header: t('audit.who'), place: 'start', render: ({ actor }) => actor.name },
    { key: 'when', header: t('audit.when'), place: 'end', render: ({ at }) => format.dateTime(at) },
  ];
  return (
    <RecordList
      caption={t('settings.audit')}
      query={audit}
      columns={columns}
      rowKey={({ id }) => id}
      empty={<Blank icon={IconHistory} title={t('audit.empty')} />}
    />
  );
}
