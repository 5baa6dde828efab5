import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';
import type { DealDocument } from './deal.ts';
import { giveSources } from './sources.ts';

let crm: TestCrm;
let admin: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
});
afterAll(() => crm.close());

let leads = 0;
const convert = async (source: string, deal: object = {}) => {
  const email = `from-${++leads}@example.com`;
  const lead = (await admin.call('POST', '/leads', { name: 'From somewhere', email, source })).body;
  const { body } = await admin.call(
    'POST',
    `/leads/${lead.id}/convert`,
    { company: null, deal: { title: 'From a lead', ...deal } },
    { 'if-match': '1' },
  );
  return body.deal;
};
const deal = async (id: string) => (await admin.call('GET', `/deals/${id}`)).body;

describe('the source of a deal', () => {
  it('is that of the lead it came from, unless another was said', async () => {
    expect((await convert('referral')).source).toBe('referral');
    expect((await convert('referral', { source: 'event' })).source).toBe('event');
  });

  it('is set and changed by hand, from the same list as a lead’s, and may be unknown', async () => {
    const made = (await admin.call('POST', '/deals', { title: 'By hand' })).body;
    expect(made.source).toBeNull();
    const patch = (source: string | null, version: number) =>
      admin.call('PATCH', `/deals/${made.id}`, { source }, { 'if-match': String(version) });
    expect((await patch('linkedin', 1)).body.source).toBe('linkedin');
    expect((await patch('nowhere', 2)).status).toBe(422);
    expect((await patch(null, 2)).body.source).toBeNull();
  });

  it('narrows the list and the board, in cards and sums', async () => {
    const { id } = (
      await admin.call('POST', '/deals', { title: 'By phone', source: 'phone', amountCents: 700 })
    ).body;
    const list = (await admin.call('GET', '/deals?filter[source]=phone,outbound')).body;
    expect(list.data.map((one: { id: string }) => one.id)).toEqual([id]);
    const [first] = (await admin.call('GET', '/deals/board?filter[source]=phone')).body.columns;
    expect(first).toMatchObject({ count: 1, sums: [{ amountCents: 700 }], deals: [{ id }] });
    expect((await admin.call('GET', '/deals?filter[source]=nowhere')).status).toBe(422);
  });

  it('comes to older deals with the next release, once, and never over what somebody set', async () => {
    const { db } = crm.services.mongo;
    const deals = db.collection<DealDocument>('deals');
    const [old, set] = [await convert('event'), await convert('whatsapp', { source: 'other' })];
    const alone = (await admin.call('POST', '/deals', { title: 'Without a lead' })).body;
    await deals.updateMany({ _id: { $in: [old.id, alone.id] } }, { $unset: { source: true } });
    expect((await deal(old.id)).source).toBeNull();

    await giveSources(crm.services.mongo);
    expect(await deal(old.id)).toMatchObject({ source: 'event', version: old.version });
    expect((await deal(set.id)).source).toBe('other');
    expect(await deals.findOne({ _id: alone.id })).toMatchObject({ source: null });

    await admin.call('PATCH', `/deals/${old.id}`, { source: null }, { 'if-match': String(old.version) });
    await giveSources(crm.services.mongo);
    expect((await deal(old.id)).source).toBeNull();
  });
});
