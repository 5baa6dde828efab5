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

/** Makes a format when it is first needed, and once: a board shows hundreds of amounts, and a sign-in page none. */
function remembered<Options extends object, Made>(make: (options: Options) => Made) {
  const made = new Map<string, Made>();
  return (options: Options): Made => {
    const key = JSON.stringify(options);
    const format = made.get(key) ?? make(options);
    made.set(key, format);
    return format;
  };
}

const formats = new Map<Locale, Format>();

/** How a language writes numbers, money and dates; the same object each time. */
export function formatFor(locale: Locale): Format {
  const format = formats.get(locale) ?? makeFormat(locale);
  formats.set(locale, format);
  return format;
}

function makeFormat(locale: Locale): Format {
  const number = remembered((options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
  const date = remembered((options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
  const relative = remembered(
    (options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options),
  );
  const currencyFormat = (currency: string, options?: Intl.NumberFormatOptions) =>
    number({ style: 'currency', currency, ...options });
  const sizeFormat = (unit: string) => number({ style: 'unit', unit, maximumFractionDigits: 1 });
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
    number: (value) => number({}).format(value),
    percent: (fraction) => number({ style: 'percent' }).format(fraction),
    date: (value) => date({ dateStyle: 'medium' }).format(new Date(value)),
    day: (value) => date({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${value}T00:00:00Z`)),
    dayShort: (value) =>
      date({ day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${value}T00:00:00Z`)),
    dateTime: (value) => date({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value)),
    time: (value) => date({ timeStyle: 'short' }).format(new Date(value)),
    ago(value, now = new Date()) {
      const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
      const step = steps.find(([, size]) => Math.abs(seconds) >= size);
      const ago = relative({ numeric: 'auto' });
      return step ? ago.format(Math.trunc(seconds / step[1]), step[0]) : ago.format(0, 'second');
    },
  };
}

/** The {@link Format} of the screen's language. */
export function useFormat(): Format {
  const { locale } = useText();
  return formatFor(locale);
}
