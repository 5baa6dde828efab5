import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
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

const home = '/dashboard/home?from=2026-01-01&to=2027-01-01';
const soon = () => new Date(Date.now() + 1000).toISOString();
/** The date that it is there. */
const dayOf = (timeZone: string) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date());
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
    const { today, firstSteps } = (await rep.call('GET', home)).body;
    expect(titles(today.overdueTasks.data)).toEqual(['Late']);
    expect(titles(today.todayTasks.data)).toEqual(['Now']);
    expect(today.hotLeads.data.map(({ id }: { id: string }) => id)).toEqual([lead.id]);
    expect(titles(today.dealsAtRisk.data)).toEqual(['My deal']);
    expect(titles(today.dealsWithoutNextStep.data)).toEqual(['My deal']);
    expect(firstSteps).toBeNull();
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

describe('the home screen, kept', () => {
  it('is not kept while nobody can say whether something changed', async () => {
    const own = await openCrm({ CACHE_TTL: '300' });
    try {
      const boss = await firstAdmin(own);
      const due = async () => titles((await boss.call('GET', home)).body.today.todayTasks.data);
      vi.spyOn(own.services.redis, 'get').mockRejectedValue(new Error('Redis is away'));
      expect(await due()).toEqual([]);
      await boss.call('POST', '/tasks', { title: 'Call', dueAt: soon() });
      expect(await due()).toEqual(['Call']);
    } finally {
      vi.restoreAllMocks();
      await own.close();
    }
  });

  it('is one’s own, shows at once what was changed, and shares numbers only where people see the same', async () => {
    const own = await openCrm({ CACHE_TTL: '300' });
    try {
      const boss = await firstAdmin(own);
      const [ana, rui] = [await join(own, boss, 'Ana Rep', 'rep'), await join(own, boss, 'Rui Rep', 'rep')];
      const seen = async (who: Person) => (await who.call('GET', home)).body;
      const due = async (who: Person) => titles((await seen(who)).today.todayTasks.data);
      const { body: task } = await ana.call('POST', '/tasks', { title: "Ana's", dueAt: soon() });
      await rui.call('POST', '/tasks', { title: "Rui's", dueAt: soon() });
      await eventually('the tasks of today', async () => (await due(ana)).length === 1);
      expect(await due(rui)).toEqual(["Rui's"]);
      expect(await due(ana)).toEqual(["Ana's"]);
      await ana.call('POST', `/tasks/${task.id}/complete`, {}, { 'if-match': String(task.version) });
      await eventually('the completed task to be gone', async () => (await due(ana)).length === 0);

      await ana.call('POST', '/deals', { title: "Ana's deal", amountCents: 7 });
      await eventually('the deal', async () => (await seen(rui)).month.openDeals === 1);
      const { version } = (await boss.call('GET', '/settings')).body;
      await boss.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
      own.services.authenticator.forget();
      expect((await seen(rui)).month.openDeals).toBe(0);
      expect((await seen(ana)).month.openDeals).toBe(1);
    } finally {
      await own.close();
    }
  });
});

describe('the home screen of somebody busy', () => {
  it('counts all of them, also those that it does not list, and leaves out none that is due tonight', async () => {
    const who = await join(crm, admin, 'Bia Busy', 'rep');
    // Her day, not the organisation's: at 23:30 in Manaus it is tomorrow in São Paulo.
    await who.call('PATCH', '/auth/me', { timezone: 'America/Manaus' });
    const tonight = new Date(`${dayOf('America/Manaus')}T23:30:00-04:00`).toISOString();
    for (let number = 0; number < 12; number += 1)
      await who.call('POST', '/tasks', {
        title: `Call ${number}`,
        kind: 'call',
        dueAt: soon(),
        assigneeId: who.id,
      });
    await who.call('POST', '/tasks', { title: 'Tonight', kind: 'call', dueAt: tonight, assigneeId: who.id });
    for (let number = 0; number < 12; number += 1)
      await who.call('POST', '/deals', { title: `Deal ${number}`, amountCents: number, ownerId: who.id });
    const { today } = (await who.call('GET', home)).body;
    expect(titles(today.todayTasks.data)).toContain('Tonight');
    expect(today.todayTasks).toMatchObject({ total: 13, data: { length: 13 } });
    expect(today.dealsWithoutNextStep.data).toHaveLength(10);
    expect(today.dealsWithoutNextStep.total).toBe(12);
  });

  it('names what the tasks are about, and says of what is in the trash that it is', async () => {
    const who = await join(crm, admin, 'Nara Named', 'rep');
    const { body: deal } = await who.call('POST', '/deals', { title: 'Projeto', ownerId: who.id });
    await who.call('POST', '/tasks', {
      title: 'Ask',
      kind: 'call',
      dueAt: soon(),
      assigneeId: who.id,
      links: [{ entity: 'deal', id: deal.id }],
    });
    const named = { entity: 'deal', id: deal.id, name: 'Projeto', deleted: false };
    expect((await who.call('GET', home)).body.today.names).toEqual([named]);
    await who.call('DELETE', `/deals/${deal.id}`, undefined, { 'if-match': String(deal.version + 1) });
    const { body } = await who.call('GET', `/records/names?of=deal:${deal.id},lead:${'0'.repeat(24)}`);
    expect(body.data.map(({ entity, id }: { entity: string; id: string }) => `${entity}:${id}`)).toEqual([
      `deal:${deal.id}`,
    ]);
    expect((await who.call('GET', '/records/names?of=deal')).status).toBe(422);
  });
});
