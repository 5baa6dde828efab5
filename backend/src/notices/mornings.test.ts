import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { startSmtp } from '../../test/smtp.ts';
import { Letters } from '../mail/letters.ts';
import { firstOrgId } from '../org/org.ts';
import { NoticeMail } from './letters.ts';
import { Mornings } from './morning.ts';
import { notify } from './notify.ts';
import { remindOfTasks } from './reminders.ts';
import type { NoticeWishes } from './wishes.ts';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(async () => {
  smtp.received.length = 0;
  for (const name of ['notifications', 'letters', 'tasks']) await stored(name).deleteMany({});
  await stored('users').updateMany({}, { $unset: { greetedOn: true, 'prefs.notifications': true } });
});

const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
const needs = (over: Record<string, string> = {}) => {
  const settings = testSettings({ ...smtp.settings, ...over });
  return { ...crm.services, settings, letters: new Letters({ ...crm.services, settings }) };
};
const wish = async (notifications: Partial<NoticeWishes>, who = rep) => {
  const { prefs } = (await who.call('GET', '/auth/me')).body;
  const wishes = { ...prefs.notifications, ...notifications };
  const { status } = await who.call('PATCH', '/auth/me', { prefs: { ...prefs, notifications: wishes } });
  expect(status).toBe(200);
};
/** The letters that leave, as their readers see them. */
const arrived = async () => {
  for (const { _id } of await stored('letters').find().toArray()) await needs().letters.dispatch().send(_id);
  return smtp.received.map(({ to, raw }) => {
    const [head, ...body] = raw.split('\r\n\r\n');
    const text = body.join('\n\n').replaceAll('=\r\n', '').replaceAll('\r\n', '\n');
    const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_all, hex) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return { to, head: head!, text: Buffer.from(bytes, 'latin1').toString() };
  });
};
const mention = (occasion: string, who = rep) =>
  crm.services.outbox.commit((session, tell) =>
    notify(
      crm.services.mongo,
      {
        orgId: firstOrgId,
        kind: 'task_due',
        to: [who.id],
        actorId: null,
        occasion,
        data: { title: `Ligar para ${occasion}` },
      },
      { session, tell },
    ),
  );
const newTask = async (over: object, who = rep) =>
  (await who.call('POST', '/tasks', { title: 'Ligar', ...over })).body;
const inbox = async (who = rep) => (await who.call('GET', '/notifications')).body.data;
const minutes = (count: number, from = new Date()) => new Date(from.getTime() + count * 60_000);

describe('a reminder of a task', () => {
  it('comes when its time has come, once, whatever number of workers look', async () => {
    const now = new Date();
    const look = async (at: Date) => {
      await Promise.all([1, 2, 3].map(() => remindOfTasks(crm.services, at)));
      return (await inbox()).map(({ data }: { data: { title: string } }) => data.title);
    };
    const soon = await newTask({ dueAt: minutes(30, now).toISOString(), reminderMin: 15 });
    await newTask({ title: 'Sem lembrete', dueAt: minutes(30, now).toISOString() });
    const done = await newTask({ title: 'Feita', dueAt: minutes(30, now).toISOString(), reminderMin: 15 });
    await rep.call('POST', `/tasks/${done.id}/complete`, {});
    expect(await look(minutes(14, now))).toEqual([]);
    expect(await look(minutes(15, now))).toEqual(['Ligar']);
    expect(await look(minutes(20, now))).toEqual(['Ligar']);
    expect((await inbox())[0]).toMatchObject({ kind: 'task_due', taskId: soon.id, record: null });
    // It is nobody's edit; moved to another time, it comes again.
    const moved = { dueAt: minutes(90, now).toISOString() };
    expect((await rep.call('PATCH', `/tasks/${soon.id}`, moved, { 'if-match': '1' })).status).toBe(200);
    expect(await look(minutes(74, now))).toEqual(['Ligar']);
    expect(await look(minutes(75, now))).toEqual(['Ligar', 'Ligar']);
    const earlier = await rep.call('PATCH', `/tasks/${soon.id}`, { reminderMin: 5 }, { 'if-match': '2' });
    expect(earlier.status).toBe(200);
    expect(await look(minutes(86, now))).toHaveLength(3);
  });
});

