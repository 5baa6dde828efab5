import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { eventually } from '../../test/eventually.ts';
import { firstAdmin, join, type Person, password, signedIn } from '../../test/person.ts';

let crm: TestCrm;
let admin: Person;
const anyone = { authorization: '' };
beforeAll(async () => {
  crm = await openCrm();
  expect((await crm.call('GET', '/setup', undefined, anyone)).body).toMatchObject({
    needed: true,
    link: false,
  });
  admin = await firstAdmin(crm);
});
afterAll(() => crm.close());

describe('the first run', () => {
  it('makes the organisation and its admin, once', async () => {
    expect((await admin.call('GET', '/auth/me')).body).toMatchObject({
      name: 'Ana Admin',
      role: 'admin',
      orgName: 'Acme Ltda',
      locale: 'pt-BR',
      capabilities: expect.arrayContaining(['administer']),
    });
    expect((await crm.call('GET', '/setup', undefined, anyone)).body).toMatchObject({ needed: false });
    const again = { organisation: 'Evil', name: 'Eve', email: 'eve@example.com', password };
    expect(await crm.call('POST', '/setup', again, anyone)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('refuses weak passwords', async () => {
    const body = { organisation: 'Acme', name: 'Ana', email: 'ana.long@example.com', password: 'short' };
    expect((await crm.call('POST', '/setup', body, anyone)).status).toBe(422);
    expect(
      (await crm.call('POST', '/setup', { ...body, password: 'Ana.Long@example.com' }, anyone)).body.errors[0]
        .code,
    ).toBe('password.email');
  });
});

describe('signing in', () => {
  it('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const answer = await crm.call('POST', '/auth/login', { email: ' ANA@example.com', password }, anyone);
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).toMatch(/^sid=[\w-]{43}; .*HttpOnly; SameSite=Lax/);
  });

  it('says the same of a wrong password and of somebody unknown', async () => {
    const wrong = await crm.call(
      'POST',
      '/auth/login',
      { email: 'ana@example.com', password: 'wrong password' },
      anyone,
    );
    const unknown = await crm.call(
      'POST',
      '/auth/login',
      { email: 'nobody@example.com', password: 'wrong password' },
      anyone,
    );
    expect(wrong.status).toBe(401);
    expect({ ...unknown.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' });
  });

  it('is limited to ten guesses for one account', async () => {
    const guess = () =>
      crm.call('POST', '/auth/login', { email: 'guessed@example.com', password: 'guess' }, anyone);
    for (let count = 0; count < 10; count += 1) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('ends with signing out, for that session only', async () => {
    const other = signedIn(
      crm,
      await crm.call('POST', '/auth/login', { email: 'ana@example.com', password }, anyone),
    );
    expect((await other.call('POST', '/auth/logout')).status).toBe(204);
    expect((await other.call('GET', '/auth/me')).status).toBe(401);
    expect((await admin.call('GET', '/auth/me')).status).toBe(200);
  });

  it('lists sessions and ends one of them', async () => {
    const other = signedIn(
      crm,
      await crm.call('POST', '/auth/login', { email: 'ana@example.com', password }, anyone),
    );
    const { data } = (await other.call('GET', '/auth/sessions')).body;
    const current = data.find((session: { current: boolean }) => session.current);
    expect((await admin.call('DELETE', `/auth/sessions/${current.id}`)).status).toBe(204);
    expect((await other.call('GET', '/auth/me')).status).toBe(401);
  });

  it('keeps neither passwords nor session values in the database', async () => {
    const { db } = crm.services.mongo;
    const stored = JSON.stringify([
      await db.collection('users').find().toArray(),
      await db.collection('sessions').find().toArray(),
      await db.collection('auditLog').find().toArray(),
    ]);
    expect(stored).not.toContain(password);
    expect(stored).not.toContain(admin.cookie.split('=')[1]);
    expect(stored).toContain('$argon2id$');
  });

  it('refuses forged and damaged sessions', async () => {
    for (const cookie of ['sid=x', `${admin.cookie}x`, `sid=${'A'.repeat(43)}`])
      expect((await crm.call('GET', '/auth/me', undefined, { ...anyone, cookie })).status).toBe(401);
  });

  it('asks a cookie for proof that our own page sent it', async () => {
    const create = (headers: Record<string, string>) =>
      crm.call('POST', '/leads', {}, { ...anyone, cookie: admin.cookie, ...headers });
    expect((await create({})).status).toBe(403);
    expect(
      (await create({ 'x-requested-with': 'conductor', origin: 'https://evil.example.com' })).status,
    ).toBe(403);
    expect((await create({ 'x-requested-with': 'conductor', origin: 'http://localhost:8080' })).status).toBe(
      422,
    );
  });
});

describe('people', () => {
  it('join by a link that works once', async () => {
    const { body: invite } = await admin.call('POST', '/invites', { email: 'rui@example.com', role: 'rep' });
    const token = invite.link.split('/').at(-1);
    expect((await crm.call('GET', `/auth/invites/${token}`, undefined, anyone)).body).toEqual({
      email: 'rui@example.com',
      locale: 'pt-BR',
    });
    const accept = () =>
      crm.call('POST', '/auth/accept-invite', { token, name: 'Rui Rep', password }, anyone);
    expect(await accept()).toMatchObject({ status: 201, body: { role: 'rep', email: 'rui@example.com' } });
    expect((await accept()).status).toBe(404);
    expect(await admin.call('POST', '/invites', { email: 'rui@example.com', role: 'admin' })).toMatchObject({
      status: 409,
      body: { code: 'duplicate' },
    });
  });

  it('begin in the organisation’s language, whatever the language of an invited person is', async () => {
    const { version } = (await admin.call('GET', '/settings')).body;
    const speak = (locale: string, seen: number) =>
      admin.call('PATCH', '/settings', { locale }, { 'if-match': `"${seen}"` });
    expect((await speak('en', version)).status).toBe(200);
    const { body } = await admin.call('POST', '/invites', { email: 'eve@example.com', role: 'rep' });
    const token = body.link.split('/').at(-1);
    const look = await crm.call('GET', `/auth/invites/${token}`, undefined, anyone);
    expect(look.body).toEqual({ email: 'eve@example.com', locale: 'en' });
    const joined = await crm.call(
      'POST',
      '/auth/accept-invite',
      { token, name: 'Eve English', password },
      anyone,
    );
    expect(joined.body.locale).toBe('en');
    await speak('pt-BR', version + 1);
    expect((await signedIn(crm, joined).call('GET', '/auth/me')).body.locale).toBe('en');
  });

  it('are managed by admins only', async () => {
    const rep = await join(crm, admin, 'Rita Rep', 'rep');
    for (const [method, url, body] of [
      ['POST', '/invites', { email: 'x@example.com', role: 'admin' }],
      ['PATCH', `/users/${rep.id}`, { role: 'admin' }],
      ['POST', '/api-keys', { name: 'k', role: 'admin' }],
      ['PATCH', '/settings', { name: 'Mine' }],
      ['GET', '/audit', undefined],
      ['GET', '/queues/dead-letter', undefined],
    ] as const)
      expect((await rep.call(method, url, body, { 'if-match': '1' })).status, `${method} ${url}`).toBe(403);
    expect((await rep.call('PATCH', '/auth/me', { role: 'admin' })).status).toBe(422);
    expect((await rep.call('GET', '/users')).body.data.length).toBeGreaterThan(1);
  });

  it('lose their sessions when they are disabled', async () => {
    const rep = await join(crm, admin, 'Davi Rep', 'rep');
    expect((await admin.call('PATCH', `/users/${rep.id}`, { status: 'disabled' })).status).toBe(200);
    crm.services.authenticator.forget();
    expect((await rep.call('GET', '/auth/me')).status).toBe(401);
    expect((await crm.call('POST', '/auth/login', { email: rep.email, password }, anyone)).status).toBe(401);
  });

  it('always include one active admin', async () => {
    expect(await admin.call('PATCH', `/users/${admin.id}`, { role: 'rep' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect((await admin.call('GET', '/auth/me')).body.role).toBe('admin');
  });

  it('of the example data do not count as admins, since they cannot sign in', async () => {
    const users = crm.services.mongo.db.collection<{ _id: string; [field: string]: unknown }>('users');
    await users.insertOne({
      _id: 'demo-admin',
      orgId: '000000000000000000000001',
      name: 'Demo',
      email: 'demo@example.com',
      role: 'admin',
      status: 'active',
      isDemo: true,
    });
    expect((await admin.call('PATCH', `/users/${admin.id}`, { role: 'rep' })).status).toBe(409);
    await users.deleteOne({ _id: 'demo-admin' });
  });

  it('change their password and are signed out elsewhere', async () => {
    const rep = await join(crm, admin, 'Pia Rep', 'rep');
    const elsewhere = signedIn(
      crm,
      await crm.call('POST', '/auth/login', { email: rep.email, password }, anyone),
    );
    expect(
      (await rep.call('POST', '/auth/password', { current: 'wrong', next: 'another long one' })).status,
    ).toBe(422);
    expect(
      (await rep.call('POST', '/auth/password', { current: password, next: 'another long one' })).status,
    ).toBe(204);
    expect((await elsewhere.call('GET', '/auth/me')).status).toBe(401);
    expect((await rep.call('GET', '/auth/me')).status).toBe(200);
  });
});

describe('API keys', () => {
  it('open the API for programs, only as far as they reach', async () => {
    const { body: key } = await admin.call('POST', '/api-keys', {
      name: 'Site',
      role: 'rep',
      readOnly: true,
    });
    const asProgram = (method: 'GET' | 'POST', url: string) =>
      crm.call(method, url, method === 'POST' ? {} : undefined, { authorization: `Bearer ${key.key}` });
    expect((await asProgram('GET', '/leads')).status).toBe(200);
    expect((await asProgram('POST', '/leads')).status).toBe(403);
    expect((await asProgram('GET', '/audit')).status).toBe(403);
    const { data } = (await admin.call('GET', '/api-keys')).body;
    expect(data[0]).toMatchObject({ name: 'Site', prefix: key.key.slice(0, 10) });
    expect(JSON.stringify(data)).not.toContain(key.key);
    expect((await admin.call('DELETE', `/api-keys/${key.id}`)).status).toBe(204);
    crm.services.authenticator.forget();
    expect((await asProgram('GET', '/leads')).status).toBe(401);
  });
});

describe('API keys that share an address', () => {
  const newKey = async (name: string) =>
    (await admin.call('POST', '/api-keys', { name, role: 'admin' })).body as { id: string; key: string };
  const by = ({ key }: { key: string }, more: Record<string, string> = {}) => ({
    authorization: `Bearer ${key}`,
    ...more,
  });

  it('are refused at once in every process when they are deleted', async () => {
    const other = await openApp(crm.stores);
    try {
      const key = await newKey('Gone');
      expect((await other.call('GET', '/leads', undefined, by(key))).status).toBe(200);
      await admin.call('DELETE', `/api-keys/${key.id}`);
      expect((await crm.call('GET', '/leads', undefined, by(key))).status).toBe(401);
      const refused = async () => (await other.call('GET', '/leads', undefined, by(key))).status === 401;
      // Less than what a process remembers for.
      await eventually('the refusal', refused, 1500);
    } finally {
      await other.close();
    }
  });

  it('have their requests counted by themselves', async () => {
    const limited = await openApp({ ...crm.stores, RATE_LIMIT: '5' });
    try {
      const [one, two] = [await newKey('One'), await newKey('Two')];
      const ask = async (key: { key: string }, from: string) =>
        (await limited.call('GET', '/users', undefined, by(key, { 'x-forwarded-for': from }))).status;
      const found: number[] = [];
      for (let count = 0; count < 8; count += 1) found.push(await ask(one, '203.0.113.50'));
      expect(found).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
      expect(await ask(two, '203.0.113.50')).toBe(200);
      expect(await ask(two, '203.0.113.50')).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('have an Idempotency-Key of their own, and no secret is kept under it', async () => {
    const [one, two] = [await newKey('Three'), await newKey('Four')];
    const create = (key: { key: string }) =>
      crm.call(
        'POST',
        '/invites',
        { email: `once-${key.key.slice(-4).toLowerCase().replace(/\W/g, 'x')}@example.com`, role: 'rep' },
        by(key, { 'idempotency-key': 'same' }),
      );
    const [first, second] = [await create(one), await create(two)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.link).not.toBe(first.body.link);
    expect((await create(one)).status).toBe(409);
    const keys = await crm.services.redis.keys('conductor:once:*');
    const kept = (await Promise.all(keys.map((key) => crm.services.redis.get(key)))).join();
    expect(kept).not.toContain('/invite/');
    expect(kept).not.toContain('crm_');
  });
});

describe('the audit log', () => {
  it('says who did what, and never a secret', async () => {
    const { body: lead } = await admin.call('POST', '/leads', {
      name: 'Maria Souza',
      email: 'maria@example.com',
    });
    await admin.call('PATCH', `/leads/${lead.id}`, { city: 'Recife' }, { 'if-match': '1' });
    const { data } = (await admin.call('GET', `/audit?entity=lead:${lead.id}`)).body;
    expect(data).toMatchObject([
      {
        action: 'lead.updated',
        actor: { userId: admin.id, name: 'Ana Admin' },
        changes: { city: { from: null, to: 'Recife' } },
        requestId: expect.any(String),
      },
      { action: 'lead.created' },
    ]);
  });
});
