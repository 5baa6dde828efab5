import type { Document } from 'mongodb';
import { z } from 'zod';
import type { AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import { invalid } from '../problem.ts';

/** An order: one field of the allow-list, then the id, so that it is total and a page has one place to go on from. */
export interface Order {
  readonly path: string;
  readonly direction: 1 | -1;
}

const cursorSchema = z.tuple([
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.strictObject({ date: z.number() })]),
  idSchema,
]);

/** `sort=-createdAt`: a name of the list, descending with a minus in front. */
export function sortSchema<const Names extends readonly [string, ...string[]]>(
  names: Names,
  fallback: `-${Names[number]}` | Names[number],
) {
  return z.enum([...names, ...names.map((name) => `-${name}`)] as [string, ...string[]]).default(fallback);
}

export function orderOf(sort: string): Order {
  return sort.startsWith('-') ? { path: sort.slice(1), direction: -1 } : { path: sort, direction: 1 };
}

export function mongoSort({ path, direction }: Order): Record<string, 1 | -1> {
  return path === '_id' ? { _id: direction } : { [path]: direction, _id: direction };
}

/** The place after `last`, opaque to callers. */
export function cursorAfter(order: Order, last: Document): string {
  const value: unknown =
    order.path.split('.').reduce<unknown>((node, name) => (node as Document | null)?.[name], last) ?? null;
  const coded = value instanceof Date ? { date: value.getTime() } : value;
  return Buffer.from(JSON.stringify([signOf(order), coded, last._id])).toString('base64url');
}

/** The documents after a cursor. A cursor of another order, or a forged one, is a validation problem. */
export function afterCursor(order: Order, cursor: string): AnyFilter {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== signOf(order))
    throw invalid('cursor', 'cursor.invalid', 'This cursor does not belong to this list and order.');
  const [, coded, id] = parsed.data;
  const value = coded !== null && typeof coded === 'object' ? new Date(coded.date) : coded;
  const { path, direction } = order;
  const beyond = direction === 1 ? '$gt' : '$lt';
  if (path === '_id') return { _id: { [beyond]: id } };
  const same = { [path]: value, _id: { [beyond]: id } };
  // Absent values sort before all others, and comparison operators do not reach across types.
  if (value === null) return direction === 1 ? { $or: [same, { [path]: { $ne: null } }] } : same;
  return { $or: [same, { [path]: { [beyond]: value } }, ...(direction === -1 ? [{ [path]: null }] : [])] };
}

function signOf({ path, direction }: Order): string {
  return direction === 1 ? path : `-${path}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
