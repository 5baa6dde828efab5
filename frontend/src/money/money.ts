import type { Deal } from '../api/schema.generated.ts';
import type { Format } from '../i18n/format.ts';
import type { Locale } from '../i18n/locales.ts';

export type Currency = Deal['currency'];

/** An amount in whole cents of one currency. Amounts of different currencies are never added up. */
export interface Money {
  amountCents: number;
  currency: Currency;
}

/** The currencies to choose from, and the ways in which people write them. */
export const currencySigns = {
  BRL: ['R$', 'BRL'],
  USD: ['US$', 'USD', '$'],
  EUR: ['€', 'EUR'],
} as const satisfies Record<Currency, string[]>;
export const currencies = Object.keys(currencySigns) as Currency[];

/** The most that the API takes. */
const mostCents = 1e14;

export type MoneyProblem = 'money.unclear' | 'money.otherCurrency' | 'money.tooMuch';

/**
 * Reads an amount as people type it: `1.234,56`, `R$ 0,1`, `1234.5`. Nothing typed is no amount (null). What could mean
 * two amounts, such as `1,234` where the comma is for cents, is refused and not guessed; so is another currency's sign.
 */
export function readMoney(
  typed: string,
  currency: Currency,
  locale: Locale,
): { cents: number | null } | { problem: MoneyProblem } {
  let text = typed.replace(/\s/g, '').toUpperCase();
  if (text === '') return { cents: null };
  const sign = Object.values(currencySigns)
    .flat()
    .find((one) => text.startsWith(one) || text.endsWith(one));
  if (sign !== undefined) {
    if (!(currencySigns[currency] as readonly string[]).includes(sign))
      return { problem: 'money.otherCurrency' };
    text = text.replace(sign, '');
  }
  const [whole, cents] = partsOf(text, locale) ?? [];
  if (whole === undefined) return { problem: 'money.unclear' };
  const amount = Number(whole) * 100 + Number((cents ?? '').padEnd(2, '0'));
  return amount > mostCents ? { problem: 'money.tooMuch' } : { cents: amount };
}

/** The digits before and after the sign for cents; nothing where it isn't clear which those are. */
function partsOf(text: string, locale: Locale): [whole: string, cents?: string] | undefined {
  const [decimal, group] = locale === 'en' ? ['.', ','] : [',', '.'];
  const own = read(text, decimal, group);
  if (own) return own;
  // As another country writes it: only where that can't be mistaken for a group of thousands of ours.
  const foreign = read(text, group, decimal);
  return foreign?.[1] === undefined ? undefined : foreign;
}

function read(text: string, decimal: string, group: string): [string, string?] | undefined {
  const found = new RegExp(`^(\\d+|\\d{1,3}(?:\\${group}\\d{3})+)(?:\\${decimal}(\\d{1,2}))?$`).exec(text);
  if (!found) return undefined;
  return [found[1]!.replaceAll(group, ''), found[2]];
}

/** An amount as it is typed, without its currency: "1234,56". */
export function typedMoney(cents: number | null, locale: Locale): string {
  if (cents === null) return '';
  const text = cents % 100 === 0 ? String(cents / 100) : (cents / 100).toFixed(2);
  return locale === 'en' ? text : text.replace('.', ',');
}

/** Sums of several currencies side by side, the given one first: "R$ 12 mil + US$ 3 mil". Nothing is zero of it. */
export function sumsText(sums: readonly Money[], first: Currency, write: Format['moneyShort']): string {
  const shown = sums.filter(({ amountCents }) => amountCents !== 0);
  if (shown.length === 0) return write({ amountCents: 0, currency: first });
  return shown
    .toSorted((a, b) => Number(b.currency === first) - Number(a.currency === first))
    .map((sum) => write(sum))
    .join(' +\u00a0');
}
