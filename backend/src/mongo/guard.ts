import type { ClientSession } from 'mongodb';
import type { Indexes } from './indexes.ts';
import type { Mongo } from './mongo.ts';

interface Guard {
  _id: string;
  at: Date;
  turns: number;
}

/**
 * Lets one transaction at a time pass for a key: a second one conflicts with the first, is run again by the driver,
 * and then sees what the first one wrote.
 */
export async function guard({ db }: Mongo, key: string, session: ClientSession): Promise<void> {
  await db
    .collection<Guard>('guards')
    .updateOne({ _id: key }, { $set: { at: new Date() }, $inc: { turns: 1 } }, { session, upsert: true });
}

/** A guard matters only while transactions run; old ones go by themselves. */
export const guardIndexes: Indexes = { guards: [{ key: { at: 1 }, expireAfterSeconds: 3600 }] };
