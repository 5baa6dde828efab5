import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { SmtpAnswer, startSmtp } from '../../test/smtp.ts';
import { emailDispatch } from './sending.ts';
import { mostADay } from './store.ts';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let admin: Person;
let rep: Person;
let other: Person;
let contact: string;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rita Rep', 'rep');
  other = await join(crm, admin, 'Otto Other', 'rep');
  contact = await person('maria@cliente.example');
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(() => {
  smtp.received.length = 0;
  Object.assign(smtp.script, { onRecipient: undefined, onLetter: undefined });
});

async function person(email: string, consent = {}, firstName = 'Maria'): Promise<string> {
  const body = { firstName, lastName: 'Silva', emails: [{ value: email }], consent };
  return (await rep.call('POST', '/contacts', body)).body.id;
}
const given = (over: object = {}) => ({
  to: ['maria@cliente.example'],
  subject: 'Proposta para {{first_name}}',
  bodyHtml:
    '<p>Olá {{first_name}},</p><p>veja <a href="https://acme.example/oferta?a=1&amp;b=2">aqui</a>.</p>',
  links: [{ entity: 'contact', id: contact }],
  ...over,
});
const draft = async (over: object = {}, who = rep) => (await who.call('POST', '/emails', given(over))).body;
const step = (
  email: { id: string; version: number },
  name: string,
  body?: object,
  who = rep,
): Promise<Answer> =>
  who.call('POST', `/emails/${email.id}/${name}`, body, { 'if-match': `"${email.version}"` });
const now = async (id: string, who = rep) => (await who.call('GET', `/emails/${id}`)).body;
/** What the worker would do now. */
const worker = (backoffMs: number[] = [0, 0, 0]) =>
  emailDispatch({ ...crm.services, settings: testSettings(smtp.settings), backoffMs });
async function sent(over: object = {}, who = rep) {
  const { status, body } = await step(await draft(over, who), 'send', undefined, who);
  expect({ status, problem: body.detail }).toEqual({ status: 200, problem: undefined });
  await worker().send(body.id);
  return now(body.id, who);
}
const timeline = async (who = rep, link = `contact:${contact}`) =>
  (await who.call('GET', `/timeline?link=${link}&kinds=email`)).body.data;
/** Whether letters go to an address, as an admin looks it up. */
const lookUp = async (email: string) => (await admin.call('GET', `/suppressions?email=${email}`)).body;
const raw = () => smtp.received[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
const decoded = () =>
  Buffer.from(raw(), 'latin1')
    .toString()
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex) => `%${hex}`);

