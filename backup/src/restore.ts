import type { MongoClient } from 'mongodb';
import { isServersOwn, nameOf } from './archive/format.ts';
import { type ArchiveSource, storedArchive } from './archive-source.ts';
import { parseConnectionString } from './connection-string.ts';
import { differences } from './differences.ts';
import { BackupError } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { listCollections, readCatalogs, readUuids } from './mongo/catalog.ts';
import { recordOf } from './mongo/dump.ts';
import type { Refused } from './mongo/load.ts';
import { openTarget } from './mongo/open-target.ts';
import { fingerprintOf, restoreAndCompare } from './mongo/proof.ts';
import { describeServer, parseVersion, readServerFacts, type ServerFacts } from './mongo/server.ts';
import { rollForward, withoutIndexes } from './oplog/roll-forward.ts';
import { Meter, type Progress } from './progress.ts';
import { goalOfLater, type Placement, type Selection, select } from './selection.ts';
import type { Store } from './stores/store.ts';
import { collectAll } from './young-generation.ts';

export interface TargetOptions extends Selection {
  /** Connection string of the server to restore into. Secret. The database that it names is where all goes that is not renamed. */
  readonly url: string;
  /**
   * Makes the databases exactly what they were: what else is in them is removed. Default true; false, or with `only` or
   * `rename`, leaves other collections alone.
   */
  readonly exact?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface RestoreOptions extends TargetOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly id: BackupId;
  readonly identities?: readonly string[];
}

export interface ArchiveReport {
  readonly server: string;
  /** Names in the target. */
  readonly restored: readonly string[];
  /** Names in the backup of what was in the target already exactly so: a restore that goes on after an interruption finds them so. */
  readonly skipped: readonly string[];
  /** Were in the target and not in the backup. */
  readonly removed: readonly string[];
  /** What the target does not take, as kinds of collections and indexes that it lacks. The rest is whole. */
  readonly refused: readonly Refused[];
  /** Changes since the backup that were made; 0 where none were asked for. */
  readonly changes: number;
  /** Milliseconds. */
  readonly duration: number;
}

export interface RestoreReport extends ArchiveReport {
  readonly manifest: Manifest;
}

/** Puts a backup back; see {@link restoreArchive}. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { store, scope, id, identities = [] } = options;
  const { manifest } = await readManifest(store, scope, id);
  return { manifest, ...(await restoreArchive(storedArchive(store, manifest, identities), options)) };
}

/**
 * Puts an archive into a server. Each collection is replaced, read back and compared with what the archive is known to hold; then the changes
 * since are made, where the source has them. Run again after an interruption, it goes on: collections that are exactly those of the archive
 * already are left as they are. With changes, it begins anew.
 *
 * Asking for confirmation and making a backup of what is there now are for the caller to do before ({@link planRestore} says what would
 * happen): from here on, the target's data is replaced. What is renamed replaces nothing.
 * @throws {BackupError} `restore.selection`, `restore.target-exists`, `restore.unfit` before anything is changed
 */
export async function restoreArchive(source: ArchiveSource, options: TargetOptions): Promise<ArchiveReport> {
  const { signal } = options;
  const start = performance.now();
  // What loading the program, and the manifest, have left behind.
  collectAll();
  const placements = placementsOf(source, options);
  const client = await openTarget(options.url);
  try {
    const facts = await readServerFacts(client);
    refuseUnfit(source, facts);
    const there = await existing(client, placements);
    await refuseToReplaceRenamed(client, placements);
    const { forward } = source;
    const skipped = forward ? new Set<string>() : await alreadyRestored(client, placements);
    const rest = placements.filter(({ record }) => !skipped.has(nameOf(record)));
    const refused: Refused[] = [];
    const onRefused = (each: Refused) => refused.push(each);
    const targets = new Map(rest.map(({ record, target }) => [nameOf(record), target]));
    const records = rest.map(({ record }) => record);
    if (rest.length > 0) {
      // Nothing of the target is touched for a backup that turns out to be damaged. Where nothing is there, nothing can be lost.
      if (rest.some(({ target }) => there.has(nameOf(target)))) await source.check(signal);
      await forward?.check(signal);
      const expected = records.reduce((sum, { bytes }) => sum + bytes, 0);
      const meter = new Meter('restore', expected, options.onProgress);
      await restoreAndCompare(source.read(signal), forward ? records.map(withoutIndexes) : records, client, {
        target: (namespace) => targets.get(nameOf(namespace)),
        drop: true,
        indexes: forward === undefined,
        onDocuments: meter.add,
        onRefused,
        ...(signal && { signal }),
      });
      meter.end();
    }
    const removed = isExact(options) ? await removeOthers(client, placements) : [];
    const { database } = parseConnectionString(options.url);
    const later = { ...(database !== undefined && { database }), ...options };
    const rolled =
      forward &&
      (await rollForward(client, records, forward, {
        target: (namespace) => {
          const name = nameOf(namespace);
          if (refused.some(({ source, index }) => index === null && nameOf(source) === name))
            return undefined;
          return targets.get(name) ?? goalOfLater(namespace, later);
        },
        onRefused,
        ...(signal && { signal }),
      }));
    return {
      server: describeServer(facts),
      restored: (rolled?.collections ?? rest).map(({ target }) => nameOf(target)),
      skipped: [...skipped],
      removed,
      refused,
      changes: rolled?.changes ?? 0,
      duration: Math.round(performance.now() - start),
    };
  } finally {
    await client.close();
  }
}

