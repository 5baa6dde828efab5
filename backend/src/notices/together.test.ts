import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { NoticeMail, type NoticeMailNeeds } from './letters.ts';
import { Mornings } from './morning.ts';

let crm: TestCrm;
let admin: Person;
let manager: Person;
let rep: Person;
let other: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  manager = await join(crm, admin, 'Mia Manager', 'manager');
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  other = await join(crm, admin, 'Olga Other', 'rep');
  await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': '1' });
});
afterAll(() => crm.close());
beforeEach(async () => {
  await stored('notifications').deleteMany({});
});

const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
let leads = 0;
/** New leads of nobody. */
const someLeads = (count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const email = `lead-${++leads}@example.com`;
      return (await admin.call('POST', '/leads', { name: `Lead ${leads}`, email, ownerId: null })).body.id;
    }),
  );
const give = async (ids: string[], ownerId = rep.id, by = admin) => {
  const { body } = await by.call('POST', '/leads/assign', { ids, ownerId });
  expect(body).toEqual({ assigned: ids.length, refused: [] });
};
const inbox = async (who = rep) => (await who.call('GET', '/notifications')).body;
const counts = async (who = rep) =>
  (await inbox(who)).data.map(({ count }: { count: number }) => count).sort();

describe('many records given at once', () => {
  it('are one notice, which names none of them, of their count', async () => {
    await give(await someLeads(12));
    const { data, unread } = await inbox();
    expect(unread).toBe(1);
    expect(data).toMatchObject([
      { kind: 'lead_assigned', count: 12, record: null, data: { actor: 'Ana Admin' }, readAt: null },
    ]);
    expect(JSON.stringify(data)).not.toContain('Lead ');
  });

  it('are one of each person who gives them, of each kind, and to each who is given some', async () => {
    const ids = await someLeads(6);
    await give(ids.slice(0, 2));
    await give(ids.slice(2, 4), rep.id, manager);
    await give(ids.slice(4), other.id);
    for (const title of ['One', 'Two', 'Six'])
      await admin.call('POST', '/deals', { title, amountCents: 100, ownerId: rep.id });
    expect((await inbox()).data).toMatchObject([
      { kind: 'deal_assigned', count: 3 },
      { kind: 'lead_assigned', count: 2, data: { actor: 'Mia Manager' } },
      { kind: 'lead_assigned', count: 2, data: { actor: 'Ana Admin' } },
    ]);
    expect(await counts(other)).toEqual([2]);
  });

  it('are one notice also where they come one by one, or at the same moment', async () => {
    const [first, ...rest] = await someLeads(9);
    await give([first!]);
    await Promise.all(rest.map((id) => give([id])));
    expect(await counts()).toEqual([9]);
  });

  it('begin another once that is read, is older than a minute, or tells of a hundred', async () => {
    const ids = await someLeads(104);
    await give(ids.slice(0, 2));
    await rep.call('POST', '/notifications/read-all');
    await give(ids.slice(2, 3));
    expect(await counts()).toEqual([1, 2]);
    await stored('notifications').updateMany({}, { $set: { at: new Date(Date.now() - 61_000) } });
    await give(ids.slice(3, 4));
    expect(await counts()).toEqual([1, 1, 2]);
    await stored('notifications').deleteMany({});
    await give(ids.slice(4));
    await give(ids.slice(0, 1), other.id);
    await give(ids.slice(0, 1));
    expect(await counts()).toEqual([1, 100]);
  });

  it('are each told of once, and no longer when they are out of reach', async () => {
    const ids = await someLeads(3);
    await give(ids);
    await give([ids[0]!], other.id);
    expect(await counts()).toEqual([2]);
    await give([ids[0]!]);
    expect(await counts()).toEqual([3]);
    await give(ids.slice(0, 2), other.id);
    const [{ count, record }] = (await inbox()).data;
    expect({ count, record }).toMatchObject({ count: 1, record: { entity: 'lead', id: ids[2] } });
    await give([ids[2]!], other.id);
    expect((await inbox()).data).toMatchObject([{ count: 0, record: null, data: {} }]);
  });
});

describe('an e-mail', () => {
  const noon = new Date('2099-11-26T12:00:00-03:00');
  let letters: { to: string; subject: string; text: string }[];
  let needs: NoticeMailNeeds;
  beforeEach(async () => {
    letters = [];
    const queueLetter = async (letter: (typeof letters)[number]) => void letters.push(letter);
    needs = {
      ...crm.services,
      settings: testSettings(),
      letters: { able: true, queueLetter } as unknown as NoticeMailNeeds['letters'],
    };
    await stored('users').updateMany({}, { $unset: { greetedOn: true } });
  });

  it('tells of all in one sentence, with the list of one’s own; of what joined since, by itself', async () => {
    const ids = await someLeads(5);
    await give(ids.slice(0, 3));
    const mail = new NoticeMail(needs);
    await mail.send(rep.id, noon);
    expect(letters.map(({ subject }) => subject)).toEqual(['Você recebeu 3 leads']);
    expect(letters[0]!.text).toContain(
      'Você recebeu 3 leads\nhttp://localhost:8080/leads?owner=%5B%22%40me%22%5D\n',
    );
    await give(ids.slice(3));
    await mail.send(rep.id, noon);
    await mail.send(rep.id, noon);
    expect(letters.slice(1).map(({ subject }) => subject)).toEqual(['Você recebeu 2 leads']);
    expect(await counts()).toEqual([5]);
  });

  it('in the morning tells of them in one line', async () => {
    for (const title of ['One', 'Two', 'Six'])
      await admin.call('POST', '/deals', { title, amountCents: 100, ownerId: rep.id });
    // A Thursday.
    await new Mornings(needs).begin(new Date('2026-11-26T07:00:00-03:00'));
    const morning = letters.find(({ to }) => to === 'rui.rep@example.com')!;
    expect(morning.text).toMatch(/Avisos não lidos \(1\)\n- Você recebeu 3 negócios http\S+\/deals\?owner=/);
  });
});
