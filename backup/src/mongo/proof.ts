import type { MongoClient } from 'mongodb';
import { type ArchiveEvent, type Namespace, nameOf } from '../archive/format.ts';
import { differences } from '../differences.ts';
import { BackupError } from '../errors.ts';
import { Fingerprint } from '../fingerprint.ts';
import type { CollectionRecord } from '../manifest.ts';
import { withSmallYoungGeneration } from '../young-generation.ts';
import { readCatalog } from './catalog.ts';
import { readRaw } from './driver.ts';
import { recordOf } from './dump.ts';
import { isServersOwn, type LoadOptions, load } from './load.ts';

/** How many differences a message names; a broken restore can have thousands. */
const NAMED = 10;

/**
 * Restores an archive and reads everything back from the server: what is there now is compared with what the manifest says
 * should be. Users, roles and a cluster's settings are compared as they pass. Fails with `restore.differs`.
 */
export async function restoreAndCompare(
  events: AsyncIterable<ArchiveEvent>,
  expected: readonly CollectionRecord[],
  client: MongoClient,
  options: Omit<LoadOptions, 'onLoaded'> = {},
): Promise<void> {
  const own = new Map<string, { namespace: Namespace; fingerprint: Fingerprint }>();
  const restored: { source: Namespace; target: Namespace; fingerprint: Fingerprint }[] = [];
  await withSmallYoungGeneration(() =>
    load(watchServersOwn(events, own), client, {
      ...options,
      // Read back before the indexes are there, so that one that expires documents doesn't.
      onLoaded: async (source, target) => {
        restored.push({ source, target, fingerprint: await fingerprintOf(client, target) });
      },
    }),
  );

  const wanted = expected.filter(
    (record) => isServersOwn(record) || !options.target || options.target(record),
  );
  const known = new Map(expected.map((record) => [nameOf(record), record]));
  const actual: CollectionRecord[] = [];
  for (const { source, target, fingerprint } of restored) {
    const entry = (await readCatalog(client.db(target.db))).find(
      ({ collection }) => collection === target.collection,
    );
    if (entry !== undefined) actual.push(recordOf({ ...entry, ...source }, fingerprint));
  }
  for (const { namespace, fingerprint } of own.values()) {
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

/** Hashes the documents of namespaces that pass without being restored. */
async function* watchServersOwn(
  events: AsyncIterable<ArchiveEvent>,
  own: Map<string, { namespace: Namespace; fingerprint: Fingerprint }>,
): AsyncGenerator<ArchiveEvent> {
  for await (const event of events) {
    if (event.kind !== 'prelude' && isServersOwn(event.namespace)) {
      const name = nameOf(event.namespace);
      const entry = own.get(name) ?? { namespace: event.namespace, fingerprint: new Fingerprint() };
      own.set(name, entry);
      if (event.kind === 'documents') for (const document of event.documents) entry.fingerprint.add(document);
    }
    yield event;
  }
}

/** Reads a whole collection. A view has no documents of its own; a time series' are its buckets. */
export async function fingerprintOf(
  client: MongoClient,
  { db, collection }: Namespace,
): Promise<Fingerprint> {
  const fingerprint = new Fingerprint();
  const [info] = await client.db(db).listCollections({ name: collection }).toArray();
  if (info === undefined || info.type === 'view') return fingerprint;
  const name = info.type === 'timeseries' ? `system.buckets.${collection}` : collection;
  for await (const documents of readRaw(client.db(db), name)) {
    for (const document of documents) fingerprint.add(document);
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
