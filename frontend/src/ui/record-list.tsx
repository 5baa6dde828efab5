import { Button, Checkbox, Skeleton } from '@mantine/core';
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
  /** Lets rows be chosen, for what is done to many at once. */
  selection?: Selection<Row>;
}

export interface Selection<Row> {
  chosen: ReadonlySet<string>;
  onChange(chosen: ReadonlySet<string>): void;
  /** What a row is called. */
  nameOf(row: Row): string;
}

/**
 * One list in all its states: its shape while loading, the problem with what was loaded kept on screen, nothing found,
 * and the rows, as a table or on a phone as cards.
 */
export function RecordList<Row>({ caption, query, columns, rowKey, empty, selection }: Props<Row>) {
  const { t } = useText();
  const table = useRowKeys(selection !== undefined);
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
              {columns.map(({ key, header, number, place }) => (
                <th key={key} scope="col" data-number={number || undefined}>
                  {selection && place === 'title' ? (
                    <span className={classes.pick}>
                      <ChooseAll ids={rows.map(rowKey)} {...selection} />
                      {header}
                    </span>
                  ) : (
                    header
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={rowKey(row)}>
                {columns.map((column) => (
                  <Cell key={column.key} column={column} row={row}>
                    {selection && column.place === 'title' && (
                      <Choose id={rowKey(row)} name={selection.nameOf(row)} {...selection} />
                    )}
                  </Cell>
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

function Cell<Row>({ column, row, children }: { column: Column<Row>; row: Row; children: ReactNode }) {
  const content = column.render(row);
  const props = { 'data-place': column.place, 'data-number': column.number || undefined };
  return column.place === 'title' ? (
    <th scope="row" {...props}>
      {children ? (
        <span className={classes.pick}>
          {children}
          {content}
        </span>
      ) : (
        content
      )}
    </th>
  ) : (
    <td {...props}>{content}</td>
  );
}

type Chosen = Pick<Selection<never>, 'chosen' | 'onChange'>;

function Choose({ id, name, chosen, onChange }: Chosen & { id: string; name: string }) {
  const { t } = useText();
  return (
    <Checkbox
      size="xs"
      className={classes.choose}
      data-choose
      aria-label={t('list.choose', { name })}
      checked={chosen.has(id)}
      onChange={() => {
        const next = new Set(chosen);
        if (!next.delete(id)) next.add(id);
        onChange(next);
      }}
    />
  );
}

/** Chooses every row that is loaded, or none. */
function ChooseAll({ ids, chosen, onChange }: Chosen & { ids: string[] }) {
  const { t } = useText();
  const all = ids.every((id) => chosen.has(id));
  return (
    <Checkbox
      size="xs"
      aria-label={t('list.chooseAll')}
      checked={all}
      indeterminate={!all && chosen.size > 0}
      onChange={() => onChange(new Set(all ? [] : ids))}
    />
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
export function RowTitle({ link, note }: { link: ReactNode; note?: ReactNode }) {
  return (
    <span className={classes.title}>
      {link}
      {note && <small>{note}</small>}
    </span>
  );
}
