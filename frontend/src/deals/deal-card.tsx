import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { ActionIcon, Menu } from '@mantine/core';
import { IconAlertTriangle, IconCalendar, IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/i18n.ts';
import { NameText } from '../records/name-text.tsx';
import { UserMark } from '../users/user-mark.tsx';
import classes from './board.module.css';
import type { Destination } from './board.ts';
import { daysSince } from './days.ts';
import type { BoardCard, Stage } from './deals-query.ts';
import { HealthMark } from './health-mark.tsx';

interface Props {
  deal: BoardCard;
  stage: Stage;
  stages: Stage[];
  /** The card below, so that a drop on the lower half goes between the two. */
  nextId: string | null;
  onMove(card: BoardCard, to: Destination): void;
  onWin(card: BoardCard): void;
  onLose(card: BoardCard): void;
}

/** A deal on the board. Whatever dragging does, its menu does too. */
export function DealCard({ deal, stage, stages, nextId, onMove, onWin, onLose }: Props) {
  const { t } = useText();
  const format = useFormat();
  const card = useRef<HTMLElement>(null);
  const [lifted, setLifted] = useState(false);
  const [over, setOver] = useState(false);
  useEffect(
    () =>
      combine(
        draggable({
          element: card.current!,
          getInitialData: () => ({ dealId: deal.id }),
          onDragStart: () => setLifted(true),
          onDrop: () => setLifted(false),
        }),
        dropTargetForElements({
          element: card.current!,
          canDrop: ({ source }) => source.data.dealId !== deal.id,
          getData: () => ({ stageId: stage.id, dealId: deal.id, nextId }),
          onDragEnter: () => setOver(true),
          onDragLeave: () => setOver(false),
          onDrop: () => setOver(false),
        }),
      ),
    [deal.id, stage.id, nextId],
  );
  const days = daysSince(deal.stageEnteredAt);
  const stale = stage.rotDays !== null && days > stage.rotDays;
  return (
    <article
      ref={card}
      className={classes.card}
      data-lifted={lifted || undefined}
      data-over={over || undefined}
    >
      <div className={classes.cardTop}>
        <Link to="/deals/$dealId" params={{ dealId: deal.id }} draggable={false} data-deal={deal.id}>
          {deal.title}
        </Link>
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t('pipeline.menu', { title: deal.title })}
              data-card-menu
            >
              <IconDots size={16} stroke={1.7} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('pipeline.moveTo')}</Menu.Label>
            {stages.map(({ id, name }) => (
              <Menu.Item
                key={id}
                disabled={id === stage.id}
                onClick={() => onMove(deal, { stageId: id, beforeId: null })}
              >
                {name}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item onClick={() => onWin(deal)}>{t('deals.win')}</Menu.Item>
            <Menu.Item onClick={() => onLose(deal)}>{t('deals.lose')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {deal.companyId && (
        <p className={classes.company}>
          <NameText link={{ entity: 'company', id: deal.companyId }} />
        </p>
      )}
      <div className={classes.amount}>
        {deal.amountCents === 0 ? t('deals.noAmount') : format.money(deal)}
        <UserMark id={deal.ownerId} />
      </div>
      <div className={classes.facts}>
        <HealthMark health={deal.health} />
        {deal.expectedCloseOn && (
          <span>
            <IconCalendar size={14} stroke={1.7} aria-hidden />
            {format.dayShort(deal.expectedCloseOn)}
          </span>
        )}
        <span data-stale={stale || undefined} title={t('pipeline.days', { days })}>
          {stale && <IconAlertTriangle size={14} stroke={1.7} aria-hidden />}
          {t('pipeline.daysShort', { days })}
        </span>
      </div>
    </article>
  );
}
