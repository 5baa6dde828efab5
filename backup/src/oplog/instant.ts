import { Timestamp } from 'bson';
import { BackupError } from '../errors.ts';
import { bsonType, type Field } from './raw-document.ts';

/** An instant of a server's clock: seconds since 1970, and the count within the second, from 1. */
export interface Instant {
  readonly t: number;
  readonly i: number;
}

export const compareInstants = (a: Instant, b: Instant): number => a.t - b.t || a.i - b.i;
export const isAfter = (a: Instant, b: Instant): boolean => compareInstants(a, b) > 0;
export const laterOf = (a: Instant, b: Instant): Instant => (isAfter(a, b) ? a : b);

export const toTimestamp = ({ t, i }: Instant): Timestamp => new Timestamp({ t, i });
export const fromTimestamp = (time: Timestamp): Instant => ({ t: time.high >>> 0, i: time.low >>> 0 });

/** Undefined when the field is no timestamp. */
export function instantIn(field: Field | undefined): Instant | undefined {
  if (field?.type !== bsonType.timestamp) return undefined;
  const bytes = Buffer.from(field.value.buffer, field.value.byteOffset, 8);
  return { i: bytes.readUInt32LE(0), t: bytes.readUInt32LE(4) };
}

const WIDTH = 8;
const HEX = /^[0-9a-f]{16}$/;

/** 16 hex digits that sort as time does. */
export const toHex = ({ t, i }: Instant): string =>
  t.toString(16).padStart(WIDTH, '0') + i.toString(16).padStart(WIDTH, '0');

export const fromHex = (text: string): Instant | undefined =>
  HEX.test(text)
    ? { t: Number.parseInt(text.slice(0, WIDTH), 16), i: Number.parseInt(text.slice(WIDTH), 16) }
    : undefined;

/** For people, in UTC. */
export const describeInstant = ({ t }: Instant): string =>
  new Date(t * 1000).toISOString().replace('.000Z', 'Z');

const ZONE = /(Z|[+-]\d\d:?\d\d)$/;
const ORDINAL = /^(\d{9,10})(?::(\d{1,9}))?$/;

/**
 * The instant that a person means: a date and a time with its zone (`2026-11-24T14:03Z`, `2026-11-24T15:03:20+01:00`), or seconds and count as
 * mongorestore's `--oplogLimit` has them (`1764000000:3`). What happened before it is restored; what happened in that second, or by that
 * count, is not.
 * @throws {BackupError} `settings.invalid`
 */
export function parseInstant(text: string): Instant {
  const [, seconds, count] = ORDINAL.exec(text) ?? [];
  if (seconds !== undefined) return { t: Number(seconds), i: Number(count ?? 0) };
  const time = ZONE.test(text) && text.includes('T') ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new BackupError({
      code: 'settings.invalid',
      message: `"${text}" is not a point in time.`,
      hint: 'Give date, time and zone, as 2026-11-24T14:03Z or 2026-11-24T15:03:20+01:00.',
    });
  }
  return { t: Math.floor(time / 1000), i: 0 };
}
