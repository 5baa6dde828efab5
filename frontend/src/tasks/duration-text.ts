import type { Translate } from '../i18n/i18n.ts';

/** Whole minutes as people say them: "45 min", "1 h", "1 h 30 min", "1 dia". */
export function durationText(t: Translate, minutes: number): string {
  const days = Math.floor(minutes / 1440);
  if (days > 0 && minutes % 1440 === 0) return t('tasks.duration.days', { count: days });
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`].filter(Boolean).join(' ');
}
