import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { Automations } from '../automations/automations.ts';
import { dealHealth } from '../deals/health.ts';
import type { LeadScore } from '../leads/schema.ts';
import { firstOrgId } from '../org/org.ts';
import { notify, type Occasion } from './notify.ts';

let crm: TestCrm;
let admin: Person;
let manager: Person;
let rep: Person;
let other: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  manager = await join(crm, admin, 'Mia Manager', 'manager');
  const { body: team } = await admin.call('POST', '/teams', { name: 'Sul', managerIds: [manager.id] });
  rep = await join(crm, admin, 'Rui Rep', 'rep', team.id);
  other = await join(crm, admin, 'Olga Other', 'rep');
  await settings({ repVisibility: 'own' });
});
afterAll(() => crm.close());
beforeEach(async () => {
  await stored('notifications').deleteMany({});
});

const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
const settings = async (change: object) => {
  const { version } = (await admin.call('GET', '/settings')).body;
  const { status } = await admin.call('PATCH', '/settings', change, { 'if-match': String(version) });
  expect(status).toBe(200);
};
const inbox = async (who: Person) => (await who.call('GET', '/notifications')).body;
const kindsOf = async (who: Person): Promise<string[]> =>
  (await inbox(who)).data.map(({ kind }: { kind: string }) => kind);
const everybodys = async () => Promise.all([admin, manager, rep, other].map(kindsOf));
const newLead = async (over: object, by = admin) =>
  (
    await by.call('POST', '/leads?allowDuplicate=true', {
      name: 'Clara Lima',
      email: 'c@example.com',
      ...over,
    })
  ).body;
const newDeal = async (ownerId: string, by = admin) =>
  (await by.call('POST', '/deals', { title: 'Obra', amountCents: 123_400, ownerId })).body;
const tell = (over: Partial<Occasion>) =>
  crm.services.outbox.commit((session, announce) =>
    notify(
      crm.services.mongo,
      { orgId: firstOrgId, kind: 'mention', to: [], actorId: null, occasion: 'x', ...over },
      { session, tell: announce },
    ),
  );

