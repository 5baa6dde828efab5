import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person, password } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
let rep: Person;
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
});
afterAll(() => crm.close());
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-26T12:00:10Z') });
  await crm.services.redis.flushall();
});
afterEach(() => {
  vi.useRealTimers();
});

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);
const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate();
const signIn = (who: Person, code?: string) =>
  crm.call(
    'POST',
    '/auth/login',
    { email: who.email, password, ...(code !== undefined && { code }) },
    { authorization: '' },
  );

/** Switches it on; the app's secret and the recovery codes. */
async function switchedOn(who: Person): Promise<{ secret: string; recoveryCodes: string[] }> {
  const begun = await who.call('POST', '/auth/second-factor', { password });
  expect(begun.status).toBe(201);
  const { secret } = begun.body;
  const confirmed = await who.call('POST', '/auth/second-factor/confirm', { code: codeOf(secret) });
  expect(confirmed.status).toBe(201);
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}

describe('a second factor', () => {
  it('is asked for once it was confirmed, and lets in with the code of the moment alone', async () => {
    const begun = await rep.call('POST', '/auth/second-factor', { password });
    expect(begun.body.uri).toMatch(
      /^otpauth:\/\/totp\/Acme%20Ltda:rui\.rep%40example\.com\?issuer=Acme%20Ltda&secret=/,
    );
    // Begun only: nobody is kept out by an app that they never set up.
    expect((await signIn(rep)).status).toBe(200);
    const { secret } = await switchedOn(rep);
    expect((await rep.call('GET', '/auth/me')).body).toMatchObject({ secondFactor: true });
    expect(await signIn(rep)).toMatchObject({ status: 401, body: { code: 'second-factor-required' } });
    later(60);
    expect(await signIn(rep, '000000')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '#/code', code: 'code.wrong' }] },
    });
    expect((await signIn(rep, codeOf(secret))).status).toBe(200);
  });

  it('takes no code twice, and none of long ago', async () => {
    const { secret } = await switchedOn(rep);
    const first = codeOf(secret);
    // The one that confirmed it.
    expect((await signIn(rep, first)).status).toBe(422);
    later(30);
    expect((await signIn(rep, codeOf(secret))).status).toBe(200);
    expect((await signIn(rep, codeOf(secret))).status).toBe(422);
    const old = codeOf(secret);
    later(90);
    expect((await signIn(rep, old)).status).toBe(422);
  });

  it('lets one of many in who use the same code at once', async () => {
    const { secret } = await switchedOn(rep);
    later(30);
    const code = codeOf(secret);
    const found = await Promise.all(Array.from({ length: 5 }, async () => (await signIn(rep, code)).status));
    expect(found.sort()).toEqual([200, 422, 422, 422, 422]);
  });

  it('has ten codes for when the phone is gone, each of which works once', async () => {
    const { recoveryCodes } = await switchedOn(rep);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [code] = recoveryCodes;
    const typed = `${code!.slice(0, 5).toUpperCase()}-${code!.slice(5)}`;
    expect((await signIn(rep, typed)).status).toBe(200);
    expect((await signIn(rep, typed)).status).toBe(422);
    expect((await signIn(rep, recoveryCodes[1]!)).status).toBe(200);
    expect((await rep.call('GET', '/auth/me')).body).toMatchObject({ recoveryCodes: 8 });
  });

  it('has new ones for the password, and those of before work no longer', async () => {
    const renew = (secret: string) =>
      rep.call('POST', '/auth/second-factor/recovery-codes', { password: secret });
    await rep.call('POST', '/auth/second-factor/off', { password });
    expect(await renew(password)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await rep.call('GET', '/auth/me')).body).toMatchObject({ recoveryCodes: 0 });
    const { secret, recoveryCodes } = await switchedOn(rep);
    expect((await signIn(rep, recoveryCodes[0]!)).status).toBe(200);
    expect((await renew('a wrong password')).body.errors).toMatchObject([{ code: 'password.wrong' }]);
    const { status, body } = await renew(password);
    expect({ status, count: new Set(body.recoveryCodes).size }).toEqual({ status: 201, count: 10 });
    expect((await rep.call('GET', '/auth/me')).body).toMatchObject({ recoveryCodes: 10 });
    expect((await signIn(rep, recoveryCodes[1]!)).status).toBe(422);
    expect((await signIn(rep, body.recoveryCodes[1]!)).status).toBe(200);
    later(30);
    expect((await signIn(rep, codeOf(secret))).status).toBe(200);
    const [entry] = (await admin.call('GET', `/audit?entity=user:${rep.id}`)).body.data.filter(
      ({ action }: { action: string }) => action === 'user.recovery-codes-made',
    );
    expect(entry).toMatchObject({ actor: { name: 'Rui Rep' } });
  });

  it('does not tell, without the password, who has one', async () => {
    await switchedOn(rep);
    const wrong = await crm.call(
      'POST',
      '/auth/login',
      { email: rep.email, password: 'a wrong password' },
      { authorization: '' },
    );
    expect(wrong).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('limits guesses of the code, and not signing in', async () => {
    await switchedOn(rep);
    const found: number[] = [];
    for (let count = 0; count < 40; count += 1) {
      const { status } = await crm.call(
        'POST',
        '/auth/login',
        { email: rep.email, password, code: String(100_000 + count) },
        { authorization: '', 'x-forwarded-for': `203.0.113.${count}` },
      );
      found.push(status);
    }
    expect(found.filter((status) => status === 429)).toHaveLength(10);
  });

  it('lets in as often as somebody signs in, in two steps each time', async () => {
    const { recoveryCodes } = await switchedOn(rep);
    for (const code of recoveryCodes) {
      expect((await signIn(rep)).body.code).toBe('second-factor-required');
      expect((await signIn(rep, code)).status).toBe(200);
    }
  });

  it('is guessed ten times from one address, however often the password alone was right meanwhile', async () => {
    const { secret, recoveryCodes } = await switchedOn(rep);
    const guess = async (number: number) => {
      expect([401, 429]).toContain((await signIn(rep)).status);
      return (await signIn(rep, String(100_000 + number))).status;
    };
    for (let number = 0; number < 9; number += 1) expect(await guess(number)).toBe(422);
    // Who gets in begins anew.
    expect((await signIn(rep, recoveryCodes[0]!)).status).toBe(200);
    const found: number[] = [];
    for (let number = 0; number < 12; number += 1) found.push(await guess(number));
    expect(found).toEqual([...Array(10).fill(422), 429, 429]);
    later(60);
    expect((await signIn(rep, codeOf(secret))).status).toBe(429);
  });

  it('is switched on and off by the password, not by an open screen', async () => {
    expect((await rep.call('POST', '/auth/second-factor', { password: 'a wrong password' })).status).toBe(
      422,
    );
    await switchedOn(rep);
    const off = (secret: string) => rep.call('POST', '/auth/second-factor/off', { password: secret });
    expect((await off('a wrong password')).status).toBe(422);
    expect((await off(password)).status).toBe(204);
    expect((await signIn(rep)).status).toBe(200);
  });

  it('is taken away by an admin from whoever lost their phone', async () => {
    await switchedOn(rep);
    const { data } = (await admin.call('GET', '/users')).body;
    expect(data.find(({ id }: { id: string }) => id === rep.id).secondFactor).toBe(true);
    const seen = (await rep.call('GET', '/users')).body.data;
    expect(seen.every((each: { secondFactor: unknown }) => each.secondFactor === null)).toBe(true);
    expect((await rep.call('DELETE', `/users/${admin.id}/second-factor`)).status).toBe(403);
    expect((await admin.call('DELETE', `/users/${rep.id}/second-factor`)).status).toBe(204);
    // There is nothing any more that could be taken.
    expect((await admin.call('DELETE', `/users/${rep.id}/second-factor`)).status).toBe(204);
    expect((await signIn(rep)).status).toBe(200);
    const audit = (await admin.call('GET', `/audit?entity=user:${rep.id}`)).body.data;
    const byAdmin = audit.filter(({ actor }: { actor: { name: string } }) => actor.name === 'Ana Admin');
    expect(byAdmin.map(({ action }: { action: string }) => action)).toEqual(['user.second-factor-off']);
  });

  it('of one’s own goes by the password alone, also where one is an admin', async () => {
    await switchedOn(admin);
    expect((await admin.call('DELETE', `/users/${admin.id}/second-factor`)).status).toBe(409);
    expect((await admin.call('POST', '/auth/second-factor/off', { password })).status).toBe(204);
  });

  it('is nowhere in clear, and outlives a changed SECRET_KEY', async () => {
    const { secret, recoveryCodes } = await switchedOn(rep);
    const collections = await crm.services.mongo.db.collections();
    const stored = JSON.stringify(await Promise.all(collections.map((each) => each.find().toArray())));
    for (const each of [secret, ...recoveryCodes]) expect(stored).not.toContain(each);
    const changed = await openApp({
      ...crm.stores,
      SECRET_KEY: 'another-secret-for-tests',
      SECRET_KEY_PREVIOUS: 'a-secret-for-tests-only',
    });
    const alone = await openApp({ ...crm.stores, SECRET_KEY: 'another-secret-for-tests' });
    try {
      for (const app of [changed, alone]) {
        later(30);
        const answer = await app.call(
          'POST',
          '/auth/login',
          { email: rep.email, password, code: codeOf(secret) },
          { authorization: '' },
        );
        // What was used once since is closed with the new key.
        expect(answer.status).toBe(200);
      }
    } finally {
      await Promise.all([changed.close(), alone.close()]);
    }
  });
});
