import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../../test/crm.ts';
import { firstAdmin, type Person } from '../../../test/person.ts';

describe('example data', () => {
  let crm: TestCrm;
  let admin: Person;
  beforeAll(async () => {
    crm = await openCrm();
    admin = await firstAdmin(crm);
  });
  afterAll(() => crm.close());
  const count = (name: string, filter: object = {}) =>
    crm.services.mongo.db.collection(name).countDocuments({ isDemo: true, ...filter });

  it('comes in seconds, as much as it says, all of it marked and unreachable by mail', async () => {
    const began = performance.now();
    const { status, body } = await admin.call('POST', '/demo-data');
    expect(performance.now() - began).toBeLessThan(5000);
    expect([status, body.present]).toEqual([201, true]);
    const counts = ['users', 'teams', 'companies', 'contacts', 'leads', 'deals', 'tasks'].map((name) =>
      count(name),
    );
    expect(await Promise.all(counts)).toEqual([5, 2, 40, 90, 120, 60, 80]);
    const deals = ['open', 'won', 'lost'].map((status) => count('deals', { status }));
    expect(await Promise.all(deals)).toEqual([35, 15, 10]);
    const activities = await count('activities');
    expect(activities).toBeGreaterThan(500);
    expect(activities).toBeLessThan(700);
    for (const name of ['leads', 'contacts', 'users'])
      for (const record of await crm.services.mongo.db.collection(name).find({ isDemo: true }).toArray()) {
        const addresses = [
          record.email,
          ...(record.emails ?? []).map(({ value }: { value: string }) => value),
        ];
        for (const address of addresses.filter(Boolean)) expect(address).toMatch(/@example\.com$/);
      }
  });

  it('has tasks whose titles say what their kinds do', async () => {
    const tasks = await crm.services.mongo.db.collection('tasks').find({ isDemo: true }).toArray();
    const told: Record<string, RegExp> = {
      call: /liga|telefone/i,
      email: /^(Enviar|Responder e-mail)/,
      whatsapp: /WhatsApp/,
      meeting: /^(Demonstração|Reunião|Visita)/,
      follow_up: /^(Cobrar retorno|Retomar contato)/,
      other: /^(Preparar|Revisar)/,
    };
    for (const { kind, title } of tasks) expect(title, kind).toMatch(told[kind]!);
    expect(new Set(tasks.map(({ kind }) => kind)).size).toBe(6);
  });

  it('fills the screens: today, board, lists, timelines', async () => {
    const period = 'from=2026-01-01&to=2027-01-01';
    const { today, firstSteps } = (await admin.call('GET', `/dashboard/home?${period}&steps=true`)).body;
    expect([today.todayTasks.total, today.overdueTasks.total]).toEqual([8, 10]);
    expect(firstSteps).toMatchObject({ lead: true, invite: true, demo: expect.any(Number) });
    const { columns } = (await admin.call('GET', '/deals/board')).body;
    expect(columns.reduce((sum: number, column: { count: number }) => sum + column.count, 0)).toBe(35);
    for (const noun of ['leads', 'contacts', 'companies', 'tasks'])
      expect((await admin.call('GET', `/${noun}`)).body.data.length).toBeGreaterThan(0);
    const [card] = columns[1].deals;
    expect((await admin.call('GET', `/timeline?link=deal:${card.id}`)).body.data.length).toBeGreaterThan(0);
    const moved = await admin.call(
      'POST',
      `/deals/${card.id}/move`,
      { stageId: columns[0].stageId },
      { 'if-match': '1' },
    );
    expect(moved.status).toBe(200);
  });

  it('is refused a second time', async () => {
    expect((await admin.call('POST', '/demo-data')).status).toBe(409);
  });

  it('goes without a trace, and what people made stays', async () => {
    const { db } = crm.services.mongo;
    const company = await db.collection('companies').findOne({ isDemo: true });
    const owner = await db.collection('users').findOne({ isDemo: true });
    const { body: own } = await admin.call('POST', '/deals', {
      title: 'Negócio de verdade',
      companyId: company!._id,
      ownerId: owner!._id,
    });
    expect((await admin.call('DELETE', '/demo-data')).status).toBe(204);
    expect((await admin.call('GET', '/demo-data')).body).toEqual({ present: false, records: 0 });
    const { body } = await admin.call('GET', `/deals/${own.id}`);
    expect(body).toMatchObject({ title: 'Negócio de verdade', companyId: null, ownerId: null });
  });
});
