import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person, password } from '../../test/person.ts';
import { startSmtp } from '../../test/smtp.ts';

const next = 'four blue horses singing';

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  smtp = await startSmtp();
  crm = await openCrm(smtp.settings);
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
  await rep.call('PATCH', '/auth/me', { locale: 'en', timezone: 'Asia/Tokyo' });
});
afterAll(async () => {
  await crm.close();
  await smtp.close();
});
beforeEach(async () => {
  smtp.received.length = 0;
  await letters().deleteMany();
});

const letters = () => crm.services.mongo.db.collection<{ _id: string; kind: string }>('letters');

/** What has arrived once the worker did its work: to whom, and what it says. */
async function arrived() {
  for (const { _id } of await letters().find({ kind: 'account' }).sort({ createdAt: 1, _id: 1 }).toArray())
    await crm.services.letters.dispatch().send(_id);
  return smtp.received.splice(0).map(({ to, raw }) => ({
    to: to.join(),
    subject: /^Subject: (.*?)\r?$/m.exec(raw)![1],
    text: raw.replaceAll('=\r\n', '').replaceAll('\r', ''),
  }));
}

/** Switches it on; what nobody else may know of it. */
async function switchOn(who: Person): Promise<string[]> {
  const { secret } = (await who.call('POST', '/auth/second-factor', { password })).body;
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const { body } = await who.call('POST', '/auth/second-factor/confirm', { code });
  return [secret, ...body.recoveryCodes];
}

describe('a letter about one’s account', () => {
  it('says who took the second factor away, when, and what to do, in the language of who lost it', async () => {
    await switchOn(rep);
    await arrived();
    expect((await admin.call('DELETE', `/users/${rep.id}/second-factor`)).status).toBe(204);
    const [letter, ...more] = await arrived();
    expect(more).toEqual([]);
    expect(letter).toMatchObject({
      to: 'rui.rep@example.com',
      subject: 'Two-step verification was switched off',
    });
    expect(letter!.text).toContain('Who: Ana Admin\n');
    expect(letter!.text).toMatch(/When: \w+ \d+, \d{4} at \d+:\d\d.[AP]M \(Asia\/Tokyo\)/);
    expect(letter!.text).toContain('If you did not ask for this, tell an administrator at once');
    expect(letter!.text).toContain('http://localhost:8080/settings/profile');
    // There was nothing any more that could be taken.
    await admin.call('DELETE', `/users/${rep.id}/second-factor`);
    expect(await arrived()).toEqual([]);
  });

  it('comes of whatever is done from the account itself, without a secret', async () => {
    const secrets = await switchOn(rep);
    const renewed = await rep.call('POST', '/auth/second-factor/recovery-codes', { password });
    await rep.call('POST', '/auth/second-factor/off', { password });
    await rep.call('POST', '/auth/password', { current: password, next });
    const { body } = await admin.call('POST', `/users/${rep.id}/password-reset`);
    const token = body.link.split('/').at(-1);
    await crm.call('POST', '/auth/reset', { token, password }, { authorization: '' });
    const told = await arrived();
    expect(told.map(({ subject }) => subject)).toEqual([
      'Two-step verification was switched on',
      'Your recovery codes were replaced',
      'Two-step verification was switched off',
      'Your password was changed',
      'Your password was changed',
    ]);
    const all = told.map(({ text }) => text).join('\n');
    expect(all.match(/Who: you, or whoever was in your account/g)).toHaveLength(4);
    expect(all.match(/Who: whoever had the link/g)).toHaveLength(1);
    for (const secret of [...secrets, ...renewed.body.recoveryCodes, password, next, token])
      expect(all).not.toContain(secret);
  });

  it('does not come of what was refused, nor in another language than theirs', async () => {
    await admin.call('POST', '/auth/password', { current: 'a wrong password', next });
    expect(await arrived()).toEqual([]);
    await admin.call('POST', '/auth/password', { current: password, next });
    const [letter] = await arrived();
    expect(letter).toMatchObject({ to: 'ana@example.com', subject: 'Sua senha foi trocada' });
    expect(letter!.text).toContain('(America/Sao_Paulo)');
    await admin.call('POST', '/auth/password', { current: next, next: password });
  });

  it('is not written where no e-mail leaves, and what it is about is done', async () => {
    const silent = await openApp(crm.stores);
    try {
      const headers = {
        authorization: '',
        cookie: admin.cookie,
        'x-requested-with': 'conductor',
        origin: 'http://localhost:8080',
      };
      const body = { current: password, next };
      expect((await silent.call('POST', '/auth/password', body, headers)).status).toBe(204);
      expect(await letters().countDocuments()).toBe(0);
    } finally {
      await silent.close();
    }
  });
});
