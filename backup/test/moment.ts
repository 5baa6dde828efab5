import type { MongoClient } from 'mongodb';
import type { CollectionRecord } from '../src/manifest.ts';
import { Dump } from '../src/mongo/dump.ts';
import type { Instant } from '../src/oplog/instant.ts';

/** What a database was like at an instant. */
export interface Moment {
  readonly at: Instant;
  readonly records: readonly CollectionRecord[];
}

/** Read as of one instant, as a backup is. */
export async function picture(client: MongoClient, database: string): Promise<Moment> {
  const dump = await Dump.open(client, { databases: [database] });
  try {
    for await (const _ of dump.events());
    if (dump.consistency.kind !== 'snapshot') throw new Error(dump.consistency.reason);
    return { at: dump.consistency.at, records: dump.records };
  } finally {
    await dump.close();
  }
}
