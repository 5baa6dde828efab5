import { Link } from '@tanstack/react-router';
import { useText } from '../i18n/i18n.ts';
import classes from './shell.module.css';

export function Brand() {
  const { t } = useText();
  return (
    <Link to="/" className={classes.brand}>
      <BrandMark />
      <span>{t('app.name')}</span>
    </Link>
  );
}

/** The conductor's baton in a C; the same drawing as in index.html. */
export function BrandMark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <g strokeWidth="2.4" strokeLinecap="round">
        <path d="M19 7.5a8 8 0 1 0 0 9" />
        <path d="M12 12 20 4.6" />
      </g>
      <circle cx="12" cy="12" r="1.6" fill="currentColor" />
    </svg>
  );
}
