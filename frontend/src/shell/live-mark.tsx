import { useLiveState } from '../api/live-updates.ts';
import { useText } from '../i18n/i18n.ts';
import classes from './shell.module.css';

/** Whether changes by others appear by themselves at the moment. */
export function LiveMark() {
  const { t } = useText();
  const state = useLiveState();
  const shown = state === 'connecting' ? 'waiting' : state;
  return (
    <span className={classes.live} data-state={shown} role="status" title={t(`live.${shown}`)}>
      <span className="visually-hidden">{t(`live.${shown}`)}</span>
    </span>
  );
}
