import type { Format } from '../i18n/format.ts';
import type { Translate } from '../i18n/i18n.ts';
import { currencies } from '../money/money.ts';
import { placeOf } from '../search/place.ts';
import type { Notice, NoticeKind } from './notices-query.ts';

/** Kinds that are about a record, without which there is nothing to say. */
const aboutRecord: ReadonlySet<NoticeKind> = new Set([
  'lead_assigned',
  'deal_assigned',
  'hot_lead',
  'mention',
  'deal_won',
  'deal_at_risk',
  'deal_idle',
]);

/** A notice as a sentence in the language of the screen. */
export function noticeText({ kind, record, count, data }: Notice, t: Translate, format: Format): string {
  if (count === 0 && aboutRecord.has(kind)) return t('notices.outOfReach');
  const values = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, value ?? '']));
  const { amountCents } = data;
  const currency = currencies.find((one) => one === data.currency);
  const amount = currency && typeof amountCents === 'number' ? format.money({ amountCents, currency }) : '';
  return t(`notice.${kind}`, { count, ...values, amount, name: record?.name ?? '' });
}

/** Where the client shows what a notice is about; undefined where there is no such place. */
export function noticePlace({ kind, record, count, taskId }: Notice): string | undefined {
  if (taskId) return `/tasks?task=${taskId}`;
  if (kind === 'task_overdue') return '/tasks';
  if (kind === 'ai_failing') return '/settings/ai';
  if (kind === 'mail_failing') return '/settings/email';
  if (count > 1)
    return `/${kind === 'deal_assigned' ? 'deals' : 'leads'}?owner=${encodeURIComponent('["@me"]')}`;
  return record && !record.deleted ? placeOf(record) : undefined;
}

/** Notices by the day of this browser's time zone on which they came, in the order given; `key` is that day. */
export function byDay(notices: readonly Notice[]): { key: string; notices: Notice[] }[] {
  const days = Map.groupBy(notices, ({ at }) => dayOf(new Date(at)));
  return [...days].map(([key, of]) => ({ key, notices: of }));
}

/** Sweden writes a day as ISO 8601 does. */
export const dayOf = (moment: Date): string => new Intl.DateTimeFormat('sv').format(moment);
