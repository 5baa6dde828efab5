import { isServersOwn, nameOf } from './archive/format.ts';
import type { ArchiveSource } from './archive-source.ts';
import { parseConnectionString } from './connection-string.ts';
import { readCatalog } from './mongo/catalog.ts';
import { openTarget } from './mongo/open-target.ts';
import { describeServer, readServerFacts } from './mongo/server.ts';
import { isExact, placementsOf, refuseToReplaceRenamed, refuseUnfit, type TargetOptions } from './restore.ts';

export interface PlannedCollection {
  /** `db.collection` in the target. */
  readonly name: string;
  /** `db.collection` in the archive; null for one that is removed. */
  readonly from: string | null;
  readonly action: 'create' | 'replace' | 'remove';
  /** Documents that are there now, as the server counts them; null where there are none to count. */
  readonly now: number | null;
  /** Documents that are there afterwards. */
  readonly after: number;
}

/** What a restore would do, before anything is done. */
export interface RestorePlan {
  /** `mongod 7.0.14 at db.example:27017`; holds no secret. */
  readonly server: string;
  /** The databases that collections go to. */
  readonly databases: readonly string[];
  readonly collections: readonly PlannedCollection[];
}

/**
 * Looks at the target and tells what {@link restoreArchive} would do there. Changes nothing.
 * @throws {BackupError} what {@link restoreArchive} throws before it changes anything
 */
export async function planRestore(source: ArchiveSource, options: TargetOptions): Promise<RestorePlan> {
  const placements = placementsOf(source, options);
  const client = await openTarget(options.url);
  try {
    const facts = await readServerFacts(client);
    refuseUnfit(source, facts);
    await refuseToReplaceRenamed(client, placements);
    const databases = [...new Set(placements.map(({ target }) => target.db))];
    const there = new Map<string, number | null>();
    for (const db of databases) {
      for (const entry of await readCatalog(client.db(db))) {
        if (isServersOwn(entry)) continue;
        const documents =
          entry.type === 'view'
            ? null
            : await client.db(db).collection(entry.collection).estimatedDocumentCount();
        there.set(nameOf(entry), documents);
      }
    }
    const goals = new Set(placements.map(({ target }) => nameOf(target)));
    const others = isExact(options) ? [...there].filter(([name]) => !goals.has(name)) : [];
    return {
      server: `${describeServer(facts)} at ${parseConnectionString(options.url).hosts.join(', ')}`,
      databases,
      collections: [
        ...placements.map(({ record, target }): PlannedCollection => {
          const name = nameOf(target);
          const now = there.get(name);
          const common = { name, from: nameOf(record), after: record.documents };
          return now === undefined
            ? { ...common, action: 'create', now: null }
            : { ...common, action: 'replace', now };
        }),
        ...others.map(
          ([name, now]): PlannedCollection => ({ name, from: null, action: 'remove', now, after: 0 }),
        ),
      ],
    };
  } finally {
    await client.close();
  }
}
