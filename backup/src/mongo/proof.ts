import type { MongoClient } from 'mongodb';
import { type ArchiveEvent, isServersOwn, type Namespace, nameOf } from '../archive/format.ts';
import { differences } from '../differences.ts';
import { BackupError } from '../errors.ts';
import { Fingerprint } from '../fingerprint.ts';
import type { CollectionRecord } from '../manifest.ts';
import { readCatalogs } from './catalog.ts';
import { readRaw } from './driver.ts';
import { recordOf } from './dump.ts';
import { fromExtendedJson } from './extended-json.ts';
import { type LoadOptions, load, type Refused } from './load.ts';

/** How many differences a message names; a broken restore can have thousands. */
const NAMED = 10;

/** What has passed without being restored, hashed on its way. */
type Passed = Map<string, { readonly namespace: Namespace; readonly fingerprint: Fingerprint }>;

/**
 * Restores an archive and reads everything back from the server: what is there now is compared with what the manifest says
 * should be. Users, roles and a cluster's settings are compared as they pass, and so is what the server refuses, where `onRefused` takes
 * that. Fails with `restore.differs`.
 */
export async function restoreAndCompare(
  events: AsyncIterable<ArchiveEvent>,
  expected: readonly CollectionRecord[],
  client: MongoClient,
  options: Omit<LoadOptions, 'onLoaded'> = {},
): Promise<void> {
  const passed: Passed = new Map();
  const refused: Refused[] = [];
  const restored: { source: Namespace; target: Namespace; fingerprint: Fingerprint }[] = [];
  const known = new Map(expected.map((record) => [nameOf(record), record]));
  const { onRefused } = options;
  const passes = (namespace: Namespace) =>
    isServersOwn(namespace) ||
    refused.some(({ source, index }) => index === null && nameOf(source) === nameOf(namespace));
  await load(watch(events, passed, passes), client, {
    ...options,
    ...(onRefused && {
      onRefused: (each) => {
        refused.push(each);
        onRefused(each);
      },
    }),
    // Read back before the indexes are there, so that one that expires documents doesn't.
    onLoaded: async (source, target) => {
      const type = known.get(nameOf(source))?.type;
      restored.push({ source, target, fingerprint: await fingerprintOf(client, target, type) });
    },
  });

  const wanted = expected
    .filter((record) => isServersOwn(record) || !options.target || options.target(record))
    .map((record) => withoutRefused(record, refused));
  const there = await readCatalogs(
    client,
    restored.map(({ target }) => target.db),
  );
  const actual: CollectionRecord[] = [];
  for (const { source, target, fingerprint } of restored) {
    const entry = there.get(nameOf(target));
    if (entry !== undefined) actual.push(recordOf({ ...entry, ...source }, fingerprint));
  }
  for (const { namespace, fingerprint } of passed.values()) {
    const { type, options, indexes } = known.get(nameOf(namespace)) ?? {
      type: 'collection',
      options: '{}',
      indexes: [],
    };
    actual.push(recordOf({ ...namespace, type, options, indexes, uuid: undefined }, fingerprint));
  }
  const found = differences(wanted, actual);
  if (found.length > 0) throw differs(found);
}

function withoutRefused(record: CollectionRecord, refused: readonly Refused[]): CollectionRecord {
  const lacking = refused.flatMap(({ source, index }) =>
    index !== null && nameOf(source) === nameOf(record) ? [index] : [],
  );
  if (lacking.length === 0) return record;
  const indexes = record.indexes.filter(
    (index) => !lacking.includes(String(fromExtendedJson(index).get('name'))),
  );
  return { ...record, indexes };
}

/** Hashes the documents of namespaces that pass without being restored. */
async function* watch(
  events: AsyncIterable<ArchiveEvent>,
  passed: Passed,
  passes: (namespace: Namespace) => boolean,
): AsyncGenerator<ArchiveEvent> {
  for await (const event of events) {
    yield event;
    // After the other side has seen it: it decides on its first event whether a namespace is restored.
    if (event.kind === 'prelude') continue;
    const namespace = wholeOf(event.namespace);
    if (!passes(namespace)) continue;
    const name = nameOf(namespace);
    const entry = passed.get(name) ?? { namespace, fingerprint: new Fingerprint() };
    passed.set(name, entry);
    if (event.kind === 'documents') entry.fingerprint.addAll(event.documents);
  }
}

/** The collection that a namespace of an archive belongs to: the documents of a time series come as those of its buckets. */
const wholeOf = ({ db, collection }: Namespace): Namespace => ({
  db,
  collection: collection.replace(/^system\.buckets\./, ''),
});

/** Reads a whole collection of that type. A view has no documents of its own; a time series' are its buckets. */
export async function fingerprintOf(
  client: MongoClient,
  { db, collection }: Namespace,
  type: string | undefined,
): Promise<Fingerprint> {
  const fingerprint = new Fingerprint();
  if (type === 'view') return fingerprint;
  const name = type === 'timeseries' ? `system.buckets.${collection}` : collection;
  for await (const documents of readRaw(client.db(db), name)) {
    fingerprint.addAll(documents);
  }
  return fingerprint;
}

function differs(found: readonly string[]): BackupError {
  const more = found.length > NAMED ? `; and ${found.length - NAMED} more` : '';
  return new BackupError({
    code: 'restore.differs',
    message: `What was restored is not what was backed up: ${found.slice(0, NAMED).join('; ')}${more}.`,
    hint: 'Do not rely on this backup: make a new one, and keep this one to find out why.',
  });
}
