import { IconLayoutKanban, IconList } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import type { BoardFilters } from './board-search.ts';
import classes from './deal-views.module.css';

/** Deals as a board or as a list; the filters that both know go along. */
export function DealViews({ view, search }: { view: 'board' | 'list'; search: BoardFilters }) {
  const { t } = useText();
  return (
    <nav className={classes.views} aria-label={t('deals.view')}>
      <Link to="/pipeline" search={search} aria-current={view === 'board' ? 'page' : undefined}>
        <IconLayoutKanban size={16} stroke={1.7} aria-hidden />
        {t('deals.view.board')}
      </Link>
      <Link to="/deals" search={search} aria-current={view === 'list' ? 'page' : undefined}>
        <IconList size={16} stroke={1.7} aria-hidden />
        {t('deals.view.list')}
      </Link>
    </nav>
  );
}
