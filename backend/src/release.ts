import { writeOnce } from './health/write-probe.ts';
import { allIndexes } from './indexes.ts';
import { createLog } from './log.ts';
import { createIndexes } from './mongo/indexes.ts';
import { isWithoutTransactions, type Mongo } from './mongo/mongo.ts';
import { runProcess } from './process/run.ts';
import { openServices } from './services.ts';
import { SettingsError } from './settings.ts';

/** The release task: run once before new code serves, safe to repeat. */
await runProcess(async (settings) => {
  const log = createLog(settings, 'release');
  const services = await openServices(settings);
  try {
    await requireTransactions(services.mongo);
    const collections = await createIndexes(services.mongo.db, ...allIndexes);
    log.info({ collections }, 'indexes are in place');
  } finally {
    await services.close();
  }
});

/** @throws {SettingsError} where MongoDB cannot do transactions: nothing of the release could save anything. */
async function requireTransactions(mongo: Mongo): Promise<void> {
  try {
    await writeOnce(mongo);
  } catch (error) {
    if (!isWithoutTransactions(error)) throw error;
    throw new SettingsError([
      'MONGO_URL is a standalone MongoDB without transactions, by which everything is saved; it must be a replica set, of one member at least',
    ]);
  }
}
