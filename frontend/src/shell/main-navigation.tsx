import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import { destinations } from './navigation.ts';
import classes from './shell.module.css';

export function MainNavigation() {
  const { t } = useText();
  return (
    <nav aria-label={t('nav.label')} className={classes.navArea}>
      <ul className={classes.nav}>
        {destinations.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className={classes.link}>
              <Icon size={19} stroke={1.7} aria-hidden />
              {t(label)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
