import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

describe('the audit log', () => {
  let crm: TestCrm;
  let admin: Person;
  let rep: Person;
  let lead: { id: string };
  beforeAll(async () => {
    crm = await openCrm();
    admin = await firstAdmin(crm);
    rep = await join(crm, admin, 'Rui Rep', 'rep');
    lead = (await rep.call('POST', '/leads', { name: 'Ana Lima', email: 'ana.lima@example.com' })).body;
    await admin.call('POST', '/deals', { title: 'A deal' });
    await rep.call('DELETE', `/leads/${lead.id}`);
    await rep.call('POST', `/leads/${lead.id}/restore`);
  });
  afterAll(() => crm.close());

  const actions = async (query: string): Promise<string[]> => {
    const { status, body } = await admin.call('GET', `/audit?${query}`);
    expect(status).toBe(200);
    return body.data.map(({ action }: { action: string }) => action);
  };

  it('tells what was done to a record, also that it came back from the trash', async () => {
    expect(await actions(`entity=lead:${lead.id}`)).toEqual([
      'lead.restored',
      'lead.deleted',
      'lead.created',
    ]);
  });

  it('is narrowed by who did something, what it is about, and when', async () => {
    expect(await actions(`filter[actorId]=${rep.id}&filter[entity]=lead,deal`)).toEqual([
      'lead.restored',
      'lead.deleted',
      'lead.created',
    ]);
    expect(await actions('filter[entity]=deal')).toEqual(['deal.created']);
    expect(await actions('filter[actorId]=@me&filter[entity]=lead')).toEqual([]);
    const hence = new Date(Date.now() + 60_000).toISOString();
    expect(await actions(`filter[at][gte]=${hence}`)).toEqual([]);
    expect((await actions(`filter[at][lte]=${hence}`)).length).toBeGreaterThan(4);
    expect((await admin.call('GET', '/audit?filter[entity]=secret')).status).toBe(422);
  });
});
