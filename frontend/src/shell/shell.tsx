import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { startLiveUpdates } from '../api/live-updates.ts';
import { AssistantButton } from '../assistant/assistant-button.tsx';
import { useText } from '../i18n/i18n.ts';
import { NoticeBell } from '../notices/notice-bell.tsx';
import { SearchButton } from '../search/search-button.tsx';
import { watchSession } from '../session/session.ts';
import { ShortcutHelp } from '../shortcuts/shortcut-help.tsx';
import { listenForShortcuts } from '../shortcuts/use-shortcuts.ts';
import { useUndoShortcut } from '../undo/use-undo-shortcut.ts';
import { Brand } from './brand.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { useCreateShortcuts } from './create-shortcuts.ts';
import { useGoShortcuts } from './go-shortcuts.ts';
import { LiveMark } from './live-mark.tsx';
import { MainNavigation } from './main-navigation.tsx';
import classes from './shell.module.css';
import { UserMenu } from './user-menu.tsx';

/** The frame of every screen: where to go on the left (below on a phone), the screen on the right. */
export function Shell() {
  const { t } = useText();
  const queryClient = useQueryClient();
  useEffect(() => startLiveUpdates(queryClient), [queryClient]);
  useEffect(watchSession, []);
  useEffect(listenForShortcuts, []);
  useGoShortcuts();
  useCreateShortcuts();
  useUndoShortcut();
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {t('app.skip')}
      </a>
      <header className={classes.side}>
        <Brand />
        <div className={classes.find}>
          <SearchButton />
          <AssistantButton />
          <NoticeBell />
        </div>
        <MainNavigation />
        <div className={classes.foot}>
          <UserMenu />
          <LiveMark />
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.main}>
        <ConnectionBanner />
        <Outlet />
      </main>
      <ShortcutHelp />
    </div>
  );
}
