import { allIndexes } from './indexes.ts';
import { createLog } from './log.ts';
import { createIndexes } from './mongo/indexes.ts';
import { runProcess } from './process/run.ts';
import { openServices } from './services.ts';

/** The release task: run once before new code serves, safe to repeat. */
await runProcess(async (settings) => {
  const log = createLog(settings, 'release');
  const services = await openServices(settings);
  try {
    const collections = await createIndexes(services.mongo.db, ...allIndexes);
    log.info({ collections }, 'indexes are in place');
  } finally {
    await services.close();
  }
});
