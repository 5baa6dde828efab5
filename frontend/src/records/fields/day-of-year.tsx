import { Group, NativeSelect } from '@mantine/core';
import { useText } from '../../i18n/i18n.ts';
import type { Locale } from '../../i18n/locales.ts';
import type { Frame } from './editable.tsx';
import { EditableGroup } from './group.tsx';

const two = (value: number) => String(value).padStart(2, '0');
/** A leap year, so that every day of a year is in it. */
const inYear = (day: string) => new Date(`2024-${day}T00:00:00Z`);

/** `05-23` → "23 de maio". */
export const dayOfYearText = (day: string, locale: Locale): string =>
  new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(inYear(day));

/** A day of every year, such as a birthday: month and day, `05-23`. */
export function EditableDayOfYear(frame: Frame<string | null>) {
  const { t, locale } = useText();
  const monthName = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  const months = Array.from({ length: 12 }, (_, index) => ({
    value: two(index + 1),
    label: monthName.format(inYear(`${two(index + 1)}-01`)),
  }));
  const daysIn = (month: string) => new Date(Date.UTC(2024, Number(month), 0)).getUTCDate();
  return (
    <EditableGroup {...frame}>
      {({ value, set }) => {
        const [month = '', day = '01'] = value?.split('-') ?? [];
        const days = Array.from({ length: daysIn(month || '01') }, (_, index) => two(index + 1));
        const choose = (nextMonth: string, nextDay: string) =>
          set(nextMonth === '' ? null : `${nextMonth}-${two(Math.min(Number(nextDay), daysIn(nextMonth)))}`);
        return (
          <Group gap={6} grow>
            <NativeSelect
              size="xs"
              autoFocus
              aria-label={t('fields.month')}
              data={[{ value: '', label: '—' }, ...months]}
              value={month}
              onChange={(event) => choose(event.currentTarget.value, day)}
            />
            <NativeSelect
              size="xs"
              aria-label={t('fields.day')}
              data={days}
              disabled={month === ''}
              value={day}
              onChange={(event) => choose(month, event.currentTarget.value)}
            />
          </Group>
        );
      }}
    </EditableGroup>
  );
}
