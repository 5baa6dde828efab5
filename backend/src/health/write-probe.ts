import { randomUUID } from 'node:crypto';
import type { Mongo } from '../mongo/mongo.ts';
import type { Probe } from './probes.ts';

/** Holds nothing: what a probe writes, it removes in the same transaction. */
const collection = 'health_probes';
const everyMs = 2000;
/** What the server may take for each part, so that nothing waits there after those who asked have gone. */
const limitMs = 1500;

/**
 * Writes and removes a document in one transaction, which is how the CRM changes anything, and waits until a majority has it.
 * Unlike `inTransaction` it tries once: a server that only works at the second try is asked again soon enough.
 */
export async function writeOnce(mongo: Mongo): Promise<void> {
  const probes = mongo.db.collection<{ _id: string }>(collection);
  const document = { _id: randomUUID() };
  await mongo.client.withSession(async (session) => {
    session.startTransaction({
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority', wtimeoutMS: limitMs },
      maxCommitTimeMS: limitMs,
    });
    await probes.insertOne(document, { session, maxTimeMS: limitMs });
    await probes.deleteOne(document, { session });
    await session.commitTransaction();
  });
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
