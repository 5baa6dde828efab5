import { MongoClient } from 'mongodb';
import { type Namespace, nameOf } from './archive/format.ts';
import { differences } from './differences.ts';
import { BackupError } from './errors.ts';
import type { BackupId, Scope } from './layout.ts';
import { type CollectionRecord, type Manifest, readManifest } from './manifest.ts';
import { readCatalog } from './mongo/catalog.ts';
import { recordOf } from './mongo/dump.ts';
import { isServersOwn } from './mongo/load.ts';
import { fingerprintOf, restoreAndCompare } from './mongo/proof.ts';
import { describeServer, parseVersion, readServerFacts, type ServerFacts } from './mongo/server.ts';
import { Meter, type Progress } from './progress.ts';
import { readArchive, readWhole } from './read.ts';
import type { Store } from './stores/store.ts';

export interface RestoreOptions {
  readonly store: Store;
  readonly scope: Scope;
  readonly id: BackupId;
  readonly identities?: readonly string[];
  /** Connection string of the server to restore into. Secret. */
  readonly url: string;
  /** Only these: `db` or `db.collection`. Default: all. */
  readonly only?: readonly string[];
  /** From `db` or `db.collection` to another one. The longer name wins. */
  readonly rename?: Readonly<Record<string, string>>;
  /**
   * Makes the databases exactly what they were: what else is in them is removed. Default true; false, or with `only` or
   * `rename`, leaves other collections alone.
   */
  readonly exact?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface RestoreReport {
  readonly manifest: Manifest;
  readonly server: string;
  /** Names in the target. */
  readonly restored: readonly string[];
  /** Were already exactly as in the backup: a restore that goes on after an interruption finds them so. */
  readonly skipped: readonly string[];
  /** Were in the target and not in the backup. */
  readonly removed: readonly string[];
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Puts a backup back. Each collection is replaced, read back and compared with the manifest. Run again after an interruption, it
 * goes on: collections that are exactly those of the backup already are left as they are.
 *
 * Asking for confirmation and making a backup of what is there now are for the caller to do before: from here on, the target's
 * data is replaced.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { store, scope, id, identities = [], signal } = options;
  const start = performance.now();
  const { manifest } = await readManifest(store, scope, id);
  const client = new MongoClient(options.url);
  try {
    const facts = await readServerFacts(client);
    refuseUnfit(manifest, facts);
    const target = targetFor(options);
    const wanted = manifest.collections.filter(
      (record) => !isServersOwn(record) && target(record) !== undefined,
    );
    if (wanted.length === 0) throw nothingSelected(options.only ?? []);

    const skipped = await alreadyRestored(client, wanted, target);
    const rest = wanted.filter((record) => !skipped.has(nameOf(record)));
    if (rest.length > 0) {
      // Nothing of the target is touched for a backup that turns out to be damaged. Where nothing is there, nothing can be lost.
      if (
        await isAnyThere(
          client,
          rest.map((record) => target(record)!),
        )
      ) {
        await readWhole(store, manifest.data, signal);
      }
      const names = new Set(rest.map(nameOf));
      const meter = new Meter(
        'restore',
        rest.reduce((sum, { bytes }) => sum + bytes, 0),
        options.onProgress,
      );
      await restoreAndCompare(readArchive(store, manifest.data, identities, signal), rest, client, {
        target: (namespace) => (names.has(nameOf(namespace)) ? target(namespace) : undefined),
        drop: true,
        onDocuments: meter.add,
        ...(signal && { signal }),
      });
      meter.end();
    }
    const removed = isExact(options) ? await removeOthers(client, wanted, target) : [];
    return {
      manifest,
      server: describeServer(facts),
      restored: rest.map((record) => nameOf(target(record)!)),
      skipped: [...skipped],
      removed,
      duration: Math.round(performance.now() - start),
    };
  } finally {
    await client.close();
  }
}

/** Whether any of these collections exists. */
async function isAnyThere(client: MongoClient, places: readonly Namespace[]): Promise<boolean> {
  const wanted = new Set(places.map(nameOf));
  for (const db of new Set(places.map((place) => place.db))) {
    if ((await readCatalog(client.db(db))).some((entry) => wanted.has(nameOf(entry)))) return true;
  }
  return false;
}

/** A server can't hold what a later one wrote. Older archives into newer servers are what every upgrade by dump does. */
function refuseUnfit({ source }: Manifest, facts: ServerFacts): void {
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

function targetFor({ only, rename = {} }: RestoreOptions): (namespace: Namespace) => Namespace | undefined {
  const selected = ({ db, collection }: Namespace) =>
    only === undefined || only.includes(db) || only.includes(`${db}.${collection}`);
  return (namespace) => {
    if (!selected(namespace)) return undefined;
    const { db, collection } = namespace;
    const whole = rename[`${db}.${collection}`];
    if (whole === undefined) return { db: rename[db] ?? db, collection };
    const dot = whole.indexOf('.');
    return { db: whole.slice(0, dot), collection: whole.slice(dot + 1) };
  };
}

const isExact = ({ exact = true, only, rename }: RestoreOptions): boolean =>
  exact && only === undefined && rename === undefined;

/** Collections of the target that are exactly those of the backup, down to the hash of their bytes. */
async function alreadyRestored(
  client: MongoClient,
  wanted: readonly CollectionRecord[],
  target: (namespace: Namespace) => Namespace | undefined,
): Promise<Set<string>> {
  const same = new Set<string>();
  for (const record of wanted) {
    const place = target(record)!;
    const entry = (await readCatalog(client.db(place.db))).find(
      ({ collection }) => collection === place.collection,
    );
    if (entry === undefined) continue;
    const here = { db: record.db, collection: record.collection };
    if (record.type !== 'view') {
      // Counting is quick; only what has the right number is worth reading.
      const name = record.type === 'timeseries' ? `system.buckets.${place.collection}` : place.collection;
      if ((await client.db(place.db).collection(name).countDocuments()) !== record.documents) continue;
    }
    const actual = recordOf({ ...entry, ...here }, await fingerprintOf(client, place));
    if (differences([record], [actual]).length === 0) same.add(nameOf(record));
  }
  return same;
}

/** Removes collections that the backup doesn't have, from the databases that it has. */
async function removeOthers(
  client: MongoClient,
  wanted: readonly CollectionRecord[],
  target: (namespace: Namespace) => Namespace | undefined,
): Promise<string[]> {
  const places = wanted.map((record) => target(record)!);
  const keep = new Set(places.map(nameOf));
  const removed: string[] = [];
  for (const db of new Set(places.map((place) => place.db))) {
    for (const entry of await readCatalog(client.db(db))) {
      if (keep.has(nameOf(entry))) continue;
      await client.db(db).dropCollection(entry.collection);
      removed.push(nameOf(entry));
    }
  }
  return removed;
}

function nothingSelected(only: readonly string[]): BackupError {
  return new BackupError({
    code: 'backup.not-found',
    message:
      only.length > 0
        ? `The backup has nothing called ${only.join(', ')}.`
        : 'The backup has no collections.',
    hint: 'Its manifest lists its collections.',
  });
}
