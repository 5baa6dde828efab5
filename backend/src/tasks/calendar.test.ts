import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;

beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rita Rep', 'rep');
});
afterAll(() => crm.close());

const addressOf = async (who: Person): Promise<string> => {
  const { url } = (await who.call('GET', '/tasks/calendar')).body;
  expect(url).toMatch(/^http:\/\/localhost:8080\/api\/v1\/tasks\/calendar\.ics\?token=/);
  return new URL(url).pathname + new URL(url).search;
};
/** As a calendar program asks: without a session. */
const read = (address: string) => crm.call('GET', address, undefined, { authorization: '' });
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

it("shows one's own open tasks and nobody else's, to whoever has the address", async () => {
  const add = (who: Person, over: object) =>
    who.call('POST', '/tasks', { title: 'Mine', dueAt: inDays(1), ...over });
  await add(rep, { note: 'Pedir o contrato', reminderMin: 30 });
  await add(rep, { title: 'All day', allDay: true, dueAt: '2027-03-01T02:30:00Z' });
  await add(rep, { title: 'Long ago', dueAt: inDays(-60) });
  await add(admin, { title: 'Of somebody else' });
  const done = await add(rep, { title: 'Done' });
  await rep.call('POST', `/tasks/${done.body.id}/complete`, {});
  const { status, headers, body } = await read(await addressOf(rep));
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/calendar; charset=utf-8');
  expect(String(body).match(/SUMMARY:.*/g)).toEqual(['SUMMARY:Mine', 'SUMMARY:All day']);
  expect(body).toContain('DESCRIPTION:Pedir o contrato');
  expect(body).toContain('TRIGGER:-PT30M');
  // Half past two in the morning in UTC is the evening before in São Paulo.
  expect(body).toContain('DTSTART;VALUE=DATE:20270228');
});

it('opens nothing by an address that was renewed, guessed, or of somebody who left', async () => {
  const before = await addressOf(rep);
  const renewed = new URL((await rep.call('POST', '/tasks/calendar/renew')).body.url).search;
  expect((await read(before)).status).toBe(404);
  expect((await read(`/tasks/calendar.ics${renewed}`)).status).toBe(200);
  expect((await read(`/tasks/calendar.ics?token=${admin.id}.${renewed.split('.')[1]}`)).status).toBe(404);
  expect((await read('/tasks/calendar.ics?token=x')).status).toBe(404);
  const gone = await join(crm, admin, 'Gil Gone', 'rep');
  const theirs = await addressOf(gone);
  await admin.call('PATCH', `/users/${gone.id}`, { status: 'disabled' });
  expect((await read(theirs)).status).toBe(404);
});

it('is for people: a machine has no calendar', async () => {
  expect((await crm.call('GET', '/tasks/calendar')).status).toBe(403);
});