describe('a notice', () => {
  it('tells whom a lead or deal was given to, by its name of today, and not who did it', async () => {
    const lead = await newLead({ ownerId: rep.id });
    await newDeal(rep.id);
    await newLead({ ownerId: admin.id });
    const { data, unread, mailed } = await inbox(rep);
    expect({ unread, mailed }).toEqual({ unread: 2, mailed: false });
    expect(data).toMatchObject([
      { kind: 'deal_assigned', record: { name: 'Obra' }, readAt: null },
      {
        kind: 'lead_assigned',
        record: { entity: 'lead', id: lead.id, name: 'Clara Lima', deleted: false },
        data: { actor: 'Ana Admin' },
      },
    ]);
    await admin.call('PATCH', `/leads/${lead.id}`, { name: 'Clara Reis' }, { 'if-match': '1' });
    expect((await inbox(rep)).data[1].record.name).toBe('Clara Reis');
    expect(await everybodys()).toEqual([[], [], ['deal_assigned', 'lead_assigned'], []]);
  });

  it('is written with what causes it, or not at all', async () => {
    const failing = crm.services.outbox.commit(async (session, announce) => {
      await notify(
        crm.services.mongo,
        { orgId: firstOrgId, kind: 'mention', to: [rep.id], actorId: null, occasion: 'undone' },
        { session, tell: announce },
      );
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await kindsOf(rep)).toEqual([]);
  });

  it('is told once, also by workers that tell it at the same moment', async () => {
    const told = await Promise.all(
      Array.from({ length: 6 }, () => tell({ to: [rep.id, other.id], occasion: 'at once' })),
    );
    expect(told.flat().sort()).toEqual([rep.id, other.id].sort());
    expect(await everybodys()).toEqual([[], [], ['mention'], ['mention']]);
  });

  it('is not for who has left, is of the example data, or switched it off', async () => {
    const set = (change: object) => stored('users').updateOne({ _id: other.id }, { $set: change });
    for (const [without, again] of [
      [{ status: 'disabled' }, { status: 'active' }],
      [{ isDemo: true }, { isDemo: false }],
      [{ 'prefs.notifications': { channels: { mention: 'off' } } }, { 'prefs.notifications': {} }],
    ]) {
      await set(without!);
      expect(await tell({ to: [other.id], occasion: JSON.stringify(without) })).toEqual([]);
      await set(again!);
    }
    expect(await tell({ to: [other.id, rep.id, null], actorId: rep.id })).toEqual([other.id]);
    const record = { entity: 'deal' as const, id: 'a'.repeat(24), ownerId: other.id };
    const demo = { ...record, isDemo: true };
    expect(await tell({ to: [other.id], occasion: 'demo', record: demo })).toEqual([]);
    expect(await tell({ to: [other.id], occasion: 'demo', record })).toEqual([other.id]);
  });

  it('never speaks of a record that its reader may not see', async () => {
    const record = { entity: 'deal' as const, id: 'a'.repeat(24), ownerId: rep.id };
    const to = [admin.id, manager.id, rep.id, other.id];
    expect((await tell({ to, record })).sort()).toEqual([admin.id, manager.id, rep.id].sort());
    // And no longer, once it was given to somebody else.
    const lead = await newLead({ ownerId: rep.id });
    await admin.call('PATCH', `/leads/${lead.id}`, { ownerId: other.id }, { 'if-match': '1' });
    const [mine] = (await inbox(rep)).data;
    expect([mine.kind, mine.record, mine.data]).toEqual(['lead_assigned', null, {}]);
    expect(JSON.stringify(await inbox(rep))).not.toContain('Clara');
  });

  it('is read by its own reader alone, one by one or all at once', async () => {
    for (const occasion of ['a', 'b', 'c']) await tell({ to: [rep.id, other.id], occasion });
    const [first] = (await inbox(rep)).data;
    const read = (who: Person) => who.call('POST', '/notifications/read', { ids: [first.id] });
    expect((await read(other)).body).toEqual({ unread: 3 });
    expect((await read(rep)).body).toEqual({ unread: 2 });
    expect((await inbox(rep)).data[0].readAt).toEqual(expect.any(String));
    expect((await rep.call('POST', '/notifications/read-all')).body).toEqual({ unread: 0 });
    expect((await inbox(other)).unread).toBe(3);
    expect((await crm.call('GET', '/notifications')).status).toBe(403);
  });

  it('comes a page at a time, newest first', async () => {
    for (const occasion of ['a', 'b', 'c']) await tell({ to: [rep.id], occasion, data: { occasion } });
    const said = ({ body }: Awaited<ReturnType<Person['call']>>) =>
      body.data.map(({ data }: { data: object }) => Object.values(data)[0]);
    const first = await rep.call('GET', '/notifications?limit=2');
    expect(said(first)).toEqual(['c', 'b']);
    const { nextCursor } = first.body.page;
    expect(said(await rep.call('GET', `/notifications?limit=2&cursor=${nextCursor}`))).toEqual(['a']);
  });

  it('is announced to its reader alone', async () => {
    await crm.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = crm.app.server.address() as { port: number };
    const listen = async ({ cookie }: Person) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
        headers: { cookie, origin: 'http://localhost:8080' },
      });
      const heard: { type: string; entityId: string }[] = [];
      socket.on('message', (text) => heard.push(JSON.parse(String(text))));
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
      return { heard, close: () => socket.close() };
    };
    const ears = await Promise.all([rep, other, manager, admin].map(listen));
    await tell({ to: [rep.id], occasion: 'heard' });
    await tell({ to: [other.id], occasion: 'heard' });
    await eventually('both', async () => ears[0]!.heard.length > 0 && ears[1]!.heard.length > 0);
    const [{ id }] = (await inbox(rep)).data;
    expect(ears.map(({ heard }) => heard.map(({ type }) => type))).toEqual([
      ['notification.created'],
      ['notification.created'],
      [],
      [],
    ]);
    expect(ears[0]!.heard[0]!.entityId).toBe(id);
    await rep.call('POST', '/notifications/read-all');
    await eventually('that it was read', async () => ears[0]!.heard.length > 1);
    expect(ears.map(({ heard }) => heard.length)).toEqual([2, 1, 0, 0]);
    for (const { close } of ears) close();
  });
});

