import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  crm = await openCrm({ CACHE_TTL: '0' });
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  const { version } = (await admin.call('GET', '/settings')).body;
  await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
  crm.services.authenticator.forget();
});
afterAll(() => crm.close());

const titles = (list: { title: string }[]) => list.map(({ title }) => title);

describe('the home screen', () => {
  it("shows one's own tasks of today and before, hot leads and deals in need, and nobody else's", async () => {
    const now = Date.now();
    const task = (who: Person, title: string, dueAt: number) =>
      who.call('POST', '/tasks', { title, dueAt: new Date(dueAt).toISOString() });
    await task(rep, 'Late', now - 3 * 86_400_000);
    await task(rep, 'Now', now);
    await task(rep, 'Next month', now + 30 * 86_400_000);
    await task(admin, "Admin's", now - 3 * 86_400_000);
    const { body: lead } = await rep.call('POST', '/leads', { name: 'Hot Lead', email: 'hot@example.com' });
    const { body: mine } = await rep.call('POST', '/deals', { title: 'My deal', amountCents: 1000 });
    await rep.call('POST', '/deals', { title: 'Planned' }).then(({ body }) =>
      rep.call('POST', '/tasks', {
        title: 'Plan',
        dueAt: new Date(now + 9 * 86_400_000).toISOString(),
        links: [{ entity: 'deal', id: body.id }],
      }),
    );
    await admin.call('POST', '/deals', { title: "Admin's deal" });
    await crm.services.mongo.db.collection('deals').updateOne(
      { _id: mine.id },
      {
        $set: {
          health: {
            value: 30,
            class: 'red',
            winProbability: 5,
            risks: [],
            source: 'rules',
            at: new Date().toISOString(),
          },
        },
      },
    );
    await crm.services.mongo.db.collection('leads').updateOne(
      { _id: lead.id },
      {
        $set: {
          score: {
            value: 90,
            class: 'hot',
            rules: { seniority: 30, fit: 25, engagement: 20, quality: 15, signals: 0 },
            aiAdj: 0,
            reasons: [],
            missing: [],
            nextActions: [],
            source: 'rules',
            runId: null,
            at: new Date().toISOString(),
          },
        },
      },
    );
    const { body } = await rep.call('GET', '/dashboard/today');
    expect(titles(body.overdueTasks)).toEqual(['Late']);
    expect(titles(body.todayTasks)).toEqual(['Now']);
    expect(body.hotLeads.map(({ id }: { id: string }) => id)).toEqual([lead.id]);
    expect(titles(body.dealsAtRisk)).toEqual(['My deal']);
    expect(titles(body.dealsWithoutNextStep)).toEqual(['My deal']);
  });
});

describe('the numbers', () => {
  it('sum what the person may see, per currency, and give no rate from too few', async () => {
    const close = async (amountCents: number, how: 'win' | 'lose') => {
      const { body } = await admin.call('POST', '/deals', { title: 'Closed', amountCents });
      await admin.call('POST', `/deals/${body.id}/${how}`, how === 'lose' ? { reason: 'Preço' } : {}, {
        'if-match': '1',
      });
    };
    await close(10_000, 'win');
    await close(20_000, 'win');
    await close(99_000, 'lose');
    const period = 'from=2020-01-01&to=2099-01-01';
    const all = (await admin.call('GET', `/dashboard/summary?${period}`)).body;
    expect(all).toMatchObject({
      won: 2,
      lost: 1,
      winRate: null,
      openDeals: 3,
      newLeads: 1,
      byCurrency: [
        {
          currency: 'BRL',
          wonCents: 30_000,
          averageTicketCents: 15_000,
          pipelineCents: 1000,
          weightedCents: 100,
        },
      ],
    });
    await close(1, 'win');
    await close(1, 'lose');
    expect((await admin.call('GET', `/dashboard/summary?${period}`)).body.winRate).toBe(0.6);
    expect((await rep.call('GET', `/dashboard/summary?${period}`)).body).toMatchObject({
      won: 0,
      lost: 0,
      openDeals: 2,
    });
    expect((await admin.call('GET', '/dashboard/summary?from=2001-01-01&to=2002-01-01')).body).toMatchObject({
      won: 0,
      newLeads: 0,
    });
    expect((await admin.call('GET', '/dashboard/summary?from=2002-01-01&to=2001-01-01')).status).toBe(422);
  });
});

describe('the numbers, kept', () => {
  it('are right again as soon as a deal was won', async () => {
    const own = await openCrm({ CACHE_TTL: '300' });
    try {
      const boss = await firstAdmin(own);
      const won = async () =>
        (await boss.call('GET', '/dashboard/summary?from=2020-01-01&to=2099-01-01')).body.won;
      const { body: deal } = await boss.call('POST', '/deals', { title: 'Kept', amountCents: 1 });
      expect(await won()).toBe(0);
      await boss.call('POST', `/deals/${deal.id}/win`, {}, { 'if-match': '1' });
      await eventually('the number of won deals', async () => (await won()) === 1);
    } finally {
      await own.close();
    }
  });
});
