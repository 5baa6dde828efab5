import type { Translate } from '../i18n/i18n.ts';

/** Minutes in the largest unit that tells: "12 min", "3 h", "2 dias". */
export function durationText(t: Translate, minutes: number): string {
  if (minutes < 60) return t('duration.minutes', { count: Math.max(1, Math.round(minutes)) });
  if (minutes < 48 * 60) return t('duration.hours', { count: Math.round(minutes / 60) });
  return t('duration.days', { count: Math.round(minutes / 1440) });
}
