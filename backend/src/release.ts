import { quietAutomations } from './automations/quiet.ts';
import { giveSources } from './deals/sources.ts';
import { allIndexes } from './indexes.ts';
import { createLog } from './log.ts';
import { createIndexes } from './mongo/indexes.ts';
import { requireTransactions } from './mongo/require-transactions.ts';
import { runProcess } from './process/run.ts';
import { openServices } from './services.ts';

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
