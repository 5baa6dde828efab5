import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person, password } from '../../test/person.ts';
import { startSmtp } from '../../test/smtp.ts';

const anyone = { authorization: '' };
const next = 'four blue horses singing';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let mailing: TestApp;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  mailing = await openApp({ ...crm.stores, ...smtp.settings });
});
afterAll(async () => {
  await mailing.close();
  await crm.close();
  await smtp.close();
});

const signIn = (email: string, secret: string) =>
  crm.call('POST', '/auth/login', { email, password: secret }, anyone);
const tokenIn = (link: string) => link.split('/').at(-1)!;
const linkFor = async (person: Person) =>
  (await admin.call('POST', `/users/${person.id}/password-reset`)).body.link as string;

describe('a link that an admin makes', () => {
  it('sets a new password once, and signs the person out everywhere', async () => {
    const { status, body } = await admin.call('POST', `/users/${rep.id}/password-reset`);
    expect({ status, email: body.email }).toEqual({ status: 201, email: rep.email });
    expect(body.link).toMatch(/^http:\/\/localhost:8080\/reset\/[\w-]{43}$/);
    const token = tokenIn(body.link);
    expect((await crm.call('GET', `/auth/resets/${token}`, undefined, anyone)).body).toEqual({
      email: rep.email,
    });
    const use = () => crm.call('POST', '/auth/reset', { token, password: next }, anyone);
    expect((await use()).status).toBe(204);
    expect((await use()).status).toBe(404);
    await eventually(
      'the end of their session',
      async () => (await rep.call('GET', '/auth/me')).status === 401,
    );
    expect((await signIn(rep.email, password)).status).toBe(401);
    expect((await signIn(rep.email, next)).status).toBe(200);
  });

  it('works once, also for those who use it at the same moment', async () => {
    const token = tokenIn(await linkFor(rep));
    const use = async () => (await crm.call('POST', '/auth/reset', { token, password: next }, anyone)).status;
    expect((await Promise.all([use(), use(), use()])).sort()).toEqual([204, 404, 404]);
  });

  it('is the last one made alone', async () => {
    const [first, second] = [await linkFor(rep), await linkFor(rep)];
    const look = (link: string) => crm.call('GET', `/auth/resets/${tokenIn(link)}`, undefined, anyone);
    expect([(await look(first)).status, (await look(second)).status]).toEqual([404, 200]);
  });

  it('runs out after an hour', async () => {
    const link = await linkFor(rep);
    const resets = crm.services.mongo.db.collection('passwordResets');
    const [reset] = await resets.find().toArray();
    const left = reset!.expiresAt.getTime() - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
    await resets.updateOne({ _id: reset!._id }, { $set: { expiresAt: new Date(Date.now() - 1) } });
    const answer = await crm.call('POST', '/auth/reset', { token: tokenIn(link), password: next }, anyone);
    expect(answer.status).toBe(404);
  });

  it('takes no password that others would try first, and stays good for a better one', async () => {
    const token = tokenIn(await linkFor(rep));
    const use = (secret: string) => crm.call('POST', '/auth/reset', { token, password: secret }, anyone);
    for (const known of ['1234567890', 'qwertyuiop', 'senha12345'])
      expect((await use(known)).body.errors, known).toMatchObject([
        { pointer: '#/password', code: 'password.known' },
      ]);
    expect((await use(next)).status).toBe(204);
  });

  it('is for admins, for active people, and nowhere in clear', async () => {
    const boss = await join(crm, admin, 'Bia Boss', 'manager');
    expect((await boss.call('POST', `/users/${rep.id}/password-reset`)).status).toBe(403);
    await admin.call('PATCH', `/users/${boss.id}`, { status: 'disabled' });
    expect((await admin.call('POST', `/users/${boss.id}/password-reset`)).status).toBe(409);
    const token = tokenIn(await linkFor(rep));
    const { db } = crm.services.mongo;
    const stored = await Promise.all(
      (await db.collections()).map((collection) => collection.find().toArray()),
    );
    expect(JSON.stringify(stored)).not.toContain(token);
    const { data } = (await admin.call('GET', `/audit?entity=user:${rep.id}`)).body;
    expect(data[0]).toMatchObject({
      action: 'user.password-reset-asked',
      actor: { name: 'Ana Admin' },
    });
  });

  it('is not given again for the same Idempotency-Key', async () => {
    const again = () =>
      admin.call('POST', `/users/${rep.id}/password-reset`, undefined, { 'idempotency-key': 'reset-1' });
    expect((await again()).status).toBe(201);
    expect(await again()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('once') } });
    const keys = await crm.services.redis.keys('conductor:once:*');
    const kept = await Promise.all(keys.map((key) => crm.services.redis.get(key)));
    expect(kept.join()).not.toContain('/reset/');
  });
});

describe('a link by e-mail', () => {
  const forget = (email: string) => mailing.call('POST', '/auth/forgot', { email }, anyone);

  it('is sent to who is here, in their language, and says nothing about who is not', async () => {
    const known = await forget(rep.email);
    const unknown = await forget('nobody@example.com');
    expect({ known: known.status, unknown: unknown.status }).toEqual({ known: 202, unknown: 202 });
    expect(unknown.body).toEqual(known.body);
    const letters = crm.services.mongo.db.collection<{ _id: string; kind: string }>('letters');
    const letter = await eventually('the letter', () => letters.findOne({ kind: 'password-reset' }));
    // What the worker does.
    await mailing.services.letters.dispatch().send(letter._id);
    expect(smtp.received.map(({ to }) => to)).toEqual([[rep.email]]);
    expect(smtp.received[0]!.raw).toMatch(/^Subject: Sua nova senha\r?$/m);
    const token = /\/reset\/([\w-]{43})/.exec(smtp.received[0]!.raw.replaceAll('=\r\n', ''))![1];
    expect((await mailing.call('POST', '/auth/reset', { token, password: next }, anyone)).status).toBe(204);
  });

  it('is not promised where no e-mail can be sent', async () => {
    const answer = await crm.call('POST', '/auth/forgot', { email: rep.email }, anyone);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 409,
      code: 'smtp-not-configured',
    });
    expect((await crm.call('GET', '/auth/providers', undefined, anyone)).body).toMatchObject({ mail: false });
    expect((await mailing.call('GET', '/auth/providers', undefined, anyone)).body).toMatchObject({
      mail: true,
    });
  });
});
