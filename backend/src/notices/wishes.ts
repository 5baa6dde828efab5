import { z } from 'zod';
import { momentIn } from '../http/filter-context.ts';
import { dateFormat } from '../texts/formats.ts';

/** Where a notice goes: nowhere, into the inbox, also into the morning's e-mail, or also by e-mail at once. */
export const channels = ['off', 'app', 'digest', 'email'] as const;
export type Channel = (typeof channels)[number];

const channel = z.enum(channels);

/** Every kind of notice, and where it goes while nobody chose otherwise. */
const channelByKind = z.strictObject({
  lead_assigned: channel.default('email'),
  deal_assigned: channel.default('digest'),
  hot_lead: channel.default('email'),
  task_due: channel.default('app'),
  task_overdue: channel.default('app'),
  mention: channel.default('email'),
  email_clicked: channel.default('digest'),
  email_failed: channel.default('email'),
  email_bounced: channel.default('email'),
  deal_won: channel.default('digest'),
  deal_at_risk: channel.default('digest'),
  deal_idle: channel.default('digest'),
  ai_failing: channel.default('email'),
  mail_failing: channel.default('app'),
});

export const noticeKinds = Object.keys(channelByKind.shape) as [NoticeKind, ...NoticeKind[]];
export type NoticeKind = keyof typeof channelByKind.shape;

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);

/** What somebody wants to be told of, and when not by e-mail. Times are those of the person's time zone. */
export const noticeWishes = z.strictObject({
  channels: channelByKind.prefault({}),
  quiet: z
    .strictObject({ from: clock, to: clock })
    .nullable()
    .default({ from: '20:00', to: '07:00' })
    .describe('E-mails wait until these hours are over'),
  digest: z.boolean().default(true).describe('An e-mail at 07:00 on weekdays with what the day brings'),
});
export type NoticeWishes = z.output<typeof noticeWishes>;

/** The clock on somebody's wall: the day as ISO 8601, hours and minutes, and whether it is Monday to Friday. */
export function wallClock(timeZone: string, now: Date): { day: string; time: string; weekday: boolean } {
  const written = dateFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const of = (type: string) => written.find((part) => part.type === type)?.value ?? '';
  return {
    day: dateFormat('sv', { timeZone }).format(now),
    time: `${of('hour')}:${of('minute')}`,
    weekday: !['Sat', 'Sun'].includes(of('weekday')),
  };
}

/** When the quiet hours are over that `now` is in; null when it is not in any. They may go past midnight. */
export function quietUntil(quiet: NoticeWishes['quiet'], timeZone: string, now: Date): Date | null {
  if (quiet === null || quiet.from === quiet.to) return null;
  const { from, to } = quiet;
  const { day, time } = wallClock(timeZone, now);
  const overNight = from > to;
  const isQuiet = overNight ? time >= from || time < to : time >= from && time < to;
  if (!isQuiet) return null;
  return momentIn(overNight && time >= from ? nextDay(day) : day, to, timeZone);
}

const nextDay = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
