import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';

const received: string[] = [];
let refusal: Error | undefined;
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    stream.on('end', () => {
      if (refusal === undefined) received.push(text);
      done(refusal);
    });
  },
});

let crm: TestCrm;
let mailing: TestApp;
let admin: Person;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  crm = await openCrm();
  admin = await firstAdmin(crm);
  mailing = await openApp({
    ...crm.stores,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(port),
    SMTP_FROM: 'crm@acme.example.com',
  });
});
afterAll(async () => {
  await mailing.close();
  await crm.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const as = (who: Person, app: TestApp) => (method: 'GET' | 'POST', url: string) =>
  app.call(method, url, undefined, {
    authorization: '',
    cookie: who.cookie,
    'x-requested-with': 'conductor',
    origin: 'http://localhost:8080',
  });

describe('without a mail server', () => {
  it('says what is missing, and that nothing can be sent', async () => {
    const { body } = await admin.call('GET', '/settings/email');
    expect(body).toMatchObject({ configured: false, host: null, from: null });
    expect(body.reason).toContain('SMTP_HOST');
    const { status, body: problem } = await admin.call('POST', '/settings/email/test');
    expect({ status, code: problem.code }).toEqual({ status: 409, code: 'smtp-not-configured' });
    expect(problem.detail).toContain('SMTP_HOST');
  });

  it('is for admins', async () => {
    const rep = await join(crm, admin, 'Rui Rep', 'rep');
    expect((await rep.call('GET', '/settings/email')).status).toBe(403);
    expect((await rep.call('POST', '/settings/email/test')).status).toBe(403);
  });
});

describe('with a mail server', () => {
  it('sends the test to whoever asks, from the organisation', async () => {
    const call = as(admin, mailing);
    expect((await call('GET', '/settings/email')).body).toMatchObject({
      configured: true,
      reason: null,
      from: 'crm@acme.example.com',
    });
    expect(await call('POST', '/settings/email/test')).toMatchObject({
      status: 200,
      body: { sentTo: 'ana@example.com' },
    });
    expect(received).toHaveLength(1);
    expect(received[0]).toMatch(/^From: Acme Ltda <crm@acme\.example\.com>\r?$/m);
    expect(received[0]).toMatch(/^To: ana@example\.com\r?$/m);
  });

  it('says in the words of the server why it took nothing', async () => {
    refusal = Object.assign(new Error('the mailbox is full'), { responseCode: 452 });
    const { status, body } = await as(admin, mailing)('POST', '/settings/email/test');
    refusal = undefined;
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'smtp-failed' });
    expect(body.detail).toContain('452 the mailbox is full');
  });

  it('sends nothing for an organisation of example data', async () => {
    const orgs = crm.services.mongo.db.collection('orgs');
    await orgs.updateOne({}, { $set: { isDemo: true } });
    const sent = received.length;
    expect((await as(admin, mailing)('POST', '/settings/email/test')).status).toBe(409);
    await orgs.updateOne({}, { $unset: { isDemo: '' } });
    expect(received).toHaveLength(sent);
  });
});
