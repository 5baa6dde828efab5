import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let reps: Person[];
let count = 0;

beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  const three = [];
  for (const name of ['Rita Rep', 'Rui Rep', 'Rosa Rep']) three.push(await join(crm, admin, name, 'rep'));
  // In the order in which it is their turn.
  reps = three.toSorted((a, b) => (a.id < b.id ? -1 : 1));
});
afterAll(() => crm.close());

const add = async (who: Person, over: object = {}) => {
  count += 1;
  const { body } = await who.call('POST', '/leads', { name: 'Lead', email: `${count}@example.com`, ...over });
  return body as { id: string; ownerId: string | null; version: number };
};
const assignBy = async (assign: string, on = true) => {
  const { body } = await admin.call('GET', '/settings');
  const automations = { ...body.automations, newLead: { on, assign } };
  const changed = await admin.call(
    'PATCH',
    '/settings',
    { automations },
    { 'if-match': String(body.version) },
  );
  expect(changed.status).toBe(200);
};
beforeEach(async () => {
  const { db } = crm.services.mongo;
  await db.collection('turns').deleteMany({});
  await db.collection('leads').deleteMany({});
});

describe('a new lead of which nobody says whose it is', () => {
  it('belongs to nobody where people assign leads, or the rule is off', async () => {
    await assignBy('manual');
    expect((await add(admin)).ownerId).toBeNull();
    await assignBy('round_robin', false);
    expect((await add(admin)).ownerId).toBeNull();
  });

  it('goes to one rep after another, also where many come at once', async () => {
    await assignBy('round_robin');
    const ids = reps.map(({ id }) => id);
    const owners = [await add(admin), await add(admin), await add(admin), await add(admin)].map(
      ({ ownerId }) => ownerId,
    );
    expect(owners).toEqual([...ids, ids[0]]);
    const atOnce = await Promise.all(Array.from({ length: 9 }, () => add(admin)));
    for (const id of ids) expect(atOnce.filter(({ ownerId }) => ownerId === id)).toHaveLength(3);
  });

  it('goes to whoever has the fewest open leads; converted and refused ones do not weigh', async () => {
    await assignBy('least_loaded');
    const [first, second, third] = reps as [Person, Person, Person];
    await add(admin, { ownerId: first.id });
    await add(admin, { ownerId: second.id, status: 'unqualified', unqualifiedReason: 'No budget' });
    await add(admin, { ownerId: third.id });
    expect((await add(admin)).ownerId).toBe(second.id);
  });

  it('stays with the rep who adds it, and with whoever is named, nobody included', async () => {
    await assignBy('round_robin');
    const [first, second] = reps as [Person, Person, Person];
    expect((await add(second)).ownerId).toBe(second.id);
    expect((await add(admin, { ownerId: second.id })).ownerId).toBe(second.id);
    expect((await add(admin, { ownerId: null })).ownerId).toBeNull();
    expect((await add(admin)).ownerId).toBe(first.id);
  });

  it('passes over who has left', async () => {
    await assignBy('round_robin');
    const [first, second, third] = reps as [Person, Person, Person];
    expect((await add(admin)).ownerId).toBe(first.id);
    const users = crm.services.mongo.db.collection<{ _id: string }>('users');
    await users.updateOne({ _id: second.id }, { $set: { status: 'disabled' } });
    expect((await add(admin)).ownerId).toBe(third.id);
    await users.updateOne({ _id: second.id }, { $set: { status: 'active' } });
  });
});

describe('assigning many at once', () => {
  it('gives them to one person, or to several in turn, and says how many changed hands', async () => {
    await assignBy('manual');
    const leads = [await add(admin), await add(admin), await add(admin)];
    const ids = leads.map(({ id }) => id);
    const [first] = reps as [Person, Person, Person];
    const all = await admin.call('POST', '/leads/assign', { ids, ownerId: first.id });
    expect(all).toMatchObject({ status: 200, body: { assigned: 3, refused: [] } });
    expect((await admin.call('POST', '/leads/assign', { ids, ownerId: first.id })).body.assigned).toBe(0);

    await admin.call('POST', '/leads/assign', { ids, way: 'round_robin' });
    const { data } = (await admin.call('GET', '/leads')).body;
    const owners = data.map(({ ownerId }: { ownerId: string }) => ownerId).sort();
    expect(owners).toEqual(reps.map(({ id }) => id));
  });

  it('leaves what is out of reach as it is, and names it', async () => {
    await assignBy('manual');
    const [first, second] = reps as [Person, Person, Person];
    const theirs = await add(admin, { ownerId: second.id });
    const free = await add(admin);
    const ids = [theirs.id, free.id, 'a'.repeat(24)];
    const { body } = await first.call('POST', '/leads/assign', { ids, ownerId: first.id });
    expect(body).toEqual({
      assigned: 1,
      refused: [
        { id: theirs.id, code: 'forbidden' },
        { id: 'a'.repeat(24), code: 'not-found' },
      ],
    });
    expect((await admin.call('GET', `/leads/${theirs.id}`)).body.ownerId).toBe(second.id);
  });

  it('is not for reps to give away, and takes only people who are there', async () => {
    const [first, second] = reps as [Person, Person, Person];
    const { id } = await add(first);
    for (const wish of [{ way: 'round_robin' }, { ownerId: second.id }])
      expect((await first.call('POST', '/leads/assign', { ids: [id], ...wish })).status).toBe(403);
    const nobody = await admin.call('POST', '/leads/assign', { ids: [id], ownerId: 'b'.repeat(24) });
    expect(nobody.status).toBe(422);
  });
});

it('announces whoever was given a lead by somebody else, and not what one takes oneself', async () => {
  await assignBy('manual');
  const assigned = async () => {
    const entries = await crm.services.redis.xrange('conductor:events:log', '-', '+');
    return entries
      .map(([, fields]) => JSON.parse(fields[1]!))
      .filter(({ envelope }) => envelope.type === 'lead.assigned')
      .map(({ envelope, audience }) => `${envelope.entityId} to ${audience.ownerId}`);
  };
  const before = await assigned();
  const [first] = reps as [Person, Person, Person];
  const lead = await add(admin, { ownerId: first.id });
  await add(first);
  const free = await add(admin);
  await first.call('POST', '/leads/assign', { ids: [free.id], ownerId: first.id });
  await admin.call('POST', '/leads/assign', { ids: [free.id], ownerId: null });
  await admin.call('POST', '/leads/assign', { ids: [free.id], ownerId: first.id });
  await expect
    .poll(async () => (await assigned()).slice(before.length))
    .toEqual([`${lead.id} to ${first.id}`, `${free.id} to ${first.id}`]);
});
