import { useMemo } from 'react';
import type { Money } from '../money/money.ts';
import { useText } from './i18n.ts';
import type { Locale } from './locales.ts';

/** Ways of writing values in a language; times are shown in the browser's time zone. */
export interface Format {
  /** An amount of a currency: 123456 cents BRL → "R$ 1.234,56". */
  money(money: Money): string;
  /** The same for columns: from a thousand on shortened ("R$ 1,2 mi"), under it whole ("R$ 0,10", "R$ 12"). */
  moneyShort(money: Money): string;
  number(value: number): string;
  /** 0.425 → "43%". */
  percent(fraction: number): string;
  date(value: string | Date): string;
  /** A calendar day without a time, `2026-12-31`; the same day in every time zone. */
  day(value: string): string;
  /** The same, short: "31 de dez.". */
  dayShort(value: string): string;
  dateTime(value: string | Date): string;
  time(value: string | Date): string;
  /** A number of bytes: 1572864 → "1,5 MB", 100 → "1 kB". */
  size(bytes: number): string;
  /** "há 5 minutos", "in 3 days". */
  ago(value: string | Date, now?: Date): string;
}

const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

const mebibyte = 1024 * 1024;

export function formatFor(locale: Locale): Format {
  const numberFormat = new Intl.NumberFormat(locale);
  const percentFormat = new Intl.NumberFormat(locale, { style: 'percent' });
  const dateFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const dayShortFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const dateTimeFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const timeFormat = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const agoFormat = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const currencyFormat = (currency: string, options?: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(locale, { style: 'currency', currency, ...options });
  const sizeFormat = (unit: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 });
  return {
    size: (bytes) =>
      bytes < mebibyte
        ? sizeFormat('kilobyte').format(Math.ceil(bytes / 1024))
        : sizeFormat('megabyte').format(bytes / mebibyte),
    money: ({ amountCents, currency }) => currencyFormat(currency).format(amountCents / 100),
    moneyShort: ({ amountCents, currency }) =>
      currencyFormat(
        currency,
        Math.abs(amountCents) < 100_000
          ? { trailingZeroDisplay: 'stripIfInteger' }
          : { notation: 'compact', maximumFractionDigits: 1, minimumFractionDigits: 0 },
      ).format(amountCents / 100),
    number: (value) => numberFormat.format(value),
    percent: (fraction) => percentFormat.format(fraction),
    date: (value) => dateFormat.format(new Date(value)),
    day: (value) => dayFormat.format(new Date(`${value}T00:00:00Z`)),
    dayShort: (value) => dayShortFormat.format(new Date(`${value}T00:00:00Z`)),
    dateTime: (value) => dateTimeFormat.format(new Date(value)),
    time: (value) => timeFormat.format(new Date(value)),
    ago(value, now = new Date()) {
      const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
      const step = steps.find(([, size]) => Math.abs(seconds) >= size);
      return step ? agoFormat.format(Math.trunc(seconds / step[1]), step[0]) : agoFormat.format(0, 'second');
    },
  };
}

/** The {@link Format} of the screen's language. */
export function useFormat(): Format {
  const { locale } = useText();
  return useMemo(() => formatFor(locale), [locale]);
}
