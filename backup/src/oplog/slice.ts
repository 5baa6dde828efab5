import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { BackupError, hasCode } from '../errors.ts';
import { oplogFolder, type Scope } from '../layout.ts';
import { openJson, sealJson } from '../sealed-json.ts';
import { signatureSchema } from '../signature.ts';
import type { Store } from '../stores/store.ts';
import { compareInstants, fromHex, type Instant, toHex } from './instant.ts';

const count = z.int().nonnegative();
const instantSchema = z.object({ t: count, i: count });

/** What is known of a slice; it lies beside its data, and is written when these are stored. */
const sliceSchema = z.looseObject({
  format: z.literal('conductor-oplog/1'),
  project: z.string(),
  environment: z.string(),
  /** It has all changes after this instant … */
  after: instantSchema,
  /** … up to this one. */
  upTo: instantSchema,
  /** SHA-256 of the server's entry of that instant: who goes on from here, on another day, finds the same one there or goes on with another history. */
  last: z.string(),
  /** How many. */
  entries: count,
  /** Databases whose changes it has; null: all of applications. */
  databases: z.array(z.string()).nullable(),
  source: z.object({ version: z.string(), embedded: z.boolean(), replicaSet: z.string().nullable() }),
  shippedAt: z.iso.datetime(),
  /** The entries one after another, in gzip, as the `oplog.bson` of mongodump; null when nothing had changed. */
  data: z
    .object({ key: z.string(), size: count, sha256: z.string(), recipients: z.array(z.string()).nullable() })
    .nullable(),
  /** Of everything before it. */
  signature: signatureSchema.optional(),
});
export type Slice = z.infer<typeof sliceSchema>;

/** A slice as the name of its record tells of it. */
export interface ListedSlice {
  readonly key: string;
  readonly after: Instant;
  readonly upTo: Instant;
}

const NAME = /\/([0-9a-f]{16})-([0-9a-f]{16})-[0-9a-f]{6}\.(json|bson\.gz|bson\.gz\.age)$/;

/** Up to when the changes in a record or its data are, by its name. */
export const endOf = (key: string): Instant | undefined => fromHex(NAME.exec(key)?.[2] ?? '');

const dayOf = ({ t }: Instant): string => new Date(t * 1000).toISOString().slice(0, 10);

/** Where a new slice goes: `…/2026-11-26/AFTER-UPTO-RANDOM`, so that two writers are never in each other's way. */
export function newSliceKeys(
  scope: Scope,
  { after, upTo }: Pick<Slice, 'after' | 'upTo'>,
  encrypted: boolean,
): { readonly record: string; readonly data: string } {
  const name = `${oplogFolder(scope)}${dayOf(upTo)}/${toHex(after)}-${toHex(upTo)}-${randomBytes(3).toString('hex')}`;
  return { record: `${name}.json`, data: `${name}.bson.gz${encrypted ? '.age' : ''}` };
}

/** Writes the record of a slice whose data are stored, and reads it back. @throws {BackupError} `manifest.not-kept` */
export async function writeSlice(store: Store, key: string, slice: Slice): Promise<void> {
  const { signature: _, ...content } = sliceSchema.parse(slice);
  const body = sealJson(content, store.signing?.signer);
  await store.write(key, body, { absent: true });
  const kept = await store.read(key).then(
    (found) => found.body === body,
    (error) => {
      if (hasCode(error, 'store.missing')) return false;
      throw error;
    },
  );
  if (kept) return;
  throw new BackupError({
    code: 'manifest.not-kept',
    message: `${store.name} says that it has ${key}, and gives back something else.`,
    hint: 'It is shipped again with the next; do not trust this store if it happens again.',
  });
}

/**
 * Reads the record of a slice.
 * @throws {BackupError} `manifest.invalid` when it can't be trusted, or nobody knows who made it
 */
export async function readSlice(store: Store, scope: Scope, listed: ListedSlice): Promise<Slice> {
  const { key } = listed;
  const { body } = await store.read(key);
  const invalid = (why: string, cause?: unknown) =>
    new BackupError({
      code: 'manifest.invalid',
      message: `The slice of changes ${key} can't be trusted: ${why}.`,
      hint: 'Who can write the store may have made it. Give the key that signed it (BACKUP_SIGNING_KEY), or restore a point in time before it.',
      cause,
    });
  let slice: Slice;
  let unsigned: string | undefined;
  try {
    ({ content: slice, unsigned } = openJson(body, sliceSchema, store.signing));
  } catch (cause) {
    throw invalid((cause as Error).message, cause);
  }
  if (unsigned !== undefined) throw invalid(unsigned);
  const isWhereItBelongs =
    slice.project === scope.project &&
    slice.environment === scope.environment &&
    compareInstants(slice.after, listed.after) === 0 &&
    compareInstants(slice.upTo, listed.upTo) === 0 &&
    (slice.data === null || slice.data.key.startsWith(key.slice(0, -'json'.length)));
  if (!isWhereItBelongs) throw invalid('it belongs elsewhere');
  return slice;
}

/** The slices of the days from one instant to another (each left out: all), oldest first, by the names of their records. */
export async function listSlices(
  store: Store,
  scope: Scope,
  { from, to }: { readonly from?: Instant; readonly to?: Instant } = {},
): Promise<ListedSlice[]> {
  const found: ListedSlice[] = [];
  const prefixes =
    from && to ? days(from, to).map((day) => `${oplogFolder(scope)}${day}/`) : [oplogFolder(scope)];
  for (const prefix of prefixes) {
    for await (const { key } of store.list(prefix)) {
      const [, after, upTo, kind] = NAME.exec(key) ?? [];
      if (after === undefined || upTo === undefined || kind !== 'json') continue;
      const slice = { key, after: fromHex(after)!, upTo: fromHex(upTo)! };
      if ((from && slice.upTo.t < from.t) || (to && slice.after.t > to.t)) continue;
      found.push(slice);
    }
  }
  return found.sort((a, b) => compareInstants(a.after, b.after) || compareInstants(a.upTo, b.upTo));
}

const DAY = 86_400;

/** A slice lies in the day of its end, which may be the day after the last one asked for. */
function days(from: Instant, to: Instant): string[] {
  const found: string[] = [];
  for (let t = from.t - (from.t % DAY); t <= to.t + DAY; t += DAY) found.push(dayOf({ t, i: 0 }));
  return found;
}
