import { MongoServerSelectionError } from 'mongodb';
import { writeOnce } from '../health/write-probe.ts';
import { StartError } from '../process/start-error.ts';
import { SettingsError } from '../settings.ts';
import { isWithoutTransactions, type Mongo } from './mongo.ts';

/**
 * Writes to MongoDB once, in a transaction. One that does not answer yet is waited for: on a first deploy it may have been made a moment ago.
 * @param patienceMs how long it may take to answer at all
 * @throws {SettingsError} where MongoDB cannot do transactions: nothing of the release could save anything.
 * @throws {StartError} where it cannot be written to for another reason: names its host and the cause
 */
export async function requireTransactions(mongo: Mongo, patienceMs = 30_000): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      await writeOnce(mongo);
      return;
    } catch (error) {
      if (isWithoutTransactions(error))
        throw new SettingsError([
          'MONGO_URL is a standalone MongoDB without transactions, by which everything is saved; it must be a replica set, of one member at least',
        ]);
      if (error instanceof MongoServerSelectionError && performance.now() < until) continue;
      const { hosts, srvHost } = mongo.client.options;
      const where = srvHost ?? hosts.join(', ');
      throw new StartError({
        code: 'mongo.away',
        message: `MongoDB at ${where} cannot be written to: ${causeOf(error)}`,
        hint: 'Its address is MONGO_URL. See that MongoDB runs there, takes connections from here, and knows the user and the password.',
        cause: error,
      });
    }
  }
}

/** What each server said, where the driver only says that it waited for long enough. */
function causeOf(error: unknown): string {
  if (error instanceof MongoServerSelectionError) {
    const servers = [...(error.reason?.servers.values() ?? [])];
    const said = servers.flatMap(({ error: each }) => each?.message ?? []);
    if (said.length > 0) return [...new Set(said)].join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
