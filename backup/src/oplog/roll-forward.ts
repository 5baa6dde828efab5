import type { MongoClient } from 'mongodb';
import { type Namespace, nameOf } from '../archive/format.ts';
import type { CollectionRecord } from '../manifest.ts';
import { readCatalog } from '../mongo/catalog.ts';
import { fromExtendedJson } from '../mongo/extended-json.ts';
import { createIndexes, type Refused } from '../mongo/load.ts';
import { failed } from '../mongo/loading.ts';
import type { Forward } from './forward.ts';
import { type LiveCollection, Replay } from './replay.ts';

export interface RollForwardOptions {
  /** Where a collection goes; undefined leaves its changes out. */
  readonly target: (namespace: Namespace) => Namespace | undefined;
  /** Told of indexes that the server does not take. Without it, that is an error. */
  readonly onRefused?: (refused: Refused) => void;
  /** Told of how many entries were read. */
  readonly onEntries?: (entries: number) => void;
  readonly signal?: AbortSignal;
}

/** What a backup is like without the indexes that are built when all changes are made. */
export const withoutIndexes = (record: CollectionRecord): CollectionRecord => ({
  ...record,
  indexes: record.indexes.filter((index) => isMadeWithIt(fromExtendedJson(index))),
});

/** The one on `_id`, in whatever form, comes with the collection. */
const isMadeWithIt = (spec: ReadonlyMap<string, unknown>): boolean =>
  spec.get('name') === '_id_' || spec.get('clustered') === true;

/**
 * Makes the changes since a backup in the database that it was restored into, without indexes ({@link withoutIndexes}), and builds the indexes
 * that there are then. Returns the collections that there are then, and how many changes were made.
 * @throws {BackupError} `oplog.unsupported`, `oplog.corrupt`, `restore.failed`
 */
export async function rollForward(
  client: MongoClient,
  collections: readonly CollectionRecord[],
  forward: Pick<Forward, 'read'>,
  { target, onRefused, onEntries, signal }: RollForwardOptions,
): Promise<{ readonly collections: readonly LiveCollection[]; readonly changes: number }> {
  const replay = new Replay(client, collections, { target });
  for await (const entry of forward.read(signal)) {
    signal?.throwIfAborted();
    await replay.apply(entry);
    onEntries?.(1);
  }
  await replay.finish();
  const refused: Refused[] = [];
  for (const live of replay.collections) {
    const indexes = [...live.indexes.values()];
    await createIndexes(
      client,
      { ...live, indexes },
      { ...(onRefused && { onRefused: (each) => refused.push(each) }) },
    );
  }
  for (const each of refused) onRefused?.(each);
  await expectThere(client, replay.collections, refused);
  return { collections: replay.collections, changes: replay.changes };
}

/** Looks at the server: what the changes lead to is there, with its indexes. */
async function expectThere(
  client: MongoClient,
  collections: readonly LiveCollection[],
  refused: readonly Refused[],
): Promise<void> {
  const there = new Map<string, readonly string[]>();
  for (const db of new Set(collections.map(({ target }) => target.db))) {
    for (const entry of await readCatalog(client.db(db))) there.set(nameOf(entry), entry.indexes);
  }
  for (const { target, indexes } of collections) {
    const name = nameOf(target);
    const found = there.get(name);
    if (found === undefined) throw failed(`${name} should be there and is not`);
    const names = new Set(found.map((index) => String(fromExtendedJson(index).get('name'))));
    const isRefused = (index: string) =>
      refused.some((each) => nameOf(each.target) === name && each.index === index);
    const missing = [...indexes.keys()].filter((index) => !names.has(index) && !isRefused(index));
    if (missing.length > 0) throw failed(`${name} should have the indexes ${missing.join(', ')} and has not`);
  }
}