describe('a letter', () => {
  it('leaves with everything filled in, from its author by the organisation, and is on the timeline', async () => {
    await admin.call(
      'PATCH',
      '/settings',
      {
        email: {
          fromName: 'Acme Vendas',
          footer: 'Rua A, 1\nSão Paulo',
          trackOpens: false,
          trackClicks: false,
        },
      },
      { 'if-match': await settingsVersion() },
    );
    const email = await sent({ cc: ['chefe@cliente.example'], bcc: ['arquivo@acme.example'] });
    expect(email).toMatchObject({ status: 'sent', subject: 'Proposta para Maria', error: null });
    expect(email.recipients.map((one: { state: string }) => one.state)).toEqual([
      'accepted',
      'accepted',
      'accepted',
    ]);
    const [letter] = smtp.received;
    expect(letter!.to).toEqual(['maria@cliente.example', 'chefe@cliente.example', 'arquivo@acme.example']);
    expect(raw()).toMatch(/^From: Rita Rep via Acme Vendas <crm@acme\.example\.com>\r?$/m);
    expect(raw()).toMatch(/^Reply-To: rita\.rep@example\.com\r?$/m);
    expect(raw()).toMatch(/^Subject: Proposta para Maria\r?$/m);
    expect(raw()).not.toMatch(/^Bcc:/im);
    expect(raw()).not.toContain('arquivo@acme.example');
    expect(raw()).toContain('multipart/alternative');
    expect(raw()).toContain('https://acme.example/oferta?a=1&amp;b=2');
    expect(decodeURIComponent(decoded().replaceAll(/%(?![0-9A-F]{2})/g, '%25'))).toContain('São Paulo');
    const [entry] = await timeline();
    expect(entry).toMatchObject({ kind: 'email', direction: 'out', actorName: 'Rita Rep', body: '' });
    expect(entry.meta).toMatchObject({ emailId: email.id, status: 'sent', subject: 'Proposta para Maria' });
  });

  it('is not sent while something in it is not known, and says what', async () => {
    const email = await draft({ bodyHtml: '<p>{{job_title}} {{deal_title}}</p>' });
    const { status, body } = await step(email, 'send');
    expect({ status, code: body.code, missing: body.missing }).toEqual({
      status: 422,
      code: 'validation',
      missing: ['job_title', 'deal_title'],
    });
    expect(await now(email.id)).toMatchObject({ status: 'draft' });
  });

  it.each([
    [{ to: [] }, '#/to'],
    [{ subject: '' }, '#/subject'],
    [{ bodyHtml: '<p> </p>' }, '#/bodyHtml'],
  ])('needs more than %j', async (over, pointer) => {
    const { status, body } = await step(await draft(over), 'send');
    expect({ status, pointer: body.errors[0].pointer }).toEqual({ status: 422, pointer });
  });

  it('keeps nothing that runs', async () => {
    const email = await draft({
      bodyHtml: '<p onclick="x()">a<script>b</script><a href="javascript:x">c</a></p>',
    });
    expect(email.bodyHtml).toBe('<p>a<a>c</a></p>');
  });

  it('is sent once when two ask for it', async () => {
    const email = await draft();
    const answers = await Promise.all([step(email, 'send'), step(email, 'send')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    await Promise.all([worker().send(email.id), worker().send(email.id)]);
    expect(smtp.received).toHaveLength(1);
  });

  it('with one Idempotency-Key is one draft', async () => {
    const key = { 'idempotency-key': 'draft-1' };
    const [first, second] = [
      await rep.call('POST', '/emails', given(), key),
      await rep.call('POST', '/emails', given(), key),
    ];
    expect(second.body.id).toBe(first.body.id);
  });

  it('is no longer changed once it is queued', async () => {
    const { body } = await step(await draft(), 'send');
    const change = await rep.call(
      'PATCH',
      `/emails/${body.id}`,
      { subject: 'x' },
      { 'if-match': `"${body.version}"` },
    );
    expect({ status: change.status, code: change.body.code }).toEqual({
      status: 409,
      code: 'invalid-transition',
    });
    expect((await rep.call('DELETE', `/emails/${body.id}`)).status).toBe(409);
  });

  it('answers its lead', async () => {
    const lead = (await rep.call('POST', '/leads', { name: 'Novo Lead', email: 'novo@lead.example' })).body;
    await sent({ to: ['novo@lead.example'], links: [{ entity: 'lead', id: lead.id }] });
    const stored = await crm.services.mongo.db.collection('leads').findOne({ _id: lead.id });
    expect(stored!.firstResponseAt).toBeInstanceOf(Date);
  });

  it('without a mail server stays a draft, and says what is missing', async () => {
    const without = await openWithout();
    const email = await draft();
    const { status, body } = await without.call(
      'POST',
      `/emails/${email.id}/send`,
      undefined,
      asRep(email.version),
    );
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'smtp-not-configured' });
    await without.close();
  });
});