describe('people are told', () => {
  const score = (scoreClass: LeadScore['class']) =>
    ({ value: 90, class: scoreClass, reasons: [], missing: [], source: 'rules' }) as unknown as LeadScore;
  const scored = async (id: string, scoreClass: LeadScore['class']) => {
    const lead = (await crm.services.leads.forScoring(firstOrgId, id))!;
    await crm.services.leads.saveScore(lead, score(scoreClass));
  };

  it('that a lead became hot, once; the admins where it is nobody’s', async () => {
    const [own, free] = [await newLead({}, rep), await newLead({ ownerId: null })];
    for (const scoreClass of ['hot', 'hot', 'warm', 'hot'] as const) await scored(own.id, scoreClass);
    await scored(free.id, 'warm');
    expect(await everybodys()).toEqual([[], [], ['hot_lead'], []]);
    await scored(free.id, 'hot');
    expect(await everybodys()).toEqual([['hot_lead'], [], ['hot_lead'], []]);
  });

  it('that a deal fell into risk, when it does', async () => {
    const { id } = await newDeal(rep.id, rep);
    const judged = async (value: number) => {
      const deal = (await crm.services.deals.openDeal(firstOrgId, id))!;
      const health = dealHealth({
        ...deal,
        rotDays: null,
        stageProbability: 10,
        hasNextTask: true,
        recentContact: false,
      });
      await crm.services.deals.saveHealth(deal, { ...health, value });
    };
    await judged(40);
    expect(await kindsOf(rep)).toEqual([]);
    for (const value of [39, 30, 80, 20]) await judged(value);
    expect(await everybodys()).toEqual([[], [], ['deal_at_risk'], []]);
  });

  it('that a colleague names them in a note, who must be able to see it', async () => {
    const { id } = await newDeal(rep.id);
    await stored('notifications').deleteMany({});
    const note = (mentions: string[]) =>
      rep.call('POST', '/activities', {
        kind: 'note',
        body: 'Vejam',
        links: [{ entity: 'deal', id }],
        mentions,
      });
    const refused = await note([manager.id, other.id]);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ code: 'mentions.out-of-reach' }] } });
    expect((await note(['a'.repeat(24)])).body.errors).toMatchObject([{ code: 'mentions.unknown' }]);
    expect(await everybodys()).toEqual([[], [], [], []]);
    const { status, body } = await note([manager.id, rep.id]);
    expect({ status, mentions: body.mentions }).toEqual({ status: 201, mentions: [manager.id, rep.id] });
    expect((await inbox(manager)).data).toMatchObject([
      { kind: 'mention', record: { entity: 'deal', id, name: 'Obra' }, data: { actor: 'Rui Rep' } },
    ]);
    expect(await kindsOf(rep)).toEqual([]);
  });

  it('of the team that a deal is won and of the idle ones their manager, by the automations that say so', async () => {
    const automations = new Automations(crm.services);
    const { automations: rules } = (await admin.call('GET', '/settings')).body;
    const on = (name: string) => ({ [name]: { ...rules[name], on: true } });
    await settings({ automations: { ...rules, ...on('dealWon'), ...on('idleDeal') } });
    const mate = await join(crm, admin, 'Mel Mate', 'rep', (await rep.call('GET', '/auth/me')).body.teamId);
    const won = await newDeal(rep.id, rep);
    await rep.call('POST', `/deals/${won.id}/win`, {}, { 'if-match': '1' });
    const queued = await eventually('the job', async () =>
      (await (await crm.services.queues.get('automations')).getJobs()).find(
        ({ data }) => data.dealId === won.id,
      ),
    );
    expect(queued.data.actorId).toBe(rep.id);
    for (let again = 0; again < 2; again += 1)
      await automations.dealWon(firstOrgId, won.id, { actorId: rep.id });
    // A rep who may only see their own records is not told of another's.
    expect(await Promise.all([manager, rep, mate, other, admin].map(kindsOf))).toEqual([
      ['deal_won'],
      [],
      [],
      [],
      [],
    ]);
    expect((await inbox(manager)).data[0].data).toEqual({ amountCents: 123_400, currency: 'BRL' });

    const idle = await newDeal(rep.id, rep);
    const ago = async (days: number) => {
      const createdAt = new Date(Date.now() - days * 86_400_000);
      await stored('deals').updateOne({ _id: idle.id }, { $set: { createdAt, lastActivityAt: null } });
      await automations.daily();
      await automations.daily();
    };
    await ago(rules.idleDeal.days + 1);
    expect(await kindsOf(manager)).toEqual(['deal_won']);
    await ago(rules.idleDeal.days * 2 + 1);
    expect(await kindsOf(manager)).toEqual(['deal_idle', 'deal_won']);
    expect((await inbox(manager)).data[0].data).toEqual({ days: rules.idleDeal.days * 2 + 1 });
    const { data: runs } = (await admin.call('GET', '/automations/runs?rule=idleDeal')).body;
    expect(runs[0].notifiedIds).toEqual([manager.id]);
    await settings({ automations: rules });
  });
});
