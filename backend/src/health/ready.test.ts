import { afterEach, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/app.ts';
import { startMongo } from '../../test/mongo.ts';
import { startRedis } from '../../test/redis.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The API with only these stores there; the others are away, as nobody listens at the addresses that the tests' settings give. */
async function withOnly(...there: ('mongodb' | 'redis')[]): Promise<TestApp> {
  const stores: Record<string, string> = {};
  if (there.includes('mongodb')) {
    const mongo = await startMongo();
    closing.push(() => mongo.close());
    stores.MONGO_URL = mongo.url;
  }
  if (there.includes('redis')) {
    const redis = await startRedis();
    closing.push(() => redis.stop());
    stores.REDIS_URL = redis.url;
  }
  const crm = await openApp(stores);
  closing.push(() => crm.close());
  return crm;
}
const ready = async (crm: TestApp) => crm.call('GET', '/health/ready', undefined, { authorization: '' });

describe('ready is able: it needs every store', () => {
  it('and is 200 with both', async () => {
    expect(await ready(await withOnly('mongodb', 'redis'))).toMatchObject({
      status: 200,
      body: { status: 'ready', services: { mongodb: 'healthy', redis: 'healthy' } },
    });
  });

  it('and is 503 with only Redis away', async () => {
    expect(await ready(await withOnly('mongodb'))).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        services: { mongodb: 'healthy', redis: expect.stringMatching(/^unhealthy/) },
      },
    });
  });

  it('and is 503 with only MongoDB away', async () => {
    expect(await ready(await withOnly('redis'))).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        services: { mongodb: expect.stringMatching(/^unhealthy/), redis: 'healthy' },
      },
    });
  });
});
