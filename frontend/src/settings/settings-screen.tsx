import { Link, Outlet } from '@tanstack/react-router';
import type { MessageKey } from '../i18n/catalog.ts';
import { useText } from '../i18n/i18n.ts';
import { useMe } from '../session/use-me.ts';
import { PageHeader } from '../ui/page-header.tsx';
import classes from './settings.module.css';

const sections = [
  { to: '/settings/profile', label: 'settings.profile' },
  { to: '/settings/notifications', label: 'settings.notifications' },
  { to: '/settings/people', label: 'settings.team', needs: 'administer' },
  { to: '/settings/organisation', label: 'settings.organisation', needs: 'administer' },
  { to: '/settings/pipeline', label: 'settings.pipeline', needs: 'configure' },
  { to: '/settings/email', label: 'settings.email', needs: 'administer' },
  { to: '/settings/ai', label: 'settings.ai', needs: 'administer' },
  { to: '/settings/automations', label: 'settings.automations', needs: 'administer' },
  { to: '/settings/keys', label: 'settings.keys', needs: 'administer' },
  { to: '/settings/audit', label: 'settings.audit', needs: 'administer' },
  { to: '/settings/trash', label: 'trash.title' },
] as const satisfies { to: string; label: MessageKey; needs?: string }[];

/** The settings a person may see, side by side with the chosen one. */
export function SettingsScreen() {
  const { t } = useText();
  const { capabilities } = useMe();
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <div className={classes.settings}>
        <nav aria-label={t('settings.title')}>
          {sections
            .filter((section) => !('needs' in section) || capabilities.includes(section.needs))
            .map(({ to, label }) => (
              <Link key={to} to={to}>
                {t(label)}
              </Link>
            ))}
        </nav>
        <div className={classes.section}>
          <Outlet />
        </div>
      </div>
    </>
  );
}
