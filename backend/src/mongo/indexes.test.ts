import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';

let crm: TestCrm;
beforeAll(async () => {
  crm = await openCrm();
});
afterAll(() => crm.close());

it('every index that the queries need is there after the release task, and a missing one is named', async () => {
  const ask = () => crm.call('GET', '/health/indexes', undefined, { authorization: '' });
  expect(await ask()).toMatchObject({ status: 200, body: { missing: [] } });
  const { db } = crm.services.mongo;
  const [dropped] = (await db.collection('leads').indexes())
    .map(({ name }) => name!)
    .filter((name) => name !== '_id_');
  await db.collection('leads').dropIndex(dropped!);
  expect(await ask()).toMatchObject({ status: 503, body: { missing: [`leads.${dropped}`] } });
});
