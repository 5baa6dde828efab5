import { Outlet } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { Brand } from './brand.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { MainNavigation } from './main-navigation.tsx';
import { Preferences } from './preferences.tsx';
import classes from './shell.module.css';

/** The frame of every screen: where to go on the left (below on a phone), the screen on the right. */
export function Shell() {
  const { t } = useText();
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {t('app.skip')}
      </a>
      <header className={classes.side}>
        <Brand />
        <MainNavigation />
        <div className={classes.foot}>
          <Preferences />
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.main}>
        <ConnectionBanner />
        <Outlet />
      </main>
    </div>
  );
}
