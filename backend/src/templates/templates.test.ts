import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;
let other: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  other = await join(crm, admin, 'Olga Other', 'rep');
});
afterAll(() => crm.close());

const greeting = {
  name: 'Greeting',
  subject: 'Hello {{first_name}}',
  body: '<p>Dear {{ first_name }} of {{company}},<script>alert(1)</script> yours, {{sender_name}}</p>',
};

describe('a template', () => {
  it('keeps its body harmless and knows its variables', async () => {
    const { status, body } = await rep.call('POST', '/templates', greeting);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ownerId: rep.id,
      shared: false,
      variables: ['first_name', 'company', 'sender_name'],
      body: '<p>Dear {{ first_name }} of {{company}}, yours, {{sender_name}}</p>',
    });
  });

  it.each([
    ['an unknown variable', { body: 'Hi {{password}}' }, '#/body'],
    ['an unknown variable in the subject', { subject: '{{nobody}}' }, '#/subject'],
    ['no subject', { subject: '' }, '#/subject'],
  ])('is refused with %s', async (_what, over, pointer) => {
    const { status, body } = await rep.call('POST', '/templates', { ...greeting, ...over });
    expect({ status, pointer: body.errors[0].pointer }).toEqual({ status: 422, pointer });
  });

  it('says with a record what it will read like, escaped, and what is missing', async () => {
    const { body: template } = await rep.call('POST', '/templates', greeting);
    const lead = { name: 'Zé <b>Silva', email: 'ze@example.com' };
    const { body: made } = await rep.call('POST', '/leads', { ...lead, companyName: 'Müller & Cia' });
    const links = [{ entity: 'lead', id: made.id }];
    const { body: filled } = await rep.call('POST', `/templates/${template.id}/render`, { links });
    expect(filled).toEqual({
      subject: 'Hello Zé',
      bodyHtml: '<p>Dear Zé of Müller &#38; Cia, yours, Rui Rep</p>',
      bodyText: 'Dear Zé of Müller & Cia, yours, Rui Rep',
      missing: [],
    });
    const { body: alone } = await rep.call('POST', `/templates/${template.id}/render`, {});
    expect(alone).toMatchObject({ subject: 'Hello {{first_name}}', missing: ['first_name', 'company'] });
  });

  it('says the same while it is still being written, and names what nobody could fill in', async () => {
    const { body: lead } = await rep.call('POST', '/leads', { name: 'Caio Reis', email: 'caio@example.com' });
    const preview = (over: object) =>
      rep.call('POST', '/templates/preview', { subject: greeting.subject, body: greeting.body, ...over });
    const { status, body } = await preview({ links: [{ entity: 'lead', id: lead.id }] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      subject: 'Hello Caio',
      bodyHtml: '<p>Dear Caio of {{company}}, yours, Rui Rep</p>',
      missing: ['company'],
    });
    expect((await preview({})).body.missing).toEqual(['first_name', 'company']);
    const wrong = await preview({ body: 'Hi {{password}}' });
    expect({ status: wrong.status, pointer: wrong.body.errors[0].pointer }).toEqual({
      status: 422,
      pointer: '#/body',
    });
  });

  it('goes to the trash of whoever may bring it back, and comes back as it was', async () => {
    const { body: own } = await rep.call('POST', '/templates', greeting);
    expect((await rep.call('DELETE', `/templates/${own.id}`)).status).toBe(204);
    const trash = async (who: Person) =>
      (await who.call('GET', '/trash?kind=template')).body.data.map(({ id }: { id: string }) => id);
    expect(await trash(rep)).toContain(own.id);
    expect(await trash(other)).not.toContain(own.id);
    const { status, body } = await rep.call('POST', `/templates/${own.id}/restore`);
    expect({ status, name: body.name, text: body.body }).toEqual({
      status: 200,
      name: 'Greeting',
      text: own.body,
    });
    expect(await trash(rep)).not.toContain(own.id);
  });

  it('fills in nothing of a record out of reach', async () => {
    const { version } = (await admin.call('GET', '/settings')).body;
    await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
    crm.services.authenticator.forget();
    const { body: template } = await rep.call('POST', '/templates', greeting);
    const foreign = { name: 'Foreign Lead', email: 'foreign@example.com' };
    const { body: lead } = await other.call('POST', '/leads', foreign);
    const links = [{ entity: 'lead', id: lead.id }];
    expect((await rep.call('POST', `/templates/${template.id}/render`, { links })).status).toBe(422);
    const { subject, body } = greeting;
    expect((await rep.call('POST', '/templates/preview', { subject, body, links })).status).toBe(422);
  });

  it("of one's own is nobody else's among reps; a shared one is read by all and changed by managers", async () => {
    const { body: own } = await rep.call('POST', '/templates', greeting);
    const { body: shared } = await admin.call('POST', '/templates', { ...greeting, shared: true });
    const path = (id: string) => `/templates/${id}`;
    const change = (who: Person, id: string) =>
      who.call('PATCH', path(id), { name: 'Renamed' }, { 'if-match': '1' });
    expect((await other.call('GET', path(own.id))).status).toBe(404);
    expect((await other.call('POST', `${path(own.id)}/render`, {})).status).toBe(404);
    expect((await change(other, own.id)).status).toBe(404);
    expect((await other.call('DELETE', path(own.id))).status).toBe(404);
    expect((await other.call('GET', path(shared.id))).status).toBe(200);
    expect((await change(other, shared.id)).status).toBe(403);
    expect((await other.call('DELETE', path(shared.id))).status).toBe(403);
    const listed = (await other.call('GET', '/templates?limit=100')).body.data.map(
      (one: { id: string }) => one.id,
    );
    expect(listed).toContain(shared.id);
    expect(listed).not.toContain(own.id);
    expect((await change(admin, shared.id)).status).toBe(200);
  });

  it('is shared with everybody by managers and admins only', async () => {
    expect((await rep.call('POST', '/templates', { ...greeting, shared: true })).status).toBe(403);
    const { body: own } = await rep.call('POST', '/templates', greeting);
    const share = (who: Person) =>
      who.call('PATCH', `/templates/${own.id}`, { shared: true }, { 'if-match': '1' });
    expect((await share(rep)).status).toBe(403);
    expect((await share(admin)).body).toMatchObject({ shared: true, ownerId: null });
  });
});
