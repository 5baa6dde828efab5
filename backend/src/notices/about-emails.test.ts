import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { SmtpAnswer, startSmtp } from '../../test/smtp.ts';
import { emailDispatch } from '../emails/sending.ts';
import { Letters } from '../mail/letters.ts';
import { firstOrgId } from '../org/org.ts';

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
  Object.assign(smtp.script, { onRecipient: undefined, onLetter: undefined });
  await stored('notifications').deleteMany({});
});

const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
const inbox = async (who: Person) => (await who.call('GET', '/notifications')).body.data;
const kindsOf = async (who: Person) => (await inbox(who)).map(({ kind }: { kind: string }) => kind);

/** A letter of the rep's about a lead, as far as the worker brings it. */
async function send(
  over: Record<string, string> = {},
  meanwhile: (lead: { id: string }) => Promise<unknown> = async () => {},
) {
  const lead = (await rep.call('POST', '/leads?allowDuplicate=true', { name: 'Clara', email: 'c@x.example' }))
    .body;
  const { body } = await rep.call('POST', '/emails', {
    to: ['maria@cliente.example'],
    subject: 'Oferta',
    bodyHtml: '<p><a href="https://acme.example/a">a</a></p>',
    links: [{ entity: 'lead', id: lead.id }],
  });
  const queued = await rep.call('POST', `/emails/${body.id}/send`, undefined, { 'if-match': '"1"' });
  expect(queued.status).toBe(200);
  await meanwhile(lead);
  const settings = testSettings({ ...smtp.settings, ...over });
  await emailDispatch({ ...crm.services, settings, backoffMs: [] }).send(body.id);
  return { lead, email: (await rep.call('GET', `/emails/${body.id}`)).body };
}

describe('whoever wrote a letter is told', () => {
  it('that a link of it was opened, by the first one that was no machine', async () => {
    const { lead, email } = await send();
    const emails = crm.services.mongo.db.collection<{ _id: string; track: { links: { token: string }[] } }>(
      'emails',
    );
    await emails.updateOne({ _id: email.id }, { $set: { sentAt: new Date(Date.now() - 60_000) } });
    const { track } = (await emails.findOne({ _id: email.id }))!;
    const click = (userAgent: string) =>
      crm.app.inject({
        url: `/t/c/${track.links[0]!.token}`,
        headers: { host: 'localhost', 'user-agent': userAgent },
      });
    expect((await click('Barracuda')).statusCode).toBe(302);
    expect(await kindsOf(rep)).toEqual([]);
    for (let time = 0; time < 2; time += 1) await click('Mozilla/5.0 (X11) Firefox/150.0');
    expect(await inbox(rep)).toMatchObject([
      {
        kind: 'email_clicked',
        record: { entity: 'lead', id: lead.id },
        data: { subject: 'Oferta', to: 'maria@cliente.example' },
      },
    ]);
    expect(await kindsOf(admin)).toEqual([]);
  });

  it('that it bounced, also where what it was about is out of their reach by now', async () => {
    smtp.script.onRecipient = () => {
      throw new SmtpAnswer(550, 'No such user');
    };
    const { version } = (await admin.call('GET', '/settings')).body;
    await admin.call('PATCH', '/settings', { repVisibility: 'own' }, { 'if-match': String(version) });
    const { lead, email } = await send();
    expect(email.status).toBe('bounced');
    expect(await inbox(rep)).toMatchObject([{ kind: 'email_bounced', record: { id: lead.id } }]);
    await stored('notifications').deleteMany({});
    await send({}, (given) =>
      admin.call('PATCH', `/leads/${given.id}`, { ownerId: admin.id }, { 'if-match': '1' }),
    );
    const kinds = { kind: 'email_bounced', record: null, data: { subject: 'Oferta' } };
    expect(await inbox(rep)).toMatchObject([kinds]);
    await stored('notifications').deleteMany({ kind: 'lead_assigned' } as object);
    // A server that refuses somebody is not one that fails.
    expect(await kindsOf(admin)).toEqual([]);
  });

  it('that it did not leave; and the admins, once a day, that the mail server is why', async () => {
    const down = { SMTP_PORT: '1' };
    for (let time = 0; time < 2; time += 1) expect((await send(down)).email.status).toBe('failed');
    expect(await kindsOf(rep)).toEqual(['email_failed', 'email_failed']);
    expect((await inbox(rep))[0].data.code).toBe('unavailable');
    expect(await inbox(admin)).toMatchObject([{ kind: 'mail_failing', data: { code: 'unavailable' } }]);
  });

  it('and so are the admins when a letter of the CRM itself does not leave', async () => {
    const letters = new Letters({
      ...crm.services,
      settings: testSettings({ ...smtp.settings, SMTP_PORT: '1' }),
    });
    await letters.queueLetter({
      orgId: firstOrgId,
      kind: 'notification',
      to: 'a@b.example',
      subject: 'x',
      text: 'x',
    });
    const [last] = await stored('letters').find().sort({ createdAt: -1 }).limit(1).toArray();
    await letters.dispatch([]).send(last!._id);
    expect(await kindsOf(admin)).toEqual(['mail_failing']);
  });
});