describe('later', () => {
  const at = (ms: number) => ({ at: new Date(Date.now() + ms).toISOString() });

  it('a scheduled letter waits, and leaves at its time', async () => {
    const { body } = await step(await draft(), 'schedule', at(3_600_000));
    expect(body).toMatchObject({ status: 'scheduled', subject: 'Proposta para Maria' });
    await worker().send(body.id);
    expect(smtp.received).toHaveLength(0);
    await crm.services.mongo.db
      .collection('emails')
      .updateOne({ _id: body.id }, { $set: { 'delivery.dueAt': new Date(), 'delivery.lookAt': new Date() } });
    const queue = await crm.services.queues.get('emails');
    await worker().sweep();
    expect((await queue.getJobs(['waiting'])).map(({ data }) => data)).toContainEqual({ emailId: body.id });
    await worker().send(body.id);
    expect(await now(body.id)).toMatchObject({ status: 'sent' });
  });

  it('is cancelled, written again, and sent', async () => {
    const { body } = await step(await draft(), 'schedule', at(3_600_000));
    const before = (await timeline()).length;
    const cancelled = (await step(body, 'cancel')).body;
    expect(cancelled).toMatchObject({ status: 'cancelled', scheduledAt: null });
    expect(await timeline()).toHaveLength(before - 1);
    await worker().send(body.id);
    const patched = await rep.call(
      'PATCH',
      `/emails/${body.id}`,
      { subject: 'Outra' },
      { 'if-match': `"${cancelled.version}"` },
    );
    expect(patched.body).toMatchObject({ status: 'draft', subject: 'Outra' });
    await step(patched.body, 'send');
    await worker().send(body.id);
    expect(smtp.received).toHaveLength(1);
  });

  it('not in the past, and not what is being sent', async () => {
    expect((await step(await draft(), 'schedule', at(-1000))).body.errors[0].code).toBe('at.past');
    const { body } = await step(await draft(), 'send');
    smtp.script.onRecipient = async () => {
      const sending = await now(body.id);
      expect(sending.status).toBe('sending');
      expect((await step(body, 'cancel')).status).toBe(412);
      expect((await step(sending, 'cancel')).body.code).toBe('invalid-transition');
    };
    await worker().send(body.id);
    expect(await now(body.id)).toMatchObject({ status: 'sent' });
  });
});

describe('what became of it', () => {
  it('bounced: said in the words of the server, on the timeline, and tried again when the address is mended', async () => {
    smtp.script.onRecipient = () => {
      throw new SmtpAnswer(550, 'no such user here');
    };
    const email = await sent();
    expect(email).toMatchObject({ status: 'bounced', error: { code: 'refused' } });
    expect(email.recipients[0].words).toContain('no such user here');
    expect(await lookUp('maria@cliente.example')).toMatchObject({
      suppressed: false,
      refusal: { at: expect.any(String), words: '550 no such user here' },
    });
    expect((await timeline())[0].meta).toMatchObject({ status: 'bounced', error: 'refused' });
    smtp.script.onRecipient = undefined;
    const again = (await step(email, 'retry')).body;
    await worker().send(again.id);
    expect(await now(again.id)).toMatchObject({ status: 'sent', error: null });
    expect((await lookUp('maria@cliente.example')).refusal).toBeNull();
  });

  it('one of two: sent, and says who did not get it', async () => {
    smtp.script.onRecipient = (address) => {
      if (address.startsWith('nobody')) throw new SmtpAnswer(550, 'no such user');
    };
    const email = await sent({ cc: ['nobody@cliente.example'] });
    expect(email.status).toBe('sent');
    expect(email.recipients).toMatchObject([
      { state: 'accepted' },
      { state: 'refused', words: '550 no such user' },
    ]);
  });

  it('one of two later: the other one does not get it twice', async () => {
    let full = true;
    smtp.script.onRecipient = (address) => {
      if (full && address.startsWith('cheia')) throw new SmtpAnswer(452, 'mailbox full');
    };
    const email = await sent({ cc: ['cheia@cliente.example'] });
    expect(email.status).toBe('queued');
    full = false;
    await worker().send(email.id);
    expect(await now(email.id)).toMatchObject({ status: 'sent' });
    expect(smtp.received.map(({ to }) => to)).toEqual([['maria@cliente.example'], ['cheia@cliente.example']]);
    expect(new Set(smtp.received.map(({ messageId }) => messageId)).size).toBe(1);
  });

  it('ambiguous: only its author has it sent again, and it is the same letter then', async () => {
    smtp.script.onLetter = (_letter, drop) => drop();
    const email = await sent();
    expect(email).toMatchObject({ status: 'failed', error: { code: 'ambiguous' } });
    smtp.script.onLetter = undefined;
    const again = (await step(email, 'retry')).body;
    await worker().send(again.id);
    expect(await now(again.id)).toMatchObject({ status: 'sent' });
    const [first, second] = smtp.received;
    expect(first!.messageId).toMatch(/^<.+@acme\.example\.com>$/);
    expect(second!.messageId).toBe(first!.messageId);
  });

  it('answered: noted by whoever got the answer, and taken back', async () => {
    const email = await sent();
    const replied = (await step(email, 'mark-replied', { replied: true })).body;
    expect(replied.repliedAt).toBeTruthy();
    expect((await timeline())[0]).toMatchObject({ direction: 'in', meta: { emailId: email.id } });
    const before = (await timeline()).length;
    await step(replied, 'mark-replied', { replied: false });
    expect(await timeline()).toHaveLength(before - 1);
    expect(await now(email.id)).toMatchObject({ repliedAt: null });
  });
});

