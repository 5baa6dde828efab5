import type { Translate } from '../i18n/i18n.ts';

const known = [
  'idle.7-days',
  'idle.14-days',
  'idle.30-days',
  'stage.slow',
  'stage.rotten',
  'close-date.past',
  'close-date.missing',
  'next-task.missing',
  'contact.missing',
  'decision-maker.missing',
  'amount.missing',
] as const;

/** A risk's code in words; one that a newer server knows and we don't is shown as it is. */
export function riskText(t: Translate, code: string): string {
  const found = known.find((one) => one === code);
  return found ? t(`deals.risk.${found}`) : code;
}