/** Where the collections of an archive go: by the selection, and into the database that the address names. */
export function placementsOf(
  source: Pick<ArchiveSource, 'collections'>,
  options: TargetOptions,
): Placement[] {
  const { database } = parseConnectionString(options.url);
  return select(source.collections, { ...(database !== undefined && { database }), ...options });
}

/** Names of the collections in the databases that the placements go to. */
async function existing(client: MongoClient, placements: readonly Placement[]): Promise<Set<string>> {
  const names = new Set<string>();
  for (const db of new Set(placements.map(({ target }) => target.db))) {
    for (const collection of (await readUuids(client.db(db))).keys()) names.add(nameOf({ db, collection }));
  }
  return names;
}

/** Where it is there already exactly so, an interrupted restore goes on. */
export async function refuseToReplaceRenamed(
  client: MongoClient,
  placements: readonly Placement[],
): Promise<void> {
  const renamed = placements.filter((placement) => placement.renamed);
  const there = await existing(client, renamed);
  const taken = renamed.filter(({ target }) => there.has(nameOf(target)));
  const same = await alreadyRestored(client, taken);
  const names = taken.filter(({ record }) => !same.has(nameOf(record))).map(({ target }) => nameOf(target));
  if (names.length === 0) return;
  throw new BackupError({
    code: 'restore.target-exists',
    message: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} there already, and what is restored under another name replaces nothing.`,
    hint: 'Take another name; or, if that is what an interrupted restore left, drop it first.',
  });
}

/** A server can't hold what a later one wrote. Older archives into newer servers are what every upgrade by dump does. */
export function refuseUnfit({ source }: Pick<ArchiveSource, 'source'>, facts: ServerFacts): void {
  const from = parseVersion(source.version);
  const to = parseVersion(facts.version);
  if (from === undefined || to === undefined) return;
  if (to.major > from.major || (to.major === from.major && to.minor >= from.minor)) return;
  throw new BackupError({
    code: 'restore.unfit',
    message: `The backup is of ${describeServer(source)}, and the target is the older ${describeServer(facts)}.`,
    hint: `Restore into a server of version ${from.major}.${from.minor} or later.`,
  });
}

export const isExact = ({ exact = true, only, rename }: TargetOptions): boolean =>
  exact && only === undefined && rename === undefined;

/** Collections of the target that are exactly those of the backup, down to the hash of their bytes. */
async function alreadyRestored(client: MongoClient, placements: readonly Placement[]): Promise<Set<string>> {
  const same = new Set<string>();
  const there = await readCatalogs(
    client,
    placements.map(({ target }) => target.db),
  );
  for (const { record, target } of placements) {
    const entry = there.get(nameOf(target));
    if (entry === undefined) continue;
    const here = { db: record.db, collection: record.collection };
    if (record.type !== 'view') {
      // Counting is quick; only what has the right number is worth reading.
      const name = record.type === 'timeseries' ? `system.buckets.${target.collection}` : target.collection;
      if ((await client.db(target.db).collection(name).countDocuments()) !== record.documents) continue;
    }
    const actual = recordOf({ ...entry, ...here }, await fingerprintOf(client, target, entry.type));
    if (differences([record], [actual]).length === 0) same.add(nameOf(record));
  }
  return same;
}

/** Removes collections that the backup doesn't have, from the databases that it has. */
async function removeOthers(client: MongoClient, placements: readonly Placement[]): Promise<string[]> {
  const keep = new Set(placements.map(({ target }) => nameOf(target)));
  const removed: string[] = [];
  for (const db of new Set(placements.map(({ target }) => target.db))) {
    for (const entry of await listCollections(client.db(db))) {
      if (keep.has(nameOf(entry)) || isServersOwn(entry)) continue;
      await client.db(db).dropCollection(entry.collection);
      removed.push(nameOf(entry));
    }
  }
  return removed;
}