describe('who gets none', () => {
  it('whoever ended letters, until an admin who was asked to takes them off the list', async () => {
    expect((await rep.call('POST', '/suppressions', { email: 'fim@cliente.example' })).status).toBe(403);
    await admin.call('POST', '/suppressions', { email: 'Fim@cliente.example' });
    const email = await draft({ to: ['fim@cliente.example'] });
    const { status, body } = await step(email, 'send');
    expect({ status, code: body.code, error: body.errors[0].code }).toEqual({
      status: 409,
      code: 'recipient-opted-out',
      error: 'recipient.suppressed',
    });
    const list = await crm.services.mongo.db.collection('suppressions').find().toArray();
    expect(JSON.stringify(list)).not.toContain('fim@');
    expect((await admin.call('DELETE', '/suppressions?email=fim@cliente.example')).status).toBe(204);
    expect((await step(email, 'send')).status).toBe(200);
  });

  it('says whether letters go to an address, why not, since when and by whom; each change is in the audit log', async () => {
    expect((await rep.call('GET', '/suppressions?email=quem@cliente.example')).status).toBe(403);
    const free = {
      email: 'quem@cliente.example',
      suppressed: false,
      reason: null,
      since: null,
      byUserId: null,
      optedOut: false,
      refusal: null,
    };
    expect(await lookUp('quem@cliente.example')).toEqual(free);
    const before = Date.now();
    await admin.call('POST', '/suppressions', { email: 'quem@cliente.example' });
    const listed = await lookUp('Quem@cliente.example');
    expect(listed).toMatchObject({
      ...free,
      suppressed: true,
      reason: 'asked',
      byUserId: admin.id,
      since: expect.any(String),
    });
    expect(Date.parse(listed.since)).toBeGreaterThanOrEqual(before);
    // Asked for again by a program: whose it was first, and when, stays.
    const again = await crm.call('POST', '/suppressions', { email: 'quem@cliente.example' });
    expect(again).toMatchObject({ status: 201, body: listed });
    await admin.call('DELETE', '/suppressions?email=quem@cliente.example');
    expect(await lookUp('quem@cliente.example')).toEqual(free);
    expect((await admin.call('DELETE', '/suppressions?email=quem@cliente.example')).status).toBe(404);
    const { data } = (await admin.call('GET', '/audit')).body;
    const [lifted, added] = data;
    expect([lifted.action, added.action]).toEqual(['suppression.lifted', 'suppression.added']);
    // The same mark, which is not the address.
    expect(lifted.entityId).toBe(added.entityId);
    expect(JSON.stringify(data)).not.toContain('quem@');
  });

  it('whoever ended them between queueing and sending', async () => {
    const { body } = await step(await draft({ to: ['agora@cliente.example'] }), 'send');
    await admin.call('POST', '/suppressions', { email: 'agora@cliente.example' });
    await worker().send(body.id);
    expect(smtp.received).toHaveLength(0);
    expect(await now(body.id)).toMatchObject({ status: 'failed', error: { code: 'halted' } });
  });

  it('whoever opted out of marketing gets nothing from a template, and is written to by hand', async () => {
    const quiet = await person('quieta@cliente.example', { marketingOptOut: true });
    const template = (
      await rep.call('POST', '/templates', { name: 'Oferta', subject: 'a', body: '<p>b</p>' })
    ).body;
    expect(await lookUp('quieta@cliente.example')).toMatchObject({ suppressed: false, optedOut: true });
    const mail = { to: ['quieta@cliente.example'], links: [{ entity: 'contact', id: quiet }] };
    const refused = await step(await draft({ ...mail, templateId: template.id }), 'send');
    expect(refused.body.errors[0].code).toBe('recipient.opted-out');
    expect((await sent(mail)).status).toBe('sent');
    expect((await rep.call('GET', `/templates/${template.id}`)).body.usedCount).toBe(0);
    await sent({ templateId: template.id });
    expect((await rep.call('GET', `/templates/${template.id}`)).body.usedCount).toBe(1);
  });

  it('nobody from example data', async () => {
    const { db } = crm.services.mongo;
    const example = await person('exemplo@example.com');
    await db.collection('contacts').updateOne({ _id: example as never }, { $set: { isDemo: true } });
    const email = await draft({ to: ['exemplo@example.com'], links: [{ entity: 'contact', id: example }] });
    expect((await step(email, 'send')).status).toBe(409);
    const { body } = await step(await draft(), 'send');
    await db.collection('orgs').updateOne({}, { $set: { isDemo: true } });
    expect((await step(await draft(), 'send')).status).toBe(409);
    await worker().send(body.id);
    await db.collection('orgs').updateOne({}, { $unset: { isDemo: '' } });
    expect(await now(body.id)).toMatchObject({ status: 'failed', error: { code: 'halted' } });
    expect(smtp.received).toHaveLength(0);
  });

  it(`nobody more than ${mostADay} a day from one person`, async () => {
    const busy = await join(crm, admin, 'Bia Busy', 'rep');
    const { db } = crm.services.mongo;
    const one = { orgId: '000000000000000000000001', ownerId: busy.id, status: 'sent', deletedAt: null };
    const letters = Array.from({ length: mostADay }, (_, i) => ({
      _id: `busy${String(i).padStart(20, '0')}`,
      ...one,
      delivery: { dueAt: new Date() },
    }));
    await db.collection('emails').insertMany(letters as never);
    const email = await draft({ links: [], subject: 'a', bodyHtml: 'b' }, busy);
    const { status, body } = await step(email, 'send', undefined, busy);
    expect({ status, code: body.code }).toEqual({ status: 429, code: 'mail-limit-reached' });
    const tomorrow = { at: new Date(Date.now() + 2 * 86_400_000).toISOString() };
    expect((await step(email, 'schedule', tomorrow, busy)).status).toBe(200);
    await db.collection('emails').deleteMany({ ownerId: busy.id });
  });
});

