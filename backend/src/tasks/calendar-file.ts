/** One entry of a calendar; times in UTC, or a day without a time. */
export interface CalendarEntry {
  /** The same for the same thing, so that a change changes it and adds nothing. */
  uid: string;
  /** Grows with each change. */
  sequence: number;
  changedAt: Date;
  title: string;
  note: string | null;
  url: string;
  when: { at: Date; minutes: number } | { day: string };
  /** So many minutes before it. */
  reminderMin: number | null;
}

/** Lines end so; longer ones than 75 bytes go on in the next after a space (RFC 5545, 3.1). */
const lineEnd = '\r\n';
const longestLine = 75;

/** A calendar as iCalendar text (RFC 5545), as phones and mail programs subscribe to it. */
export function calendarFile(name: string, entries: readonly CalendarEntry[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Conductor CRM//Tasks//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    `X-WR-CALNAME:${escaped(name)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT15M',
    'X-PUBLISHED-TTL:PT15M',
    ...entries.flatMap(linesOf),
    'END:VCALENDAR',
  ];
  return lines.map((line) => folded(line) + lineEnd).join('');
}

function linesOf(entry: CalendarEntry): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${entry.uid}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${stamp(entry.changedAt)}`,
    ...('day' in entry.when ? wholeDay(entry.when.day) : fromTo(entry.when)),
    `SUMMARY:${escaped(entry.title)}`,
    ...(entry.note ? [`DESCRIPTION:${escaped(entry.note)}`] : []),
    `URL:${entry.url}`,
    ...(entry.reminderMin === null
      ? []
      : [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          `DESCRIPTION:${escaped(entry.title)}`,
          `TRIGGER:-PT${entry.reminderMin}M`,
          'END:VALARM',
        ]),
    'END:VEVENT',
  ];
}

function fromTo({ at, minutes }: { at: Date; minutes: number }): string[] {
  return [`DTSTART:${stamp(at)}`, `DTEND:${stamp(new Date(at.getTime() + minutes * 60_000))}`];
}

/** The end of a day is the next one, which is no longer part of it; nobody is busy all day because of a task. */
function wholeDay(day: string): string[] {
  const next = new Date(new Date(`${day}T00:00:00Z`).getTime() + 86_400_000).toISOString().slice(0, 10);
  const date = (one: string) => one.replaceAll('-', '');
  return [`DTSTART;VALUE=DATE:${date(day)}`, `DTEND;VALUE=DATE:${date(next)}`, 'TRANSP:TRANSPARENT'];
}

/** `20260131T120000Z` */
const stamp = (moment: Date): string => `${moment.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;

const escaped = (text: string): string => text.replace(/[\\;,]/g, '\\$&').replace(/\r\n|\r|\n/g, '\\n');

function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    // The space at the beginning of a further line counts.
    if (bytes + size > longestLine - (parts.length > 0 ? 1 : 0)) {
      parts.push(part);
      [part, bytes] = ['', 0];
    }
    part += character;
    bytes += size;
  }
  return [...parts, part].join(`${lineEnd} `);
}
