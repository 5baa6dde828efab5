import { Button, Chip, Group } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/request.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { Card } from '../records/record-layout.tsx';
import { type Deletable, deletable, useRestore } from '../records/use-delete.ts';
import { PageSkeleton } from '../shell/page-skeleton.tsx';
import { Blank } from '../ui/blank.tsx';
import { ProblemPanel } from '../ui/problem-panel.tsx';
import { useUsers } from '../users/users-query.ts';
import classes from './trash.module.css';

/** What was deleted in the last 30 days, by whom, and the way back. */
export function TrashSection() {
  const { t } = useText();
  const format = useFormat();
  const { nameOf } = useUsers();
  const [kind, setKind] = useState<Deletable | 'all'>('all');
  const trash = useInfiniteQuery({
    queryKey: ['trash', kind],
    queryFn: ({ pageParam, signal }) =>
      ask('GET /trash', {
        query: { kind: kind === 'all' ? undefined : kind, limit: 50, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    placeholderData: (previous) => previous,
  });
  const restore = useRestore();
  const rows = trash.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <Card title={t('trash.title')}>
      <p className={classes.about}>{t('trash.about')}</p>
      <Chip.Group value={kind} onChange={(next) => setKind(next as Deletable | 'all')}>
        <Group gap={6} mb={14} role="group" aria-label={t('trash.kind')}>
          {(['all', ...deletable] as const).map((one) => (
            <Chip key={one} value={one} size="xs">
              {t(`trash.kind.${one}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {trash.error && <ProblemPanel error={trash.error} onRetry={() => void trash.refetch()} />}
      {trash.isPending && <PageSkeleton />}
      {trash.isSuccess && rows.length === 0 && <Blank icon={IconTrash} title={t('trash.empty')} />}
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.id}>
            <div>
              <strong>{row.name}</strong>
              <small>
                {t(`trash.one.${row.entity}`)} ·{' '}
                {row.deletedBy === null
                  ? t('trash.deleted', { when: format.ago(row.deletedAt) })
                  : t('trash.deletedBy', { name: nameOf(row.deletedBy), when: format.ago(row.deletedAt) })}
                <br />
                {t('trash.goneAt', { day: format.date(row.goneAt) })}
              </small>
            </div>
            <Button
              size="xs"
              variant="default"
              loading={restore.isPending && restore.variables.id === row.id}
              aria-label={t('trash.restoreOne', { name: row.name })}
              onClick={() => restore.mutate(row)}
            >
              {t('trash.restore')}
            </Button>
          </li>
        ))}
      </ul>
      {trash.hasNextPage && (
        <Button
          variant="subtle"
          size="xs"
          loading={trash.isFetchingNextPage}
          onClick={() => void trash.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
    </Card>
  );
}
