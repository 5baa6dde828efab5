import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { Automations } from './automations.ts';
import { quietAutomations } from './quiet.ts';

const day = 86_400_000;

let crm: TestCrm;
let admin: Person;
let rep: Person;
let automations: Automations;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  automations = new Automations(crm.services);
});
afterAll(() => crm.close());

const set = async (change: Record<string, object>) => {
  const { body } = await admin.call('GET', '/settings');
  const next = Object.fromEntries(
    Object.entries(body.automations).map(([name, rule]) => [name, { ...(rule as object), ...change[name] }]),
  );
  const changed = await admin.call(
    'PATCH',
    '/settings',
    { automations: next },
    { 'if-match': String(body.version) },
  );
  expect(changed.status).toBe(200);
};
const runs = async (rule: string) => (await admin.call('GET', `/automations/runs?rule=${rule}`)).body.data;
const tasksOf = async (entity: string, id: string) =>
  (await admin.call('GET', `/tasks?filter[link]=${entity}:${id}`)).body.data;
const newDeal = async (title: string, ownerId = rep.id) =>
  (await admin.call('POST', '/deals', { title, amountCents: 1000, ownerId })).body;
const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
const win = async (deal: { id: string; version: number }) => {
  const { body } = await admin.call(
    'POST',
    `/deals/${deal.id}/win`,
    {},
    { 'if-match': String(deal.version) },
  );
  await automations.dealWon(body.orgId ?? '000000000000000000000001', deal.id);
  return body;
};

describe('an automation', () => {
  it('does nothing before somebody says yes', async () => {
    const { automations: rules } = (await admin.call('GET', '/settings')).body;
    expect(Object.values(rules).map((rule) => (rule as { on: boolean }).on)).toEqual(Array(4).fill(false));
    const deal = await newDeal('Quiet');
    await win(deal);
    await stored('deals').updateMany({}, { $set: { lastActivityAt: new Date(Date.now() - 100 * day) } });
    await automations.daily();
    expect(await tasksOf('deal', deal.id)).toEqual([]);
    expect((await admin.call('GET', '/automations/runs')).body.data).toEqual([]);
  });

  it('that was on without being asked for is switched off by the next release, once', async () => {
    const { db } = crm.services.mongo;
    const on = { 'automations.idleDeal.on': true };
    await db.collection('orgs').updateMany({}, { $set: on, $unset: { automationsSince: '' } });
    await quietAutomations(crm.services.mongo);
    expect((await admin.call('GET', '/settings')).body.automations.idleDeal.on).toBe(false);
    await db.collection('orgs').updateMany({}, { $set: on });
    await quietAutomations(crm.services.mongo);
    expect((await admin.call('GET', '/settings')).body.automations.idleDeal.on).toBe(true);
    await db.collection('orgs').updateMany({}, { $set: { 'automations.idleDeal.on': false } });
  });

  it('shows what it did to admins alone', async () => {
    expect((await rep.call('GET', '/automations/runs')).status).toBe(403);
  });
});

describe('a deal that is won', () => {
  it('brings its checklist to its owner once, also when it is opened again and won again', async () => {
    await set({ dealWon: { on: true, checklist: ['Thank', 'Begin'] } });
    const deal = await newDeal('Won');
    const won = await win(deal);
    // The job comes by the outbox; it may run again after a crash.
    await automations.dealWon('000000000000000000000001', deal.id);
    const tasks = await tasksOf('deal', deal.id);
    expect(tasks.map(({ title }: { title: string }) => title).sort()).toEqual(['Begin', 'Thank']);
    expect(tasks[0]).toMatchObject({ assigneeId: rep.id, source: 'workflow', status: 'open' });
    const again = await admin.call(
      'POST',
      `/deals/${deal.id}/reopen`,
      {},
      { 'if-match': String(won.version) },
    );
    await win(again.body);
    expect(await tasksOf('deal', deal.id)).toHaveLength(2);
    expect(await runs('dealWon')).toMatchObject([
      {
        record: { entity: 'deal', id: deal.id },
        taskIds: expect.arrayContaining(tasks.map(({ id }: { id: string }) => id)),
      },
    ]);
  });

  it('asks for it by a job that is told with the change itself', async () => {
    const deal = await newDeal('By job');
    await admin.call('POST', `/deals/${deal.id}/win`, {}, { 'if-match': String(deal.version) });
    const queue = await crm.services.queues.get('automations');
    await eventually('the job', async () =>
      (await queue.getJobs()).some(
        ({ name, data }) => name === 'automations.dealWon' && data.dealId === deal.id,
      ),
    );
  });

  it('gives the tasks of somebody who left to nobody', async () => {
    const gone = await join(crm, admin, 'Gil Gone', 'rep');
    const deal = await newDeal('Left', gone.id);
    await admin.call('PATCH', `/users/${gone.id}`, { status: 'disabled' });
    await win(deal);
    expect((await tasksOf('deal', deal.id))[0]).toMatchObject({ assigneeId: null });
  });

  it('has its checklist once, though many workers do it at the same moment', async () => {
    const deal = await newDeal('At once');
    await admin.call('POST', `/deals/${deal.id}/win`, {}, { 'if-match': String(deal.version) });
    await Promise.all(
      Array.from({ length: 5 }, () => automations.dealWon('000000000000000000000001', deal.id)),
    );
    expect(await tasksOf('deal', deal.id)).toHaveLength(2);
  });
});