describe('a notice by e-mail', () => {
  const noon = new Date('2026-11-26T12:00:00-03:00');
  const at = (time: string) => new Date(`2026-11-${time}:00-03:00`);
  const asap = () =>
    wish({
      channels: { task_due: 'email' } as NoticeWishes['channels'],
      quiet: { from: '20:00', to: '07:00' },
    });
  const mail = () => new NoticeMail(needs());
  const waiting = (mailAt: Date) => stored('notifications').updateMany({}, { $set: { mailAt } });

  it('is one letter of all that waits, with where each leads, and is sent once', async () => {
    await asap();
    for (const name of ['Ana', 'Bia', 'Caio']) await mention(name);
    await waiting(noon);
    await Promise.all([mail().send(rep.id, noon), mail().send(rep.id, noon), mail().sweep(noon)]);
    const [letter, ...more] = await arrived();
    expect(more).toEqual([]);
    expect(letter!.to).toEqual(['rui.rep@example.com']);
    expect(letter!.head).toMatch(/^Subject: 3 avisos do Conductor\r?$/m);
    expect(letter!.text).toMatch(/Lembrete: Ligar para Ana\n[\s\S]*Ligar para Bia\n[\s\S]*Ligar para Caio\n/);
    expect(letter!.text).toContain('http://localhost:8080/settings/notifications');
  });

  it('waits until the quiet hours are over, also after midnight', async () => {
    await asap();
    await mention('Ana');
    await waiting(at('26T21:00'));
    for (const time of ['26T21:00', '27T00:30', '27T06:59']) await mail().sweep(at(time));
    expect(await arrived()).toEqual([]);
    await mail().sweep(at('27T07:00'));
    const [letter] = await arrived();
    expect(letter!.head).toContain('Lembrete: Ligar para Ana');
  });

  it('is not sent of what was read meanwhile, nor to who has left, nor where no e-mail leaves', async () => {
    await asap();
    await mention('Ana');
    await rep.call('POST', '/notifications/read-all');
    await waiting(noon);
    await mail().sweep(noon);
    await mention('Bia');
    await stored('users').updateOne({ _id: rep.id }, { $set: { status: 'disabled' } });
    await waiting(noon);
    await mail().sweep(noon);
    await stored('users').updateOne({ _id: rep.id }, { $set: { status: 'active' } });
    await mention('Caio');
    await waiting(noon);
    await new NoticeMail(needs({ SMTP_HOST: '' })).sweep(noon);
    expect(await arrived()).toEqual([]);
    expect(await stored('notifications').countDocuments({ mailAt: { $ne: null } } as object)).toBe(0);
  });

  it('goes by none where nobody asked for it', async () => {
    await wish({ channels: { task_due: 'app' } as NoticeWishes['channels'] });
    await mention('Ana');
    await mail().sweep(minutes(60 * 24));
    expect(await arrived()).toEqual([]);
    expect(await inbox()).toHaveLength(1);
  });
});

describe('the morning', () => {
  // A Thursday.
  const at = (time: string, day = '26') => new Date(`2026-11-${day}T${time}:00-03:00`);
  const begin = (now: Date) => new Mornings(needs()).begin(now);

  it('brings one e-mail of what the day holds, in one’s own language, and a notice of what is overdue', async () => {
    await wish({ channels: { task_due: 'digest' } as NoticeWishes['channels'] });
    await newTask({ title: 'Velha', dueAt: at('10:00', '20').toISOString() });
    await newTask({ title: 'De hoje', dueAt: at('18:00').toISOString() });
    await mention('Ana');
    await stored('users').updateOne({ _id: admin.id }, { $set: { locale: 'en' } });
    await newTask({ title: 'Of today', dueAt: at('18:00').toISOString() }, admin);
    await begin(at('06:59'));
    expect(await arrived()).toEqual([]);
    await Promise.all([begin(at('07:00')), begin(at('07:00')), begin(at('07:01'))]);
    await begin(at('07:30'));
    const letters = (await arrived()).sort((a, b) => (a.to[0]! < b.to[0]! ? -1 : 1));
    expect(letters.map(({ to }) => to[0])).toEqual(['ana@example.com', 'rui.rep@example.com']);
    expect(letters[0]!.text).toMatch(/Tasks of today \(1\)\n- Of today/);
    expect(letters[1]!.text).toMatch(
      /Tarefas atrasadas \(1\)\n- Velha\n\nTarefas de hoje \(1\)\n- De hoje\n\nAvisos não lidos \(1\)\n- Lembrete: Ligar para Ana/,
    );
    expect((await inbox()).map(({ kind }: { kind: string }) => kind)).toEqual(['task_overdue', 'task_due']);
    expect((await inbox())[0].data).toEqual({ count: 1, title: 'Velha' });
    expect((await inbox(admin)).map(({ kind }: { kind: string }) => kind)).toEqual([]);
    // The next day speaks of it again, and not of the notice that the day before named.
    smtp.received.length = 0;
    await stored('letters').deleteMany({});
    await begin(at('07:00', '27'));
    const next = (await arrived()).find(({ to }) => to[0] === 'rui.rep@example.com');
    expect(next!.text).toContain('Velha');
    expect(next!.text).not.toContain('Ligar para Ana');
  });

  it('begins by the clock of the person, on weekdays, after their quiet hours', async () => {
    await newTask({ title: 'Velha', dueAt: at('10:00', '20').toISOString() });
    await stored('users').updateOne({ _id: rep.id }, { $set: { timezone: 'Europe/Lisbon' } });
    await begin(at('06:00', '28')); // Saturday
    expect(await inbox()).toEqual([]);
    await begin(at('03:59')); // 06:59 in Lisbon
    expect(await inbox()).toEqual([]);
    await wish({ quiet: { from: '20:00', to: '08:00' } });
    await begin(at('04:30'));
    expect(await inbox()).toEqual([]);
    await begin(at('05:00'));
    expect(await inbox()).toHaveLength(1);
    expect(await arrived()).toHaveLength(1);
    await stored('users').updateOne({ _id: rep.id }, { $set: { timezone: null } });
  });

  it('sends nothing on a day that brings nothing, in the afternoon, or to who wants none', async () => {
    await begin(at('07:00'));
    await stored('users').updateMany({}, { $unset: { greetedOn: true } });
    await newTask({ title: 'Velha', dueAt: at('10:00', '20').toISOString() });
    await begin(at('12:00'));
    expect(await inbox()).toEqual([]);
    await wish({ digest: false });
    await begin(at('08:00'));
    expect(await arrived()).toEqual([]);
    expect(await inbox()).toHaveLength(1);
  });
});
