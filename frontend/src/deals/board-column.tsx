import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { ActionIcon, Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { sumsText } from '../money/money.ts';
import { useMe } from '../session/use-me.ts';
import classes from './board.module.css';
import type { Destination } from './board.ts';
import { DealCard } from './deal-card.tsx';
import type { BoardCard, BoardData, Stage } from './deals-query.ts';

type Column = BoardData['columns'][number];

interface Props {
  column: Column;
  stages: Stage[];
  onCreate(): void;
  onMove(card: BoardCard, to: Destination): void;
  onWin(card: BoardCard): void;
  onLose(card: BoardCard): void;
  /** Asks for the next cards. */
  onMore(): void;
  loadingMore: boolean;
}

/** One stage: how many deals and how much, and its cards. */
export function BoardColumn({ column, stages, onCreate, onMore, loadingMore, ...actions }: Props) {
  const { t } = useText();
  const format = useFormat();
  const { currency } = useMe();
  const { stage, deals, count, sums } = column;
  const weighted = sums.map((sum) => ({ ...sum, amountCents: sum.weightedCents }));
  const list = useRef<HTMLElement>(null);
  const [over, setOver] = useState(false);
  useEffect(
    () =>
      dropTargetForElements({
        element: list.current!,
        getData: () => ({ stageId: stage.id }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
    [stage.id],
  );
  return (
    <section
      ref={list}
      className={classes.column}
      data-over={over || undefined}
      aria-labelledby={`stage-${stage.id}`}
    >
      <header>
        <h2 id={`stage-${stage.id}`} title={stage.name}>
          {stage.name}
        </h2>
        <span className={classes.count}>{count}</span>
        <ActionIcon
          variant="subtle"
          color="gray"
          ml="auto"
          aria-label={t('pipeline.addTo', { stage: stage.name })}
          onClick={onCreate}
        >
          <IconPlus size={17} stroke={1.7} />
        </ActionIcon>
        <p className={classes.sums}>
          <strong>{sumsText(sums, currency, format.moneyShort)}</strong>{' '}
          <span title={t('pipeline.weightedHint', { probability: stage.probability })}>
            {t('pipeline.weighted', { amount: sumsText(weighted, currency, format.moneyShort) })}
          </span>
        </p>
      </header>
      <ol>
        {deals.map((deal, index) => (
          <li key={deal.id}>
            <DealCard
              deal={deal}
              stage={stage}
              stages={stages}
              nextId={deals[index + 1]?.id ?? null}
              {...actions}
            />
          </li>
        ))}
      </ol>
      {column.nextCursor !== null && (
        <More loading={loadingMore} left={Math.max(0, count - deals.length)} onMore={onMore} />
      )}
      {deals.length === 0 && (
        <Button variant="subtle" color="gray" size="xs" fullWidth onClick={onCreate}>
          {t('pipeline.addFirst')}
        </Button>
      )}
    </section>
  );
}

/** Loads on by itself when it comes near the window while somebody scrolls, and by a button for whoever does not. */
function More({ left, loading, onMore }: { left: number; loading: boolean; onMore(): void }) {
  const { t } = useText();
  const end = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    if (loading) return;
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && more.current(), {
      rootMargin: '400px 0px',
    });
    near.observe(end.current!);
    return () => near.disconnect();
  }, [loading]);
  return (
    <div ref={end}>
      <Button variant="subtle" color="gray" size="xs" fullWidth loading={loading} onClick={onMore}>
        {t('pipeline.more', { count: left })}
      </Button>
    </div>
  );
}
