import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { scoreLead } from './jobs.ts';

let crm: TestCrm;
beforeAll(async () => {
  crm = await openCrm();
});
afterAll(() => crm.close());

let number = 0;
const someone = () => {
  number += 1;
  return { name: `Maria Souza ${number}`, email: `maria${number}@example.com` };
};
const add = async (over: Record<string, unknown> = {}) =>
  (await crm.call('POST', '/leads', { ...someone(), ...over })).body;

describe('a lead', () => {
  it('is created with what was given, normalised, and can be read again', async () => {
    const created = await crm.call('POST', '/leads', {
      name: '  João da Silva ',
      email: ' Joao@Example.COM',
      phone: '(11) 98765-4321',
      cnpj: '12.ABC.345/01DE-35',
      tags: ['vip', 'vip'],
      source: 'referral',
    });
    expect(created.status).toBe(201);
    expect(created.headers.etag).toBe('"1"');
    expect(created.headers.location).toBe(`/api/v1/leads/${created.body.id}`);
    expect(created.body).toMatchObject({
      name: 'João da Silva',
      email: 'joao@example.com',
      phone: '+5511987654321',
      cnpj: '12ABC34501DE35',
      tags: ['vip'],
      status: 'new',
      score: null,
      version: 1,
      jobTitle: null,
    });
    expect((await crm.call('GET', `/leads/${created.body.id}`)).body).toEqual(created.body);
  });

  it.each([
    ['no e-mail and no phone', { name: 'Maria' }, '#/email'],
    ['a status that is none', { name: 'Maria', email: 'm@example.com', status: 'lost' }, '#/status'],
    [
      'unqualified without a reason',
      { name: 'Maria', email: 'm@example.com', status: 'unqualified' },
      '#/unqualifiedReason',
    ],
    ['an operator for a value', { name: 'Maria', email: { $gt: '' } }, '#/email'],
    ['fields that are not for writing', { name: 'Maria', email: 'm@example.com', orgId: 'x' }, '#/'],
    ['21 tags', { name: 'Maria', email: 'm@example.com', tags: Array(21).fill('x') }, '#/tags'],
    [
      'a CNPJ with wrong check digits',
      { name: 'Maria', email: 'm@example.com', cnpj: '11222333000182' },
      '#/cnpj',
    ],
    [
      'a script as its website',
      { name: 'Maria', email: 'm@example.com', website: 'javascript:alert(1)' },
      '#/website',
    ],
    [
      'an operator as a custom field',
      { name: 'Maria', email: 'm@example.com', custom: { $where: '1' } },
      '#/custom/$where',
    ],
  ])('is refused with %s', async (_what, body, pointer) => {
    const { status, body: problem } = await crm.call('POST', '/leads', body);
    expect({ status, pointers: problem.errors.map((error: { pointer: string }) => error.pointer) }).toEqual({
      status: 422,
      pointers: [pointer],
    });
  });

  it('is refused as a duplicate of the same e-mail or phone, unless that is wanted', async () => {
    const first = await add({ phone: '(21) 98888-7777' });
    for (const same of [{ email: first.email.toUpperCase() }, { phone: '21988887777' }]) {
      const { status, body } = await crm.call('POST', '/leads', { name: 'Outra Maria', ...same });
      expect({ status, code: body.code, ids: body.candidates.map(({ id }: { id: string }) => id) }).toEqual({
        status: 409,
        code: 'duplicate',
        ids: [first.id],
      });
    }
    expect(
      (await crm.call('POST', '/leads?allowDuplicate=true', { name: 'Outra Maria', email: first.email }))
        .status,
    ).toBe(201);
  });

  it('is created once when eight people add the same person at the same moment', async () => {
    const body = someone();
    const answers = await Promise.all(Array.from({ length: 8 }, () => crm.call('POST', '/leads', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(409)]);
  });

  it('is created once for one Idempotency-Key, which gives the same answer again', async () => {
    const body = someone();
    const first = await crm.call('POST', '/leads', body, { 'idempotency-key': 'k1' });
    const again = await crm.call('POST', '/leads', body, { 'idempotency-key': 'k1' });
    expect(again).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'idempotent-replay': 'true', location: first.headers.location },
    });
    expect(await crm.call('POST', '/leads', someone(), { 'idempotency-key': 'k1' })).toMatchObject({
      status: 422,
      body: { code: 'validation' },
    });
  });

  it('is changed from the version that was seen, and only from it', async () => {
    const lead = await add();
    const patch = (version: string | undefined, body: object) =>
      crm.call('PATCH', `/leads/${lead.id}`, body, version === undefined ? {} : { 'if-match': version });
    expect((await patch(undefined, { name: 'Ana Lima' })).status).toBe(428);
    expect((await patch('soon', { name: 'Ana Lima' })).status).toBe(422);
    const changed = await patch('"1"', { name: 'Ana Lima', jobTitle: 'CEO' });
    expect(changed).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: { name: 'Ana Lima', jobTitle: 'CEO', version: 2, email: lead.email },
    });
    expect(await patch('1', { name: 'Late' })).toMatchObject({
      status: 412,
      body: { code: 'version-conflict', current: { name: 'Ana Lima', version: 2 } },
    });
    expect(
      (await crm.call('GET', '/leads?q=ana%20lim')).body.data.map(({ id }: { id: string }) => id),
    ).toEqual([lead.id]);
  });

  it('is won by one of eight who change it at the same moment', async () => {
    const lead = await add();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        crm.call('PATCH', `/leads/${lead.id}`, { city: `City ${index}` }, { 'if-match': '1' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(412)]);
  });

  it('keeps its rules when it changes', async () => {
    const lead = await add();
    const patch = (body: object) => crm.call('PATCH', `/leads/${lead.id}`, body, { 'if-match': '1' });
    expect(await patch({ email: null })).toMatchObject({
      status: 422,
      body: { errors: [{ code: 'email.required' }] },
    });
    expect(await patch({ status: 'converted' })).toMatchObject({
      status: 409,
      body: { code: 'invalid-transition' },
    });
    expect(await patch({ status: 'unqualified' })).toMatchObject({ status: 422 });
    expect(await patch({})).toMatchObject({ status: 422 });
    expect(await patch({ version: 7, score: { value: 100 } })).toMatchObject({ status: 422 });
  });

  it('goes to the trash and comes back', async () => {
    const lead = await add();
    expect((await crm.call('DELETE', `/leads/${lead.id}`)).status).toBe(204);
    expect((await crm.call('GET', `/leads/${lead.id}`)).status).toBe(404);
    expect((await crm.call('POST', '/leads', { name: 'Same Person', email: lead.email })).status).toBe(201);
    expect(await crm.call('POST', `/leads/${lead.id}/restore`)).toMatchObject({
      status: 200,
      body: { id: lead.id, version: 3 },
    });
    expect((await crm.call('DELETE', '/leads/ffffffffffffffffffffffff')).status).toBe(404);
  });

  it('is scored by its job, which raises no version', async () => {
    const lead = await add({ jobTitle: 'CEO', message: 'Quero um orçamento para minha empresa' });
    await scoreLead({ ...crm.services, ai: { willing: async () => false } })(
      { orgId: '000000000000000000000001', leadId: lead.id },
      { id: 'j', attempt: 1 },
    );
    const { body } = await crm.call('GET', `/leads/${lead.id}`);
    expect(body).toMatchObject({ version: 1, score: { source: 'rules', rules: { seniority: 30 } } });
    expect(body.score.value).toBeGreaterThan(30);
    expect(body.score.reasons.length).toBeGreaterThan(0);
    // A list has the result alone.
    const { value, class: word, source, at } = body.score;
    const list = await crm.call('GET', `/leads?q=${encodeURIComponent(body.email)}`);
    expect(list.body.data).toEqual([{ ...body, score: { value, class: word, source, at } }]);
  });
});

