import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { job } from '../queue/jobs.ts';
import { openQueues } from '../queue/queues.ts';
import { connectRedis } from '../redis.ts';
import { Outbox } from './outbox.ts';

const id = '665f1f77bcf86cd799439011';

describe('the outbox', () => {
  let crm: TestCrm;
  beforeAll(async () => {
    crm = await openCrm();
  });
  afterAll(() => crm.close());
  const kept = () => crm.services.mongo.db.collection('outbox').countDocuments();

  it('keeps nothing of a change that did not happen', async () => {
    const failing = crm.services.outbox.commit(async (_session, tell) => {
      tell({ job: job('leads.score', { orgId: id, leadId: id }) });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await kept()).toBe(0);
  });

  it('keeps nothing of a change that could not be committed', async () => {
    const { client } = crm.services.mongo;
    const marks = crm.services.mongo.db.collection('marks');
    const failPoint = (mode: object | string) =>
      client.db('admin').command({
        configureFailPoint: 'failCommand',
        mode,
        data: { failCommands: ['commitTransaction'], errorCode: 8000 },
      });
    await failPoint({ times: 1 });
    const failing = crm.services.outbox.commit(async (session, tell) => {
      await marks.insertOne({ made: true }, { session });
      tell({ job: job('leads.score', { orgId: id, leadId: id }) });
    });
    await expect(failing).rejects.toMatchObject({ code: 8000 });
    await failPoint('off');
    expect([await marks.countDocuments(), await kept()]).toEqual([0, 0]);
  });

  it('delivers at once, and then holds nothing', async () => {
    const before = await (await crm.services.queues.get('leads')).getWaitingCount();
    await crm.services.outbox.commit(async (_session, tell) =>
      tell({ job: job('leads.score', { orgId: id, leadId: id }) }),
    );
    await eventually('delivery', async () => (await kept()) === 0);
    expect(await (await crm.services.queues.get('leads')).getWaitingCount()).toBe(before + 1);
  });

  it('keeps what could not be delivered, and the sweep delivers it when Redis is back', async () => {
    const away = connectRedis('redis://127.0.0.1:1');
    const queues = openQueues(away);
    const stranded = new Outbox({ mongo: crm.services.mongo, redis: away, queues });
    await stranded.commit(async (_session, tell) =>
      tell({ job: job('leads.score', { orgId: id, leadId: id }) }),
    );
    away.disconnect();
    expect(await kept()).toBe(1);
    expect(await crm.services.outbox.sweep()).toBe(0); // still claimed by the process that committed
    await crm.services.mongo.db.collection('outbox').updateMany({}, { $set: { claimedUntil: new Date(0) } });
    const before = await (await crm.services.queues.get('leads')).getWaitingCount();
    expect(await crm.services.outbox.sweep()).toBe(1);
    expect(await kept()).toBe(0);
    expect(await (await crm.services.queues.get('leads')).getWaitingCount()).toBe(before + 1);
  });
});
