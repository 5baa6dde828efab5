import type { MessageKey } from '../i18n/catalog.ts';

/** One thing that a list can be narrowed by, and the API's name of it. */
export type FilterField = { label: MessageKey; field: string } & (
  | { kind: 'choices'; values: readonly string[]; text?(value: string): MessageKey }
  /** Owners: people, oneself (`@me`), nobody (`@unassigned`). */
  | { kind: 'people' }
  /** Words that somebody types, such as tags. */
  | { kind: 'words' }
  | { kind: 'stages' }
  /** `money`: whole units of the currency, which the API takes as cents. */
  | { kind: 'range'; of: 'number' | 'money' }
  /** `moment`: of a time, from the first moment of a day to the last of one, where the reader is. `day`: of a calendar day. */
  | { kind: 'period'; of: 'moment' | 'day' }
);
export type FilterFields = Readonly<Record<string, FilterField>>;

export interface Range {
  min?: number;
  max?: number;
}

/** So many days back from today or on from it, today included; or from one day to another. */
export interface Period {
  last?: number;
  next?: number;
  from?: string;
  to?: string;
}

type ValueOf<Field> = Field extends { kind: 'range' }
  ? Range
  : Field extends { kind: 'period' }
    ? Period
    : string[];
export type FilterValues<Fields extends FilterFields> = {
  [Name in keyof Fields]?: ValueOf<Fields[Name]>;
};

const mostValues = 30;
const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e12;
const isDays = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 366;

/** The filters that an address names; what it names wrongly is dropped. */
export function parseFilters<Fields extends FilterFields>(
  fields: Fields,
  search: Record<string, unknown>,
): FilterValues<Fields> {
  const values = Object.entries(fields).flatMap(([name, field]) => {
    const value = parse(field, search[name]);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(values) as FilterValues<Fields>;
}

function parse(field: FilterField, given: unknown): string[] | Range | Period | undefined {
  switch (field.kind) {
    case 'range': {
      const { min, max } = parts(given);
      return some({ ...(isAmount(min) && { min }), ...(isAmount(max) && { max }) });
    }
    case 'period': {
      const { last, next, from, to } = parts(given);
      if (isDays(last)) return { last };
      if (isDays(next)) return { next };
      return some({ ...(isDay(from) && { from }), ...(isDay(to) && { to }) });
    }
    default: {
      const words = Array.isArray(given) ? given.filter((one) => isChoice(field, one)) : [];
      return words.length > 0 ? [...new Set(words as string[])].slice(0, mostValues) : undefined;
    }
  }
}

const parts = (given: unknown): Record<string, unknown> =>
  typeof given === 'object' && given !== null ? (given as Record<string, unknown>) : {};
const some = <Value extends object>(value: Value): Value | undefined =>
  Object.keys(value).length > 0 ? value : undefined;

function isChoice(field: FilterField, given: unknown): given is string {
  if (typeof given !== 'string') return false;
  if (field.kind === 'choices') return field.values.includes(given);
  if (field.kind === 'words') return given.trim() !== '' && given.length <= 60 && !given.includes(',');
  return /^([0-9a-f]{24}|@me|@unassigned)$/.test(given);
}

/** The `filter[…]` parameters of the API for some values. */
export function filterQuery<Fields extends FilterFields>(
  fields: Fields,
  values: FilterValues<Fields>,
  now = new Date(),
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const value = values[name as keyof Fields];
      return value === undefined ? [] : asked(field, value, now);
    }),
  );
}

function asked(field: FilterField, value: string[] | Range | Period, now: Date): [string, string][] {
  const name = `filter[${field.field}]`;
  const bounds = (from: string | undefined, to: string | undefined): [string, string][] => [
    ...(from === undefined ? [] : [[`${name}[gte]`, from] satisfies [string, string]]),
    ...(to === undefined ? [] : [[`${name}[lte]`, to] satisfies [string, string]]),
  ];
  switch (field.kind) {
    case 'range': {
      const unit = field.of === 'money' ? 100 : 1;
      const { min, max } = value as Range;
      const number = (one: number | undefined) =>
        one === undefined ? undefined : String(Math.round(one * unit));
      return bounds(number(min), number(max));
    }
    case 'period': {
      const { from, to } = daysOf(value as Period, now);
      if (field.of === 'day') return bounds(from, to);
      // Days begin and end where the reader is.
      const moment = (day: string | undefined, time: string) =>
        day === undefined ? undefined : new Date(`${day}T${time}`).toISOString();
      return bounds(moment(from, '00:00:00.000'), moment(to, '23:59:59.999'));
    }
    default:
      return [[name, (value as string[]).join(',')]];
  }
}

/** The first and the last day of a period. */
export function daysOf({ last, next, from, to }: Period, now: Date): { from?: string; to?: string } {
  const day = (offset: number) => {
    const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() + offset);
    const two = (value: number) => String(value).padStart(2, '0');
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  };
  if (last !== undefined) return { from: day(1 - last), to: day(0) };
  if (next !== undefined) return { from: day(0), to: day(next - 1) };
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}
