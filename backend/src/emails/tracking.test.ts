import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { startSmtp } from '../../test/smtp.ts';
import type { EmailDocument } from './email.ts';
import { emailDispatch } from './sending.ts';
import { isMachine, newTrack, tracked } from './tracking.ts';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let admin: Person;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  admin = await firstAdmin(crm);
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(() => {
  smtp.received.length = 0;
});

const browser = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0';
/** What somebody without an account asks. */
const ask = (
  method: 'GET' | 'POST' | 'HEAD',
  url: string,
  headers: Record<string, string> = {},
  payload?: string,
) =>
  crm.app.inject({
    method,
    url,
    headers: { host: 'localhost', 'user-agent': browser, ...headers },
    ...(payload !== undefined && { payload }),
  });
const form = { 'content-type': 'application/x-www-form-urlencoded' };

async function sent(over: object = {}): Promise<EmailDocument> {
  const given = {
    to: ['maria@cliente.example'],
    subject: 'Oferta',
    bodyHtml:
      '<p><a href="https://acme.example/a?x=1&amp;y=2">a</a> <a href="https://acme.example/b">b</a> <a href="mailto:x@acme.example">c</a></p>',
    ...over,
  };
  const { body } = await admin.call('POST', '/emails', given);
  const queued = await admin.call('POST', `/emails/${body.id}/send`, undefined, { 'if-match': '"1"' });
  expect(queued.status).toBe(200);
  await emailDispatch({ ...crm.services, settings: testSettings(smtp.settings) }).send(body.id);
  // As if it had been sent a while ago: what comes in the first ten seconds is a machine.
  await emails().updateOne({ _id: body.id }, { $set: { sentAt: new Date(Date.now() - 60_000) } });
  return stored(body.id);
}
const emails = () => crm.services.mongo.db.collection<EmailDocument>('emails');
const stored = async (id: string) => (await emails().findOne({ _id: id }))!;
const raw = () => smtp.received[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');

describe('openings and clicks', () => {
  it('are counted where the organisation has that on, with time and nothing of the person', async () => {
    const { _id, track } = await sent();
    expect(raw()).toContain(`<img src="http://localhost:8080/t/o/${track!.openToken}.gif"`);
    const picture = await ask('GET', `/t/o/${track!.openToken}.gif`);
    expect(picture.headers['content-type']).toBe('image/gif');
    expect(picture.rawPayload.subarray(0, 3).toString()).toBe('GIF');
    const [first] = track!.links;
    expect(raw()).toContain(`href="http://localhost:8080/t/c/${first!.token}"`);
    expect(raw()).toContain('href="mailto:x@acme.example"');
    const click = await ask('GET', `/t/c/${first!.token}`);
    expect({ status: click.statusCode, to: click.headers.location }).toEqual({
      status: 302,
      to: 'https://acme.example/a?x=1&y=2',
    });
    const after = await stored(_id);
    expect(after).toMatchObject({ openCountEst: 1, clickCount: 1 });
    expect(after.track!.events.map((event) => Object.keys(event).sort())).toEqual([
      ['at', 'machine', 'type'],
      ['at', 'machine', 'type'],
    ]);
  });

  it('by machines are noted as such, and not counted', async () => {
    const { _id, track } = await sent();
    await ask('HEAD', `/t/o/${track!.openToken}.gif`);
    await ask('GET', `/t/o/${track!.openToken}.gif`, { 'user-agent': 'Barracuda Sentinel' });
    await ask('GET', `/t/c/${track!.links[0]!.token}`, { 'sec-purpose': 'prefetch' });
    const after = await stored(_id);
    expect(after).toMatchObject({ openCountEst: 0, clickCount: 0 });
    expect(after.track!.events.every(({ machine }) => machine)).toBe(true);
    expect(isMachine({ method: 'GET', headers: {} }, new Date(), new Date())).toBe(true);
  });

  it('are not measured where a letter, a person or the organisation does not want it', async () => {
    const untouched = { openToken: null, links: [] };
    expect((await sent({ tracking: false })).track).toMatchObject(untouched);
    await admin.call('POST', '/leads', {
      name: 'Discreta',
      email: 'discreta@cliente.example',
      consent: { trackingOptOut: true },
    });
    expect((await sent({ to: ['discreta@cliente.example'] })).track).toMatchObject(untouched);
    const off = { trackOpens: false, trackClicks: false };
    await crm.services.mongo.db
      .collection('orgs')
      .updateOne({}, { $set: { email: { fromName: null, footer: null, ...off } } });
    expect((await sent()).track).toMatchObject(untouched);
    expect(smtp.received.at(-1)!.raw).not.toContain('/t/');
  });

  it.each(['', 'x', 'AAAAAAAAAAAAAAAAAAAAAA', '%00', '..%2f..%2f', 'https:%2F%2Fevil.example'])(
    'lead nowhere else with the token %j',
    async (token) => {
      const click = await ask('GET', `/t/c/${token}?url=https://evil.example`);
      expect({ status: click.statusCode, to: click.headers.location }).toEqual({
        status: 404,
        to: undefined,
      });
      expect((await ask('GET', `/t/u/${token}`)).statusCode).toBe(404);
    },
  );

  it('have tokens of 128 bits', () => {
    const track = newTrack('<a href="https://a.example">a</a>', {
      opens: true,
      clicks: true,
      unsubscribe: true,
    });
    for (const token of [track.openToken, track.unsubscribeToken, track.links[0]!.token])
      expect(Buffer.from(token!, 'base64url')).toHaveLength(16);
    expect(tracked('<p>a</p>', { ...track, openToken: null }, 'https://b')).toBe('<p>a</p>');
  });
});

describe('the end of letters', () => {
  const template = async () =>
    (await admin.call('POST', '/templates', { name: 'Oferta', subject: 'a', body: '<p>b</p>' })).body.id;

  it('is one click for what came from a template (RFC 8058), which only a POST is', async () => {
    const { track } = await sent({ to: ['fim@cliente.example'], templateId: await template() });
    const url = `http://localhost:8080/t/u/${track!.unsubscribeToken}`;
    expect(raw().replaceAll(/\r\n[ \t]/g, ' ')).toContain(`List-Unsubscribe: <${url}>`);
    expect(raw()).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
    const path = new URL(url).pathname;
    const page = await ask('GET', path, { 'accept-language': 'pt-BR' });
    expect(page.body).toContain('Parar de receber e-mails de Acme Ltda?');
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    const again = await admin.call('POST', '/emails', {
      to: ['fim@cliente.example'],
      subject: 'a',
      bodyHtml: 'b',
    });
    const send = () => admin.call('POST', `/emails/${again.body.id}/send`, undefined, { 'if-match': '"1"' });
    // A page that was only looked at, by a machine perhaps, ends nothing.
    const listed = async () =>
      (await admin.call('GET', '/suppressions?email=fim@cliente.example')).body.suppressed;
    expect(await listed()).toBe(false);
    expect((await ask('POST', path, form, 'List-Unsubscribe=One-Click')).statusCode).toBe(200);
    expect(await listed()).toBe(true);
    const { body: found } = await admin.call('GET', '/suppressions?email=fim@cliente.example');
    expect(found).toMatchObject({ reason: 'unsubscribed', byUserId: null, since: expect.any(String) });
    expect((await send()).body.code).toBe('recipient-opted-out');
  });

  it('asks which of several recipients it is, and ends nobody else’s', async () => {
    const { track } = await sent({ to: ['um@cliente.example'], bcc: ['dois@cliente.example'] });
    expect(raw()).not.toContain('List-Unsubscribe-Post');
    const path = `/t/u/${track!.unsubscribeToken}`;
    expect((await ask('GET', path)).body).not.toContain('cliente.example');
    expect((await ask('POST', path, form, '')).statusCode).toBe(422);
    expect((await ask('POST', path, form, 'address=estranho@cliente.example')).statusCode).toBe(422);
    expect((await ask('POST', path, form, 'address=Dois%40cliente.example')).statusCode).toBe(200);
    const suppressed = async (email: string) =>
      (await admin.call('GET', `/suppressions?email=${email}`)).body.suppressed;
    expect(await suppressed('dois@cliente.example')).toBe(true);
    expect(await suppressed('um@cliente.example')).toBe(false);
    expect(await suppressed('estranho@cliente.example')).toBe(false);
  });

  it('is not offered in a letter by hand to one person', async () => {
    const { track } = await sent();
    expect(track!.unsubscribeToken).toBeNull();
    expect(raw()).not.toContain('List-Unsubscribe');
  });
});
