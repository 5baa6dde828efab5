import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { IconThumbDown, IconTrophy } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import classes from './board.module.css';

/** The two ends of a pipeline, there to drop a card on while one is dragged. */
export function EndZones({ shown }: { shown: boolean }) {
  return (
    <div className={classes.ends} data-shown={shown || undefined} aria-hidden>
      <EndZone end="won" />
      <EndZone end="lost" />
    </div>
  );
}

function EndZone({ end }: { end: 'won' | 'lost' }) {
  const { t } = useText();
  const zone = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  useEffect(
    () =>
      dropTargetForElements({
        element: zone.current!,
        getData: () => ({ end }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
    [end],
  );
  const Icon = end === 'won' ? IconTrophy : IconThumbDown;
  return (
    <div ref={zone} data-end={end} data-over={over || undefined}>
      <Icon size={18} stroke={1.7} />
      {t(end === 'won' ? 'deals.won' : 'deals.lost')}
    </div>
  );
}
