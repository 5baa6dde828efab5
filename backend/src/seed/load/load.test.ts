import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../../test/crm.ts';
import { fullLoad, shareOf } from './amounts.ts';
import { load } from './load.ts';

describe('the load', () => {
  const amounts = shareOf(fullLoad, 0.002);
  let crm: TestCrm;
  beforeAll(async () => {
    crm = await openCrm();
    await load(crm.services.mongo, { amounts });
  });
  afterAll(() => crm.close());

  it('brings what it says, all of it marked', async () => {
    for (const [name, count] of Object.entries(amounts))
      expect(await crm.services.mongo.db.collection(name).countDocuments({ isDemo: true }), name).toBe(count);
  });

  it('shows in lists, on the board and in timelines as records that people made would', async () => {
    for (const name of ['leads', 'contacts', 'companies', 'deals', 'tasks']) {
      const { status, body } = await crm.call('GET', `/${name}?limit=2`);
      expect([name, status, body.data.length]).toEqual([name, 200, 2]);
    }
    const board = await crm.call('GET', '/deals/board');
    expect(board.body.columns.flatMap(({ deals }: { deals: unknown[] }) => deals).length).toBeGreaterThan(5);
    const { body } = await crm.call('GET', '/leads?limit=1&sort=createdAt');
    expect((await crm.call('GET', `/timeline?link=lead:${body.data[0].id}`)).status).toBe(200);
  });

  it('refuses to load twice', async () => {
    await expect(load(crm.services.mongo, { amounts })).rejects.toMatchObject({ code: 'conflict' });
  });
});
