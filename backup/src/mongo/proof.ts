import type { MongoClient } from 'mongodb';
import { type ArchiveEvent, isServersOwn, type Namespace, nameOf } from '../archive/format.ts';
import { differences } from '../differences.ts';
import { BackupError } from '../errors.ts';
import { Fingerprint } from '../fingerprint.ts';
import type { CollectionRecord } from '../manifest.ts';
import { collectAll } from '../young-generation.ts';
import { eachInCatalog } from './catalog.ts';
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

  // What loading has left behind: the list of what is there now, of thousands of collections, takes as much again.
  collectAll();
  const wanted = new Map(
    expected
      .filter((record) => isServersOwn(record) || !options.target || options.target(record))
      .map((record) => [nameOf(record), withoutRefused(record, refused)]),
  );
  const found: string[] = [];
  // One after the other: what is there now of thousands of collections is as much as what should be.
  const compare = (actual: CollectionRecord) => {
    const record = wanted.get(nameOf(actual));
    wanted.delete(nameOf(actual));
    found.push(...differences(record ? [record] : [], [actual]));
  };
  const restoredAs = new Map(restored.map((each) => [nameOf(each.target), each]));
  for (const db of new Set(restored.map(({ target }) => target.db))) {
    for await (const entry of eachInCatalog(client.db(db))) {
      const { source, fingerprint } = restoredAs.get(nameOf(entry)) ?? {};
      if (source && fingerprint) compare(recordOf({ ...entry, ...source }, fingerprint));
    }
  }
  for (const { namespace, fingerprint } of passed.values()) {
    const { type, options, indexes } = known.get(nameOf(namespace)) ?? {
      type: 'collection',
      options: '{}',
      indexes: [],
    };
    compare(recordOf({ ...namespace, type, options, indexes, uuid: undefined }, fingerprint));
  }
  found.push(...differences([...wanted.values()], []));
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
