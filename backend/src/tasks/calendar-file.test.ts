import { expect, it } from 'vitest';
import { type CalendarEntry, calendarFile } from './calendar-file.ts';

const entry: CalendarEntry = {
  uid: 'one@crm.example',
  sequence: 2,
  changedAt: new Date('2026-01-30T08:00:00.000Z'),
  title: 'Ligar',
  note: null,
  url: 'https://crm.example/tasks',
  when: { at: new Date('2026-01-31T12:00:00.000Z'), minutes: 45 },
  reminderMin: 15,
};
const linesOf = (text: string) => text.replaceAll('\r\n ', '').split('\r\n');

it('writes times in UTC, a reminder before them, and lines that end as the format wants', () => {
  const text = calendarFile('Tarefas', [entry]);
  expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  expect(linesOf(text)).toEqual(
    expect.arrayContaining([
      'X-WR-CALNAME:Tarefas',
      'UID:one@crm.example',
      'SEQUENCE:2',
      'DTSTAMP:20260130T080000Z',
      'DTSTART:20260131T120000Z',
      'DTEND:20260131T124500Z',
      'TRIGGER:-PT15M',
    ]),
  );
});

it('writes a whole day as a day that ends with the next, also at the end of a year', () => {
  const lines = linesOf(calendarFile('x', [{ ...entry, when: { day: '2026-12-31' }, reminderMin: null }]));
  expect(lines).toContain('DTSTART;VALUE=DATE:20261231');
  expect(lines).toContain('DTEND;VALUE=DATE:20270101');
  expect(lines).not.toContain('BEGIN:VALARM');
});

it('keeps what somebody typed a text: no line of it becomes a line of the calendar', () => {
  const title = 'Pão; café, e \\ leite\r\nEND:VEVENT\nATTACH:evil';
  const lines = linesOf(calendarFile('x', [{ ...entry, title, note: 'a\nb' }]));
  expect(lines).toContain('SUMMARY:Pão\\; café\\, e \\\\ leite\\nEND:VEVENT\\nATTACH:evil');
  expect(lines).toContain('DESCRIPTION:a\\nb');
  expect(lines.filter((line) => line === 'END:VEVENT')).toHaveLength(1);
});

it('folds long lines at 75 bytes, never inside a letter', () => {
  const title = 'ação😀'.repeat(40);
  const text = calendarFile('x', [{ ...entry, title }]);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(linesOf(text)).toContain(`SUMMARY:${title}`);
});
