import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openCrm, type TestCrm } from './crm.ts';
import { undescribed } from './described.ts';
import { firstAdmin, join, type Person, password } from './person.ts';

const xss = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  'javascript:alert(1)',
  '<svg/onload=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
];
const elsewhereId = 'abcdefabcdefabcdefabcdef';

describe('hostile input', () => {
  let crm: TestCrm;
  let admin: Person;
  let rep: Person;
  beforeAll(async () => {
    crm = await openCrm();
    admin = await firstAdmin(crm);
    rep = await join(crm, admin, 'Rui Rep', 'rep');
  });
  afterAll(() => crm.close());
  beforeEach(() => crm.services.redis.flushdb());

  const raw = async (
    method: 'GET' | 'POST',
    url: string,
    headers: Record<string, string>,
    payload?: string,
  ) => {
    const path = `/api/v1${url}`;
    const answer = await crm.app.inject({
      method,
      url: path,
      headers: { host: 'localhost', ...headers },
      payload,
    });
    expect(undescribed(crm.app)(method, path, answer.statusCode)).toBeUndefined();
    return answer;
  };
  const isProblem = (answer: { headers: Record<string, unknown>; statusCode?: number; status?: number }) => {
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.statusCode ?? answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode ?? answer.status).toBeLessThan(500);
  };

  it.each(xss)('%s is kept as text, cleaned as HTML, and never answered as a page', async (text) => {
    const { body: lead } = await admin.call('POST', '/leads?allowDuplicate=true', {
      name: `Ana ${text}`,
      email: 'xss@example.com',
    });
    expect(lead.name).toBe(`Ana ${text}`);
    const { body: note } = await admin.call('POST', '/activities', {
      kind: 'note',
      links: [{ entity: 'lead', id: lead.id }],
      body: `${text}<a href="javascript:alert(1)">x</a><b onclick="alert(1)">y</b>`,
    });
    expect(note.body).not.toMatch(/<script|<img|<svg|onerror=|onclick=|href="javascript/i);
    const reflected = await crm.app.inject({
      method: 'GET',
      url: `/api/v1/${encodeURIComponent(text)}?q=${encodeURIComponent(text)}`,
      headers: { host: 'localhost' },
    });
    isProblem(reflected);
    const shown = await crm.call('GET', `/search?q=${encodeURIComponent(text)}`);
    expect(shown.headers['content-type']).toContain('application/json');
    for (const headers of [reflected.headers, shown.headers]) {
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it.each<[string, 'POST' | 'GET' | 'PATCH', string, unknown?]>([
    ['in a sign-in', 'POST', '/auth/login', { email: { $gt: '' }, password: { $gt: '' } }],
    ['in a sign-in’s password', 'POST', '/auth/login', { email: 'ana@example.com', password: { $ne: null } }],
    ['in a filter', 'GET', '/leads?filter[ownerId][$gt]='],
    ['in a filter’s name', 'GET', '/leads?filter[$where][eq]=1'],
    ['in a search', 'GET', '/leads?q[$gt]='],
    ['in a cursor', 'GET', '/leads?cursor[$ne]=x'],
    ['in a new record', 'POST', '/leads', { name: { $gt: '' }, email: 'a@example.com' }],
    ['as a new field', 'POST', '/leads', { name: 'Ana', email: 'a@example.com', $set: { orgId: 'x' } }],
    ['in own fields', 'POST', '/leads', { name: 'Ana', email: 'a@example.com', custom: { $where: '1' } }],
    ['in a link', 'POST', '/activities', { kind: 'note', links: [{ entity: 'lead', id: { $ne: null } }] }],
  ])('refuses operators %s', async (_where, method, url, body) => {
    const answer = await admin.call(method, url, body);
    expect([400, 422]).toContain(answer.status);
    isProblem(answer);
  });

  it.each<[string, string, object]>([
    ['the organisation of a lead', '/leads', { name: 'Ana', email: 'm@example.com', orgId: 'x' }],
    ['the score of a lead', '/leads', { name: 'Ana', email: 'm@example.com', score: { value: 100 } }],
    ['the version of a deal', '/deals', { title: 'Deal', version: 9 }],
    ['the status of a deal', '/deals', { title: 'Deal', status: 'won' }],
    ['who made a task', '/tasks', { title: 'T', dueAt: '2030-01-01T00:00:00Z', createdBy: 'x' }],
    ['a prototype', '/companies', JSON.parse('{"name":"Acme","__proto__":{"role":"admin"}}')],
  ])('does not let %s be assigned', async (_what, url, body) => {
    const answer = await crm.app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: {
        host: 'localhost',
        cookie: admin.cookie,
        'x-requested-with': 'conductor',
        'content-type': 'application/json',
      },
      payload: JSON.stringify(body),
    });
    isProblem(answer);
  });

  it('lets nobody give themselves a role', async () => {
    expect((await rep.call('PATCH', '/auth/me', { role: 'admin' })).status).toBe(422);
    expect((await rep.call('PATCH', `/users/${rep.id}`, { role: 'admin' })).status).toBe(403);
    expect((await rep.call('GET', '/auth/me')).body.role).toBe('rep');
  });

  it('shows and changes nothing of another organisation, on any path that takes an id', async () => {
    const { db } = crm.services.mongo;
    await admin.call('POST', '/deals', { title: 'A deal' });
    await admin.call('POST', '/companies', { name: 'A company' });
    await admin.call('POST', '/contacts', { firstName: 'A contact' });
    await admin.call('POST', '/tasks', { title: 'A task', dueAt: '2030-01-01T00:00:00Z' });
    await admin.call('POST', '/invites', { email: 'invited@example.com', role: 'rep', teamId: null });
    await admin.call('POST', '/teams', { name: 'A team' });
    const collections = (await db.listCollections().toArray()).map(({ name }) => name);
    const planted: string[] = [];
    for (const name of collections) {
      const like = await db.collection(name).findOne({ orgId: { $exists: true } });
      if (!like) continue;
      const unique = {
        email: 'x@elsewhere.example',
        tokenHash: 'elsewhere',
        hash: 'elsewhere',
        prefix: 'elsewhere',
      };
      const own = Object.fromEntries(Object.entries(unique).filter(([field]) => field in like));
      await db
        .collection(name)
        .insertOne({ ...like, ...own, _id: elsewhereId as never, orgId: 'f'.repeat(24) });
      planted.push(name);
    }
    expect(planted).toEqual(
      expect.arrayContaining(['leads', 'deals', 'contacts', 'companies', 'tasks', 'users']),
    );
    const before = await snapshot();
    const { paths } = (await crm.call('GET', '/openapi.json')).body;
    const tried: string[] = [];
    for (const [path, methods] of Object.entries<Record<string, object>>(paths))
      for (const method of Object.keys(methods)) {
        if (!/\{\w*id\}/i.test(path)) continue;
        const name = `${method.toUpperCase()} ${path.replace('/api/v1', '')}`;
        const answer = await admin.call(
          method.toUpperCase() as 'GET',
          path
            .replace('/api/v1', '')
            .replace(/\{\w*id\}/gi, elsewhereId)
            .replace('{queue}', 'leads'),
          method === 'get' || method === 'delete' ? undefined : (bodies[name] ?? {}),
          { 'if-match': '1' },
        );
        tried.push(name);
        // A body that this test does not know is refused before the id is looked at, which would prove nothing.
        expect([name, answer.status, answer.body.code]).toEqual([name, 404, 'not-found']);
      }
    expect(tried.length).toBeGreaterThan(25);
    expect(await snapshot()).toEqual(before);
    for (const name of planted) await db.collection(name).deleteOne({ _id: elsewhereId as never });

    async function snapshot() {
      return Promise.all(planted.map((name) => db.collection(name).findOne({ _id: elsewhereId as never })));
    }
  });

  it('refuses bodies that are too large or too deep, and addresses that are too long', async () => {
    const headers = {
      cookie: admin.cookie,
      'x-requested-with': 'conductor',
      'content-type': 'application/json',
    };
    const large = await raw('POST', '/leads', headers, JSON.stringify({ name: 'a'.repeat(2_000_000) }));
    expect(large.statusCode).toBe(413);
    isProblem(large);
    const depth = 50_000;
    isProblem(await raw('POST', '/leads', headers, `${'{"custom":'.repeat(depth)}1${'}'.repeat(depth)}`));
    isProblem(await raw('POST', '/leads', headers, '['.repeat(depth) + ']'.repeat(depth)));
    isProblem(await raw('GET', `/leads?filter${'[a]'.repeat(5000)}=1`, headers));
    isProblem(await raw('GET', `/leads/${'a'.repeat(50_000)}`, headers));
    isProblem(await raw('POST', '/leads', { ...headers, 'content-type': 'text/plain' }, 'name=Ana'));
    isProblem(await raw('POST', '/leads', headers, '{"name": "Ana"'));
  });

  it('believes no session that it did not give', async () => {
    const value = admin.cookie.split('=')[1]!;
    const forged = [
      'admin',
      `${value.slice(0, -2)}xx`,
      `${value}.${createHmac('sha256', 'guess').update(value).digest('base64url')}`,
      JSON.stringify({ userId: admin.id }),
      admin.id,
      '$ne',
    ];
    for (const sid of forged)
      expect((await raw('GET', '/auth/me', { cookie: `sid=${encodeURIComponent(sid)}` })).statusCode).toBe(
        401,
      );
    const unsigned = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ sub: admin.id })).toString('base64url')}.`;
    for (const bearer of ['x', unsigned, `ck_${'a'.repeat(40)}`])
      expect((await raw('GET', '/auth/me', { authorization: `Bearer ${bearer}` })).statusCode).toBe(401);
  });

  it('takes no change that another site made a browser send', async () => {
    const body = JSON.stringify({ title: 'Forged' });
    const json = { cookie: admin.cookie, 'content-type': 'application/json' };
    const own = { ...json, 'x-requested-with': 'conductor' };
    for (const headers of [
      json,
      { ...own, origin: 'https://evil.example' },
      { ...own, origin: 'null' },
      { ...json, origin: 'http://localhost:8080' },
      { cookie: admin.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    ]) {
      const answer = await raw('POST', '/deals', headers as unknown as Record<string, string>, body);
      expect(answer.statusCode).toBe(403);
      isProblem(answer);
    }
  });

  it('opens no live connection to another site', async () => {
    await crm.app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = crm.app.server.address() as { port: number };
    const connect = (origin: string | undefined) =>
      new Promise<number>((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
          headers: { host: 'localhost', cookie: admin.cookie },
          ...(origin !== undefined && { origin }),
        });
        socket.once('open', () => {
          socket.terminate();
          resolve(101);
        });
        socket.once('unexpected-response', (request, response) => {
          response.resume();
          request.socket?.once('close', () => resolve(response.statusCode ?? 0));
        });
        socket.once('error', reject);
      });
    expect(await connect('https://evil.example')).toBe(403);
    expect(await connect('null')).toBe(403);
    expect(await connect(undefined)).toBe(403);
    expect(await connect('http://localhost:8080')).toBe(101);
  });

  it('ends the guessing of passwords, and says when to come back', async () => {
    const guess = (email: string) =>
      crm.call('POST', '/auth/login', { email, password: 'wrong password' }, { authorization: '' });
    for (let turn = 0; turn < 10; turn += 1) expect((await guess('ana@example.com')).status).toBe(401);
    const blocked = await guess('ana@example.com');
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(0);
    isProblem(blocked);
    const right = { email: 'ana@example.com', password };
    expect((await crm.call('POST', '/auth/login', right, { authorization: '' })).status).toBe(429);
    expect((await guess('somebody@example.com')).status).toBe(401);
  });

  it('takes as long for an address that nobody has as for one that somebody has', async () => {
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    for (let turn = 0; turn < 9; turn += 1)
      for (const kind of ['known', 'unknown'] as const) {
        const email = kind === 'known' ? rep.email : `nobody${turn}@example.com`;
        const began = performance.now();
        await crm.call('POST', '/auth/login', { email, password: 'wrong password' }, { authorization: '' });
        times[kind].push(performance.now() - began);
      }
    const middle = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]!;
    // Hashing takes most of it; without it an unknown address would answer many times faster.
    expect(middle(times.unknown) / middle(times.known)).toBeGreaterThan(0.5);
    expect(middle(times.unknown) / middle(times.known)).toBeLessThan(2);
  });
});

/** Bodies with which a path gets as far as looking for its record. */
const bodies: Record<string, object> = {
  'PATCH /leads/{id}': { city: 'X' },
  'PATCH /contacts/{id}': { jobTitle: 'X' },
  'PATCH /companies/{id}': { industry: 'X' },
  'PATCH /deals/{id}': { competitor: 'X' },
  'PATCH /tasks/{id}': { note: 'X' },
  'PATCH /activities/{id}': { body: 'X' },
  'PATCH /emails/{id}': { subject: 'X' },
  'POST /emails/{id}/schedule': { at: new Date(Date.now() + 86_400_000).toISOString() },
  'POST /emails/{id}/mark-replied': { replied: true },
  'POST /activities/{id}/pin': { pinned: true },
  'PATCH /users/{id}': { name: 'Another' },
  'PATCH /teams/{id}': { name: 'Another' },
  'PUT /teams/{id}': { name: 'Another' },
  'POST /leads/{id}/score-override': { value: 1, reason: 'Because' },
  'POST /deals/{id}/move': { stageId: elsewhereId },
  'POST /deals/{id}/lose': { reason: 'Because' },
  'POST /ai/runs/{id}/feedback': { value: 'up' },
  'PATCH /templates/{id}': { name: 'Another' },
  'PUT /pipelines/{id}': {
    name: 'Another',
    stages: [
      { name: 'A', probability: 10 },
      { name: 'B', probability: 100, type: 'won' },
      { name: 'C', probability: 0, type: 'lost' },
    ],
  },
};
