import { MongoServerSelectionError } from 'mongodb';
import { quietAutomations } from './automations/quiet.ts';
import { giveSources } from './deals/sources.ts';
import { writeOnce } from './health/write-probe.ts';
import { allIndexes } from './indexes.ts';
import { createLog } from './log.ts';
import { createIndexes } from './mongo/indexes.ts';
import { isWithoutTransactions, type Mongo } from './mongo/mongo.ts';
import { runProcess } from './process/run.ts';
import { openServices } from './services.ts';
import { SettingsError } from './settings.ts';

/** How long MongoDB may take to answer at all. */
const patienceMs = 30_000;

/** The release task: run once before new code serves, safe to repeat. */
await runProcess('release', async (settings) => {
  const log = createLog(settings, 'release');
  const services = await openServices(settings);
  try {
    await requireTransactions(services.mongo);
    const collections = await createIndexes(services.mongo.db, ...allIndexes);
    log.info({ collections }, 'indexes are in place');
    await quietAutomations(services.mongo);
    await giveSources(services.mongo);
  } finally {
    await services.close();
  }
});

/**
 * @throws {SettingsError} where MongoDB cannot do transactions: nothing of the release could save anything.
 * One that does not answer yet is waited for: on a first deploy it may have been made a moment ago.
 */
async function requireTransactions(mongo: Mongo, until = performance.now() + patienceMs): Promise<void> {
  try {
    await writeOnce(mongo);
  } catch (error) {
    if (error instanceof MongoServerSelectionError && performance.now() < until)
      return requireTransactions(mongo, until);
    if (!isWithoutTransactions(error)) throw error;
    throw new SettingsError([
      'MONGO_URL is a standalone MongoDB without transactions, by which everything is saved; it must be a replica set, of one member at least',
    ]);
  }
}
