import { isServersOwn, nameOf } from '../archive/format.ts';
import { differences } from '../differences.ts';
import { BackupError } from '../errors.ts';
import type { BackupId } from '../layout.ts';
import { listBackups } from '../list.ts';
import type { CollectionRecord, Manifest } from '../manifest.ts';
import { readCatalogs } from '../mongo/catalog.ts';
import { recordOf } from '../mongo/dump.ts';
import { fingerprintOf, restoreAndCompare } from '../mongo/proof.ts';
import { readArchive } from '../read.ts';
import { openScratch, type Scratch } from '../scratch/scratch.ts';
import type { VerifyOptions } from '../verify.ts';
import { findPointInTime, restorableTimes, snapshotsOf } from './forward.ts';
import { compareInstants, type Instant, isAfter } from './instant.ts';
import type { LiveCollection } from './replay.ts';
import { rollForward, withoutIndexes } from './roll-forward.ts';

/** What a drill of the changes came to. */
export interface ForwardProof {
  /** Up to then the database can be brought back: the rest would be lost if it died now. */
  readonly upTo: Instant;
  /** The backup that the changes were made in. */
  readonly from: BackupId;
  /** The later backup that they led to, exactly; null where there is none yet, so nothing to compare with. */
  readonly to: BackupId | null;
  /** How many. */
  readonly changes: number;
}

type ProofOptions = Omit<VerifyOptions, 'id'>;

/**
 * Proves the changes that are kept: restores the backup before the newest one into a scratch server, makes the changes up to the newest one's
 * instant, and compares every collection with that. Where there is only one backup, all changes since are made, and nothing compared. Null
 * where no changes are kept.
 * @throws {BackupError} `restore.differs` when they lead somewhere else
 */
export async function proveForward(options: ProofOptions): Promise<ForwardProof | null> {
  const { store, scope, identities = [] } = options;
  const { backups } = await listBackups(store, scope);
  const span = (await restorableTimes(store, scope, backups)).at(-1);
  if (span === undefined) return null;
  const inSpan = snapshotsOf(backups)
    .filter(({ at }) => !isAfter(span.after, at) && !isAfter(at, span.upTo))
    .toSorted((a, b) => compareInstants(b.at, a.at));
  const [newest, previous] = inSpan;
  const to = previous === undefined ? null : newest!;
  const end = to?.at ?? span.upTo;
  const base = (previous ?? newest!).manifest;
  const point = await findPointInTime(store, scope, { t: end.t, i: end.i + 1 }, identities, base.id);
  const scratch = await openScratch(options.scratch);
  try {
    const { client, targetFor: target } = scratch;
    const { signal } = options;
    const ended = { ...(signal && { signal }) };
    await restoreAndCompare(
      readArchive(store, base.data, identities, signal),
      base.collections.map(withoutIndexes),
      client,
      { target, indexes: false, ...ended },
    );
    const records = base.collections.filter((record) => !isServersOwn(record));
    const { collections, changes } = await rollForward(client, records, point.forward, { target, ...ended });
    if (to !== null) await expectSame(to.manifest, await recordsOf(scratch, collections));
    return { upTo: span.upTo, from: base.id, to: to?.manifest.id ?? null, changes };
  } finally {
    await scratch.close();
  }
}

async function recordsOf(
  { client }: Scratch,
  collections: readonly LiveCollection[],
): Promise<CollectionRecord[]> {
  const records: CollectionRecord[] = [];
  const there = await readCatalogs(
    client,
    collections.map(({ target }) => target.db),
  );
  for (const { source, target } of collections) {
    const entry = there.get(nameOf(target));
    if (entry !== undefined)
      records.push(recordOf({ ...entry, ...source }, await fingerprintOf(client, target, entry.type)));
  }
  return records;
}

async function expectSame({ id, collections }: Manifest, actual: readonly CollectionRecord[]): Promise<void> {
  const found = differences(
    collections.filter((record) => !isServersOwn(record)),
    actual,
  );
  if (found.length === 0) return;
  throw new BackupError({
    code: 'restore.differs',
    message: `The changes that are kept do not lead to the backup ${id}: ${found.slice(0, 10).join('; ')}.`,
    hint: 'Do not restore to points in time before it; the backups themselves are what they were proven to be. Keep the store as it is, to find out why.',
  });
}
