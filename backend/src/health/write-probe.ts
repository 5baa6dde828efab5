import { randomUUID } from 'node:crypto';
import type { Mongo } from '../mongo/mongo.ts';
import type { Probe } from './probes.ts';

/** Holds nothing for long: what a probe writes, it removes. */
const collection = 'health_probes';
const everyMs = 2000;
/** What the server may take for each part, so that nothing waits there after those who asked have gone. */
const limitMs = 1500;

/**
 * Writes a document in a transaction, which is how the CRM changes anything, waits until a majority has it, and removes it again: after
 * that, for a transaction that leaves nothing behind need not write anything. What a process that died has left is removed, too. Unlike `inTransaction` it tries once: a server that only works at the second try is asked again soon enough.
 */
export async function writeOnce(mongo: Mongo): Promise<void> {
  const probes = mongo.db.collection<{ _id: string; at: Date }>(collection);
  const document = { _id: randomUUID(), at: new Date() };
  await mongo.client.withSession(async (session) => {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', wtimeoutMS: limitMs },
      maxCommitTimeMS: limitMs,
    });
    await probes.insertOne(document, { session, maxTimeMS: limitMs });
    await session.commitTransaction();
  });
  await probes.deleteMany({ at: { $lte: document.at } }, { maxTimeMS: limitMs });
}

/**
 * A probe of {@link writeOnce} that may be asked as often as anyone likes: one write is made at most every 2 s, and its outcome,
 * good or bad, is the answer to all who ask from its beginning until then. No answer is older than that.
 */
export function writeProbe(
  mongo: Mongo,
  { write = writeOnce, now = () => performance.now() }: { write?: typeof writeOnce; now?: () => number } = {},
): Probe {
  let last: { readonly at: number; readonly outcome: Promise<void> } | undefined;
  return () => {
    if (!last || now() - last.at >= everyMs) last = { at: now(), outcome: write(mongo) };
    return last.outcome;
  };
}
