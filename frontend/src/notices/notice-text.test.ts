import { describe, expect, it } from 'vitest';
import { formatFor } from '../i18n/format.ts';
import type { Translate } from '../i18n/i18n.ts';
import { byDay, noticePlace, noticeText } from './notice-text.ts';
import type { Notice } from './notices-query.ts';

const id = 'a'.repeat(24);
const notice = (over: Partial<Notice>): Notice => ({
  id,
  kind: 'lead_assigned',
  record: { entity: 'lead', id, name: 'Clara', deleted: false },
  count: 1,
  taskId: null,
  data: {},
  at: '2026-11-26T12:00:00Z',
  readAt: null,
  ...over,
});
/** What is said, and with which values. */
const said: Translate = (key, values) => `${key} ${JSON.stringify(values ?? null)}`;
const text = (over: Partial<Notice>) => noticeText(notice(over), said, formatFor('en'));

describe('a notice', () => {
  it('is said with the name of its record, and money in its own currency', () => {
    expect(text({})).toContain('"name":"Clara"');
    const won = text({ kind: 'deal_won', data: { amountCents: 123_400, currency: 'USD' } });
    expect(won).toContain('"amount":"$1,234.00"');
  });

  it('says nothing of a record that is out of reach, and still what is one’s own', () => {
    expect(text({ record: null, count: 0 })).toBe('notices.outOfReach null');
    expect(text({ record: null, count: 0, kind: 'email_failed', data: { subject: 'Oferta' } })).toContain(
      'Oferta',
    );
  });

  it('of several records says how many, and leads to the list of one’s own', () => {
    const several = { record: null, count: 12 } as const;
    expect(text(several)).toContain('"count":12');
    expect(noticePlace(notice(several))).toBe('/leads?owner=%5B%22%40me%22%5D');
    expect(noticePlace(notice({ ...several, kind: 'deal_assigned' }))).toMatch(/^\/deals\?owner=/);
    // A count of its own is not that of records.
    expect(text({ kind: 'task_overdue', record: null, count: 0, data: { count: 4 } })).toContain('"count":4');
  });

  it('leads to what it is about, where that is', () => {
    const place = (over: Partial<Notice>) => noticePlace(notice(over));
    expect(place({})).toBe(`/leads/${id}`);
    expect(place({ record: { entity: 'lead', id, name: 'Clara', deleted: true } })).toBeUndefined();
    expect(place({ record: null, count: 0 })).toBeUndefined();
    expect(place({ kind: 'task_due', record: null, count: 0, taskId: id })).toBe(`/tasks?task=${id}`);
    expect(place({ kind: 'ai_failing', record: null, count: 0 })).toBe('/settings/ai');
  });

  it('stands under its day', () => {
    const at = (hour: number, day: number) => new Date(2026, 10, day, hour).toISOString();
    const list = [at(1, 26), at(0, 26), at(23, 25)].map((moment) => notice({ at: moment }));
    const days = byDay(list).map(({ key, notices }) => [key, notices.length]);
    expect(days).toEqual([
      ['2026-11-26', 2],
      ['2026-11-25', 1],
    ]);
  });
});