describe('the list of leads', () => {
  it('pages through all, each once, in every order', async () => {
    const tag = 'paging';
    for (let count = 0; count < 7; count += 1)
      await add({ tags: [tag], estimatedValueCents: count % 2 ? null : count });
    for (const sort of [
      'createdAt',
      '-createdAt',
      'name',
      '-estimatedValueCents',
      'estimatedValueCents',
      '-score.value',
    ]) {
      const ids: string[] = [];
      let cursor = '';
      for (;;) {
        const { body } = await crm.call(
          'GET',
          `/leads?filter[tags]=${tag}&limit=3&sort=${sort}${cursor && `&cursor=${cursor}`}`,
        );
        ids.push(...body.data.map(({ id }: { id: string }) => id));
        expect(body.page).toMatchObject({ total: 7, totalCapped: false });
        if (body.page.nextCursor === null) break;
        cursor = body.page.nextCursor;
      }
      expect(new Set(ids).size, sort).toBe(7);
      expect(ids, sort).toHaveLength(7);
    }
  });

  it('filters by values, ranges, presence and absence', async () => {
    await add({ tags: ['f'], status: 'contacted', source: 'event', estimatedValueCents: 100 });
    await add({ tags: ['f'], status: 'new', source: 'phone', estimatedValueCents: 900 });
    await add({ tags: ['f'], status: 'qualified', source: 'phone' });
    const count = async (query: string) =>
      (await crm.call('GET', `/leads?filter[tags]=f&${query}`)).body.data?.length;
    expect(await count('filter[status]=new,contacted')).toBe(2);
    expect(await count('filter[status][nin]=new,contacted')).toBe(1);
    expect(await count('filter[source]=phone&filter[status]=new')).toBe(1);
    expect(await count('filter[estimatedValueCents][gte]=100&filter[estimatedValueCents][lte]=500')).toBe(1);
    expect(await count('filter[estimatedValueCents][exists]=false')).toBe(1);
    expect(await count('filter[createdAt]=@today')).toBe(3);
    expect(await count('filter[createdAt][lte]=2001-01-01')).toBe(0);
    expect(await count('filter[ownerId]=@unassigned')).toBe(3);
    expect(await count('filter[name][contains]=SOUZA')).toBe(3);
  });

  it('finds by the start of words, without accents, and by digits of the phone', async () => {
    const lead = await add({ name: 'Conceição Araújo', phone: '(31) 97777-1234', companyName: 'Pão & Cia' });
    for (const q of ['conceicao', 'ARAUJO conc', 'pao', '977771234', '(31) 97777', lead.email])
      expect(
        (await crm.call('GET', `/leads?q=${encodeURIComponent(q)}`)).body.data.map(
          ({ id }: { id: string }) => id,
        ),
        q,
      ).toContain(lead.id);
    expect((await crm.call('GET', '/leads?q=conceicao%20nobody')).body.data).toEqual([]);
    expect((await crm.call('GET', `/leads?q=${encodeURIComponent('.*')}`)).status).toBe(200);
  });

  it.each([
    ['an unknown field', 'filter[secret]=1'],
    ['an operator of the database', 'filter[status][$ne]=new'],
    ['a deeper operator', 'filter[status][eq][$ne]=new'],
    ['a value of the wrong kind', 'filter[createdAt][gte]=yesterday'],
    ['an order that is not offered', 'sort=search'],
    ['a limit over 100', 'limit=101'],
    ['a forged cursor', 'cursor=eyJhIjoxfQ'],
    [
      'a cursor that is an operator',
      `cursor=${Buffer.from('["-createdAt",{"$gt":""},"665f1f77bcf86cd799439011"]').toString('base64url')}`,
    ],
    ['an unknown parameter', 'admin=true'],
  ])('refuses %s', async (_what, query) => {
    expect((await crm.call('GET', `/leads?${query}`)).status).toBe(422);
  });
});
