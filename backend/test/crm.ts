import { allIndexes } from '../src/indexes.ts';
import { createIndexes } from '../src/mongo/indexes.ts';
import { openApp, type TestApp } from './app.ts';
import { startMongo } from './mongo.ts';
import { startRedis } from './redis.ts';

export interface TestCrm extends TestApp {
  readonly stores: { MONGO_URL: string; REDIS_URL: string };
}

/** The API on stores of its own, with all indexes. */
export async function openCrm(over: Record<string, string> = {}): Promise<TestCrm> {
  const [mongo, redis] = await Promise.all([startMongo(), startRedis()]);
  const stores = { MONGO_URL: mongo.url, REDIS_URL: redis.url };
  const crm = await openApp({ RATE_LIMIT: '1000000', ...stores, ...over });
  await createIndexes(crm.services.mongo.db, ...allIndexes);
  return {
    ...crm,
    stores,
    async close() {
      await crm.close();
      await Promise.all([mongo.close(), redis.stop()]);
    },
  };
}