describe('who reads it', () => {
  it('its author, whoever owns the record, managers and admins; nobody else', async () => {
    const email = await sent({}, admin);
    // The contact is Rita's.
    for (const who of [admin, rep, await join(crm, admin, 'Max Manager', 'manager')])
      expect((await who.call('GET', `/emails/${email.id}`)).status, who.email).toBe(200);
    expect((await other.call('GET', `/emails/${email.id}`)).status).toBe(404);
    const ids = async (who: Person, query = '') =>
      (await who.call('GET', `/emails?limit=100${query}`)).body.data.map(({ id }: { id: string }) => id);
    const link = `&filter[link]=contact:${contact}`;
    expect(await ids(rep)).not.toContain(email.id);
    expect(await ids(rep, link)).toContain(email.id);
    expect(await ids(other, link)).toEqual([]);
    // Everybody who sees the record knows that somebody wrote, and not what.
    const entry = (await timeline(other)).find(({ meta }: { meta: object }) => 'emailId' in meta);
    expect(entry.body).toBe('');
    expect(
      (await other.call('POST', `/emails/${email.id}/mark-replied`, { replied: true }, { 'if-match': '"1"' }))
        .status,
    ).toBe(404);
  });

  it('only its author sends it', async () => {
    const email = await draft();
    const { status, body } = await step(email, 'send', undefined, admin);
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' });
    const machine = await crm.call('POST', '/emails', given());
    expect(
      (await crm.call('POST', `/emails/${machine.body.id}/send`, undefined, { 'if-match': '"1"' })).status,
    ).toBe(403);
  });

  it('lists by state', async () => {
    const { body } = await rep.call('GET', '/emails?filter[status]=bounced,failed&sort=-createdAt');
    expect(body.data.length).toBeGreaterThan(0);
    for (const { status } of body.data) expect(['bounced', 'failed']).toContain(status);
  });
});

async function settingsVersion(): Promise<string> {
  return `"${(await admin.call('GET', '/settings')).body.version}"`;
}
const openWithout = async () => (await import('../../test/app.ts')).openApp(crm.stores);
const asRep = (version: number) => ({
  authorization: '',
  cookie: rep.cookie,
  'x-requested-with': 'conductor',
  origin: 'http://localhost:8080',
  'if-match': `"${version}"`,
});