describe('a deal that lies idle', () => {
  it('brings its owner one task each time it falls idle', async () => {
    await set({ idleDeal: { on: true, days: 7 }, dealWon: { on: false } });
    const [idle, fresh] = [await newDeal('Idle'), await newDeal('Fresh')];
    const idleFor = (id: string, days: number) =>
      stored('deals').updateOne({ _id: id }, { $set: { lastActivityAt: new Date(Date.now() - days * day) } });
    await stored('deals').updateMany({}, { $set: { lastActivityAt: new Date() } });
    await idleFor(idle.id, 8);
    await idleFor(fresh.id, 6);
    await automations.daily();
    await automations.daily();
    const [task, ...others] = await tasksOf('deal', idle.id);
    expect(others).toEqual([]);
    expect(task).toMatchObject({ title: 'Retomar o contato: Idle', kind: 'follow_up', assigneeId: rep.id });
    expect(await tasksOf('deal', fresh.id)).toEqual([]);
    await idleFor(idle.id, 9);
    await automations.daily();
    expect(await tasksOf('deal', idle.id)).toHaveLength(2);
    expect(await runs('idleDeal')).toHaveLength(2);
  });
});

describe('a letter that nobody answers', () => {
  const sent = async (days: number, over: object = {}) => {
    const { body: deal } = await admin.call('POST', '/deals', { title: 'Letter', ownerId: rep.id });
    const { body } = await rep.call('POST', '/emails', {
      to: ['maria@example.com'],
      subject: 'Proposta',
      bodyHtml: '<p>Olá</p>',
      links: [{ entity: 'deal', id: deal.id }],
    });
    const sentAt = new Date(Date.now() - days * day);
    await stored('emails').updateOne({ _id: body.id }, { $set: { status: 'sent', sentAt, ...over } });
    return deal.id as string;
  };

  it('brings a task to follow up after the days that were set, once', async () => {
    await set({ idleDeal: { on: false }, noReply: { on: true, days: 3 } });
    const [waiting, early, answered, old] = [
      await sent(4),
      await sent(2),
      await sent(4, { repliedAt: new Date() }),
      await sent(40),
    ];
    const called = await sent(4);
    await rep.call('POST', '/activities', {
      kind: 'call',
      direction: 'in',
      body: 'They called',
      links: [{ entity: 'deal', id: called }],
    });
    await automations.daily();
    await automations.daily();
    expect(await tasksOf('deal', waiting)).toMatchObject([
      { title: 'Sem resposta: Proposta', kind: 'follow_up', assigneeId: rep.id },
    ]);
    // What it was about is in the trash: nobody is to follow that up, and nothing else is kept from being done.
    const trashed = await sent(4);
    await stored('deals').updateOne({ _id: trashed }, { $set: { deletedAt: new Date() } });
    await automations.daily();
    for (const none of [early, answered, old, called, trashed])
      expect(await tasksOf('deal', none)).toEqual([]);
    expect(await runs('noReply')).toHaveLength(1);
  });
});

describe('a new lead', () => {
  it('is given to somebody, and the run says to whom', async () => {
    await set({ newLead: { on: true, assign: 'round_robin' } });
    const { body: lead } = await admin.call('POST', '/leads', { name: 'Nova', email: 'nova@example.com' });
    expect(lead.ownerId).not.toBeNull();
    expect(await runs('newLead')).toMatchObject([
      { record: { entity: 'lead', id: lead.id }, ownerId: lead.ownerId },
    ]);
  });
});
