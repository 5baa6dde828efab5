import { UnstyledButton } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useText } from '../i18n/i18n.ts';
import searchClasses from '../search/search-button.module.css';
import { useShortcuts } from '../shortcuts/use-shortcuts.ts';
import classes from './notice-bell.module.css';
import { noticesQuery } from './notices-query.ts';

const loadInbox = () => import('./notice-inbox.tsx');
const NoticeInbox = lazy(loadInbox);
const mostShown = 99;

/** How many notices are unread; opens them, as G N does. Their code is loaded when first wanted. */
export function NoticeBell() {
  const { t } = useText();
  const { data } = useInfiniteQuery(noticesQuery);
  const [opened, setOpened] = useState<boolean>();
  const unread = data?.pages[0]?.unread ?? 0;
  useShortcuts([{ keys: 'g n', label: 'notices.title', run: () => setOpened(true) }]);
  return (
    <>
      <UnstyledButton
        className={searchClasses.button}
        aria-expanded={opened ?? false}
        onClick={() => setOpened(!opened)}
        onPointerEnter={() => void loadInbox()}
      >
        <IconBell size={17} stroke={1.7} aria-hidden />
        <span>{t('notices.title')}</span>
        {unread > 0 && (
          <b className={classes.count} aria-hidden>
            {unread > mostShown ? `${mostShown}+` : unread}
          </b>
        )}
      </UnstyledButton>
      <span className="visually-hidden" role="status">
        {data && t('notices.unread', { count: unread })}
      </span>
      {opened !== undefined && (
        <Suspense>
          <NoticeInbox opened={opened} onClose={() => setOpened(false)} />
        </Suspense>
      )}
    </>
  );
}
