import { Button, Skeleton } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useText } from '../i18n/i18n.ts';
import { ProblemPanel } from './problem-panel.tsx';
import classes from './record-list.module.css';
import { useRowKeys } from './use-row-keys.ts';

/** Where a cell stands when the row becomes a card on a phone. */
type Place = 'title' | 'corner' | 'start' | 'end' | 'wide' | 'hidden';

export interface Column<Row> {
  key: string;
  header: string;
  render(row: Row): ReactNode;
  place: Place;
  /** Numbers stand on the right. */
  number?: boolean;
}

export interface ListPage<Row> {
  data: Row[];
  page: { nextCursor: string | null; total: number; totalCapped: boolean };
}

interface Props<Row> {
  caption: string;
  query: UseInfiniteQueryResult<{ pages: ListPage<Row>[] }>;
  columns: Column<Row>[];
  rowKey(row: Row): string;
  /** Shown in place of the table when the query found nothing. */
  empty: ReactNode;
}

/**
 * One list in all its states: its shape while loading, the problem with what was loaded kept on screen, nothing found,
 * and the rows, as a table or on a phone as cards.
 */
export function RecordList<Row>({ caption, query, columns, rowKey, empty }: Props<Row>) {
  const { t } = useText();
  const table = useRowKeys();
  const rows = query.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <>
      {query.error && <ProblemPanel error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <ListSkeleton />}
      {query.isSuccess && rows.length === 0 && empty}
      {rows.length > 0 && (
        <table ref={table} className={classes.table} aria-busy={query.isPlaceholderData}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ key, header, number }) => (
                <th key={key} scope="col" data-number={number || undefined}>
                  {header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <Cell key={column.key} column={column} row={row} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('action.loadMore')}
        </Button>
      )}
    </>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const content = column.render(row);
  const props = { 'data-place': column.place, 'data-number': column.number || undefined };
  return column.place === 'title' ? (
    <th scope="row" {...props}>
      {content}
    </th>
  ) : (
    <td {...props}>{content}</td>
  );
}

function ListSkeleton() {
  return (
    <div className={classes.skeleton} aria-busy="true">
      {[1, 2, 3, 4, 5, 6, 7, 8].map((row) => (
        <Skeleton key={row} height={48} radius="md" />
      ))}
    </div>
  );
}

/** The first line of a row, which opens the record, with a quieter second line. */
export function RowTitle({ link, note }: { link: ReactNode; note?: string }) {
  return (
    <span className={classes.title}>
      {link}
      {note && <small>{note}</small>}
    </span>
  );
}
