import { isServersOwn } from '../archive/format.ts';
import { BackupError, hasCode } from '../errors.ts';
import { inParallel } from '../in-parallel.ts';
import type { BackupId, Scope } from '../layout.ts';
import { listBackups } from '../list.ts';
import { isSigned, type Manifest } from '../manifest.ts';
import { readData } from '../read.ts';
import type { Store } from '../stores/store.ts';
import { readBson } from './bson-stream.ts';
import { chain, restorable, type Span } from './coverage.ts';
import { readEntry } from './entry.ts';
import { compareInstants, describeInstant, type Instant, isAfter } from './instant.ts';
import { type ListedSlice, listSlices, readSlice, type Slice } from './slice.ts';
import { expectSupported } from './supported.ts';

/** The changes from a backup to a point in time. */
export interface Forward {
  /** The backup is of this instant. */
  readonly from: Instant;
  /** All that happened before this instant is made again. */
  readonly before: Instant;
  /** How many slices hold them, and how many changes these have. */
  readonly slices: number;
  readonly entries: number;
  /** Fails unless every byte of them is there, is the one that was written, can be opened and read here, and can be made again. */
  check(signal?: AbortSignal): Promise<void>;
  /** The entries of the oplog, in their order. */
  read(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A backup, and the way from it to a point in time. */
export interface PointInTime {
  readonly manifest: Manifest;
  readonly forward: Forward;
}

/** Records of slices that are read at once. */
const AT_ONCE = 8;

/**
 * Finds the newest good backup (or looks at one, `from`) from which the slices lead to the state just before an instant without a gap.
 * @throws {BackupError} `oplog.gap`, with what can be restored; `oplog.none` where there are no slices
 */
export async function findPointInTime(
  store: Store,
  scope: Scope,
  before: Instant,
  identities: readonly string[],
  from?: BackupId,
): Promise<PointInTime> {
  const { backups } = await listBackups(store, scope);
  const snapshots = snapshotsOf(backups).filter(({ manifest }) => from === undefined || manifest.id === from);
  const candidates = snapshots
    .filter(({ at }) => !isAfter(at, before))
    .toSorted((a, b) => compareInstants(b.at, a.at));
  const listed = await listSlices(store, scope);
  for (const { manifest, at } of candidates) {
    const inTime = listed.filter(({ after, upTo }) => isAfter(upTo, at) && !isAfter(after, before));
    // Looked at by their names first: most backups are too old, or the slices begin later.
    if (chain(inTime, at, before) === undefined) continue;
    const known = await readAll(store, scope, inTime);
    const slices = chain(known.filter(hasAllOf(manifest)), at, before);
    if (slices !== undefined) return { manifest, forward: forwardOf(store, slices, at, before, identities) };
  }
  const spans = restorable(
    listed,
    snapshots.map(({ at }) => at),
  );
  throw nothingLeadsThere(scope, before, listed, spans);
}

/**
 * The instant up to which the changes that are kept lead: as much as can be brought back.
 * @throws {BackupError} `oplog.none`, `oplog.gap`
 */
export async function latestPointInTime(store: Store, scope: Scope): Promise<Instant> {
  const { backups } = await listBackups(store, scope);
  const upTo = (await restorableTimes(store, scope, backups)).at(-1)?.upTo;
  if (upTo !== undefined) return { t: upTo.t, i: upTo.i + 1 };
  const now = { t: Math.floor(Date.now() / 1000), i: 0 };
  throw nothingLeadsThere(scope, now, await listSlices(store, scope), []);
}

const DAY = 86_400;

/** Up to when changes were shipped, by the names of the slices of the last day; undefined when there are none of it. */
export async function changesKeptUpTo(store: Store, scope: Scope, now: Date): Promise<Instant | undefined> {
  const to = { t: Math.floor(now.getTime() / 1000), i: 0 };
  const listed = await listSlices(store, scope, { from: { t: to.t - DAY, i: 0 }, to });
  return listed
    .map(({ upTo }) => upTo)
    .toSorted(compareInstants)
    .at(-1);
}

/** The stretches of time to which the database can be brought back, oldest first. */
export async function restorableTimes(
  store: Store,
  scope: Scope,
  backups: readonly Manifest[],
): Promise<Span[]> {
  const listed = await listSlices(store, scope);
  return restorable(
    listed,
    snapshotsOf(backups).map(({ at }) => at),
  );
}

/**
 * The backups that are of one instant and proven, as they are given. One that was made before a restore may be of another server; all others will do here, also those
 * that do not count as the latest: changes are made in them until the time that was asked for.
 */
export const snapshotsOf = (backups: readonly Manifest[]) =>
  backups.flatMap((manifest) => {
    const { consistency, purpose, verification } = manifest;
    const fits = isSigned(manifest) && verification.state === 'verified' && purpose !== 'before-restore';
    return fits && consistency.kind === 'snapshot' ? [{ manifest, at: consistency.at }] : [];
  });

/** Somebody may have shipped the changes of other databases only. */
const hasAllOf =
  ({ collections }: Manifest) =>
  ({ databases }: Slice): boolean =>
    databases === null ||
    collections.every((record) => isServersOwn(record) || databases.includes(record.db));

/** Those of which it is known who made them. */
async function readAll(store: Store, scope: Scope, listed: readonly ListedSlice[]): Promise<Slice[]> {
  const found = await inParallel(listed, AT_ONCE, async (each) => {
    try {
      return await readSlice(store, scope, each);
    } catch (error) {
      if (hasCode(error, 'manifest.invalid', 'store.missing')) return undefined;
      throw error;
    }
  });
  return found.filter((slice) => slice !== undefined);
}

function forwardOf(
  store: Store,
  slices: readonly Slice[],
  from: Instant,
  before: Instant,
  identities: readonly string[],
): Forward {
  const data = slices.flatMap((slice) => (slice.data === null ? [] : [slice.data]));
  return {
    from,
    before,
    slices: slices.length,
    entries: slices.reduce((sum, { entries }) => sum + entries, 0),
    check: async (signal) => {
      await inParallel(data, AT_ONCE, async (each) => {
        for await (const document of readData(store, each, identities, readBson, signal)) {
          const entry = readEntry(document);
          // What comes later is not made.
          if (isAfter(entry.at, from) && isAfter(before, entry.at)) expectSupported(entry);
        }
      });
    },
    async *read(signal) {
      let last = from;
      for (const each of data) {
        for await (const entry of readData(store, each, identities, readBson, signal)) {
          const { at } = readEntry(entry);
          // Slices may overlap, and the first and the last one reach beyond what is asked for.
          if (!isAfter(at, last)) continue;
          if (compareInstants(at, before) >= 0) return;
          last = at;
          yield entry;
        }
      }
    },
  };
}

function nothingLeadsThere(
  { environment }: Scope,
  before: Instant,
  listed: readonly ListedSlice[],
  spans: readonly Span[],
): BackupError {
  if (listed.length === 0) {
    return new BackupError({
      code: 'oplog.none',
      message: `No changes of ${environment} between its backups are kept, so it can only be restored to one of these.`,
      hint: `What there is: conductor backup list ${environment}. The guide on backups says how changes are kept.`,
    });
  }
  const there = spans.map(({ after, upTo }) => `${describeInstant(after)} to ${describeInstant(upTo)}`);
  return new BackupError({
    code: 'oplog.gap',
    message: `${environment} cannot be restored to ${describeInstant(before)}: ${there.length === 0 ? 'no good backup is followed by changes that are kept' : `the changes that are kept lead from ${there.join(', and from ')}`}.`,
    hint: `Choose a time in there, or restore a backup: conductor backup list ${environment}`,
  });
}
