import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;

beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
});
afterAll(() => crm.close());

const post = async (path: string, body: object) => (await admin.call('POST', path, body)).body;

it('adds up the board in each currency by itself, and never one to another', async () => {
  await post('/deals', { title: 'Real', amountCents: 100_00 });
  await post('/deals', { title: 'Dólar', amountCents: 40_00, currency: 'USD' });
  await post('/deals', { title: 'Certo', amountCents: 10_00, currency: 'USD', probability: 100 });
  const [column] = (await admin.call('GET', '/deals/board')).body.columns;
  expect(column).toMatchObject({
    count: 3,
    sums: [
      { currency: 'BRL', amountCents: 100_00, weightedCents: 10_00 },
      { currency: 'USD', amountCents: 50_00, weightedCents: 4_00 + 10_00 },
    ],
  });
  const { body } = await admin.call('GET', '/deals/board?filter[currency]=USD');
  expect(body.columns[0].sums).toEqual([{ currency: 'USD', amountCents: 50_00, weightedCents: 14_00 }]);
});

it('tells a found deal as money and status, for the language of whoever reads', async () => {
  const { data } = (await admin.call('GET', '/search?q=dolar')).body;
  expect(data).toMatchObject([
    { entity: 'deal', subtitle: null, deal: { status: 'open', amountCents: 40_00, currency: 'USD' } },
  ]);
});

it('takes the currency of the organisation where none is said, and a lead’s for its deal', async () => {
  const { version } = (await admin.call('GET', '/settings')).body;
  const changed = await admin.call(
    'PATCH',
    '/settings',
    { currency: 'EUR' },
    { 'if-match': String(version) },
  );
  expect(changed.status).toBe(200);
  expect(await post('/deals', { title: 'Euro' })).toMatchObject({ currency: 'EUR' });
  const lead = await post('/leads', { name: 'Mia', email: 'mia@example.com', estimatedValueCents: 5 });
  expect(lead).toMatchObject({ currency: 'EUR', estimatedValueCents: 5 });

  const dollars = { name: 'Bob', email: 'bob@example.com', estimatedValueCents: 700, currency: 'USD' };
  const { id } = await post('/leads', dollars);
  const { body } = await admin.call('POST', `/leads/${id}/convert`, {}, { 'if-match': '1' });
  expect(body.deal).toMatchObject({ amountCents: 700, currency: 'USD' });
});

it('reads a lead older than the choice of a currency as what all amounts were then', async () => {
  const { id } = await post('/leads', { name: 'Old', email: 'old@example.com' });
  const leads = crm.services.mongo.db.collection<{ _id: string }>('leads');
  await leads.updateOne({ _id: id }, { $unset: { currency: '' } });
  expect((await admin.call('GET', `/leads/${id}`)).body).toMatchObject({ currency: 'BRL' });
});
