import { z } from 'zod';
import type { AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';

/** What filters may need to know about who asks. */
export interface FilterContext {
  userId: string | null;
  /** Start and end of the day in the organisation's time zone. */
  today: { start: Date; end: Date };
  now: Date;
}

/** A value given in a filter, still to be read for who asks: `@me` is somebody else for everyone. */
type Value =
  | string
  | number
  | boolean
  | Date
  | null
  | { special: '@me' | '@unassigned' | '@today' | '@overdue' };

export interface FilterField {
  readonly value: z.ZodType<Value, string>;
  /** Where it is stored; the name itself unless said. */
  readonly path?: string;
  /** Whether `contains` makes sense. */
  readonly text?: boolean;
}

const special = <Word extends '@me' | '@unassigned' | '@today' | '@overdue'>(word: Word) =>
  z.literal(word).transform(() => ({ special: word }));
const text = z.string().max(200);

/** The kinds of fields that lists can filter by. */
export const field = {
  word: <const Words extends readonly [string, ...string[]]>(words: Words): FilterField => ({
    value: z.enum(words),
  }),
  text: (path?: string): FilterField => ({ value: text, path, text: true }),
  id: (path?: string): FilterField => ({
    value: z.union([special('@me'), special('@unassigned'), idSchema]),
    path,
  }),
  number: (path?: string): FilterField => ({
    value: text.regex(/^-?\d{1,15}(\.\d{1,6})?$/, 'must be a number').transform(Number),
    path,
  }),
  date: (path?: string): FilterField => ({
    value: z.union([
      special('@today'),
      special('@overdue'),
      z.union([z.iso.date(), z.iso.datetime({ offset: true })]).transform((iso) => new Date(iso)),
    ]),
    path,
  }),
  flag: (path?: string): FilterField => ({
    value: z.enum(['true', 'false']).transform((word) => word === 'true'),
    path,
  }),
} as const;

/** Several values, separated by commas. */
function listOf(field: FilterField) {
  return z
    .string()
    .max(2000)
    .transform((given, context) => {
      const values: Value[] = [];
      for (const item of given.split(',')) {
        const parsed = field.value.safeParse(item.trim());
        if (parsed.success) values.push(parsed.data);
        else context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'is not valid' });
      }
      return values;
    });
}

function conditionOf(field: FilterField) {
  const one = field.value.optional();
  const many = listOf(field);
  return z.union([
    many.transform((values) => ({ in: values })),
    z.strictObject({
      eq: one,
      in: many.optional(),
      nin: many.optional(),
      gte: one,
      lte: one,
      exists: z.enum(['true', 'false']).optional(),
      ...(field.text && { contains: z.string().min(1).max(100).optional() }),
    }),
  ]);
}

interface Condition {
  eq?: Value;
  in?: Value[];
  nin?: Value[];
  gte?: Value;
  lte?: Value;
  exists?: 'true' | 'false';
  contains?: string;
}

/** The `filter[…]` parameters of a list: only the declared fields and operators, only values of the right kind. */
export function filterSchema(fields: Record<string, FilterField>) {
  const shape = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, conditionOf(field).optional()]),
  );
  return z
    .strictObject(shape)
    .optional()
    .meta({ description: 'filter[field]=a,b or filter[field][eq|in|nin|gte|lte|exists|contains]=value' });
}

/** Translates parsed filters into a query. Values are typed by now, so no operator of the caller gets through. */
export function toMongoFilter(
  filter: Record<string, unknown> | undefined,
  fields: Record<string, FilterField>,
  context: FilterContext,
): AnyFilter {
  const clauses = Object.entries(filter ?? {}).flatMap(([name, condition]) =>
    condition === undefined ? [] : clausesOf(fields[name]?.path ?? name, condition as Condition, context),
  );
  return clauses.length === 0 ? {} : clauses.length === 1 ? clauses[0]! : { $and: clauses };
}

function clausesOf(path: string, condition: Condition, context: FilterContext): AnyFilter[] {
  const clauses: AnyFilter[] = [];
  const equal = [...(condition.in ?? []), ...(condition.eq === undefined ? [] : [condition.eq])];
  if (equal.length > 0) clauses.push(anyOf(path, equal, context));
  if (condition.nin) clauses.push({ $nor: [anyOf(path, condition.nin, context)] });
  if (condition.gte !== undefined) clauses.push({ [path]: { $gte: bound(condition.gte, 'start', context) } });
  if (condition.lte !== undefined) clauses.push({ [path]: { $lte: bound(condition.lte, 'end', context) } });
  if (condition.exists) clauses.push({ [path]: condition.exists === 'true' ? { $ne: null } : null });
  if (condition.contains)
    clauses.push({ [path]: { $regex: escapeRegex(condition.contains), $options: 'i' } });
  return clauses;
}

function anyOf(path: string, values: Value[], context: FilterContext): AnyFilter {
  const plain: unknown[] = [];
  const ranges: AnyFilter[] = [];
  for (const value of values) {
    if (!isSpecial(value)) plain.push(value);
    else if (value.special === '@me') plain.push(context.userId ?? 'nobody');
    else if (value.special === '@unassigned') plain.push(null);
    else if (value.special === '@today')
      ranges.push({ [path]: { $gte: context.today.start, $lt: context.today.end } });
    else ranges.push({ [path]: { $lt: context.now } });
  }
  const clauses = [
    ...(plain.length > 0 ? [{ [path]: plain.length === 1 ? plain[0] : { $in: plain } }] : []),
    ...ranges,
  ];
  return clauses.length === 1 ? clauses[0]! : { $or: clauses };
}

function bound(value: Value, edge: 'start' | 'end', { today, now, userId }: FilterContext): unknown {
  if (!isSpecial(value)) return value;
  if (value.special === '@today') return today[edge];
  return value.special === '@overdue' ? now : userId;
}

function isSpecial(value: Value): value is Extract<Value, { special: string }> {
  return typeof value === 'object' && value !== null && !(value instanceof Date);
}

export function escapeRegex(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
