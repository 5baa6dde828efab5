import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';
import { judgeDeal } from './jobs.ts';

let crm: TestCrm;
let admin: Person;
let stages: { id: string; name: string; type: string }[];
beforeAll(async () => {
  crm = await openCrm();
  admin = await firstAdmin(crm);
  stages = (await admin.call('GET', '/pipelines')).body.data[0].stages;
});
afterAll(() => crm.close());

const add = async (over: object = {}) =>
  (await admin.call('POST', '/deals', { title: 'Deal', amountCents: 1000, ...over })).body;
const post = (
  deal: { id: string; version: number },
  step: string,
  body: object = {},
  version = deal.version,
) => admin.call('POST', `/deals/${deal.id}/${step}`, body, { 'if-match': String(version) });

describe('a deal', () => {
  it('begins at the top of the first stage of the default pipeline', async () => {
    const first = await add();
    const second = await add();
    expect(first).toMatchObject({
      status: 'open',
      stageId: stages[0]!.id,
      currency: 'BRL',
      ownerId: admin.id,
    });
    expect(second.rank < first.rank).toBe(true);
  });

  it('moves through the stages, remembers them, and is won', async () => {
    const deal = await add();
    const moved = await post(deal, 'move', { stageId: stages[2]!.id });
    expect(moved).toMatchObject({
      status: 200,
      body: { stageId: stages[2]!.id, version: 2, status: 'open' },
    });
    const won = await post(moved.body, 'win');
    expect(won.body).toMatchObject({ status: 'won', closedAt: expect.any(String) });
    expect(
      won.body.stageHistory.map(({ stageId, exitedAt }: { stageId: string; exitedAt: string | null }) => [
        stageId,
        exitedAt !== null,
      ]),
    ).toEqual([
      [stages[0]!.id, true],
      [stages[2]!.id, true],
      [stages[5]!.id, false],
    ]);
    expect(
      await admin.call('PATCH', `/deals/${deal.id}`, { title: 'Other' }, { 'if-match': '3' }),
    ).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    const reopened = await post(won.body, 'reopen');
    expect(reopened.body).toMatchObject({ status: 'open', stageId: stages[2]!.id, closedAt: null });
    const { data } = (await admin.call('GET', `/timeline?link=deal:${deal.id}`)).body;
    expect(data.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      'created',
      'stage_change',
      'stage_change',
      'stage_change',
    ]);
  });

  it('is lost with a reason only', async () => {
    const deal = await add();
    expect((await post(deal, 'lose')).status).toBe(422);
    expect((await post(deal, 'move', { stageId: stages[6]!.id })).status).toBe(422);
    expect((await post(deal, 'lose', { reason: 'Preço' })).body).toMatchObject({
      status: 'lost',
      lostReason: 'Preço',
    });
  });

  it('is moved by one of two who move it at once; the other is told what it is now', async () => {
    const deal = await add();
    const answers = await Promise.all([
      post(deal, 'move', { stageId: stages[1]!.id }),
      post(deal, 'move', { stageId: stages[2]!.id }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [won, lost] = answers[0]!.status === 200 ? answers : [answers[1]!, answers[0]!];
    expect(lost!.body.current).toMatchObject({ stageId: won!.body.stageId, version: 2 });
  });

  it('is judged by its job, which raises no version, and again when something is planned', async () => {
    const deal = await add({ expectedCloseOn: '2099-01-01' });
    const judge = () =>
      judgeDeal({ ...crm.services, ai: { willing: async () => false } })(
        { orgId: '000000000000000000000001', dealId: deal.id },
        { id: 'j', attempt: 1 },
      );
    await judge();
    const health = async () => (await admin.call('GET', `/deals/${deal.id}`)).body;
    expect(await health()).toMatchObject({
      version: 1,
      health: { value: 75, class: 'green', source: 'rules', winProbability: 9 },
    });
    await admin.call('POST', '/tasks', {
      title: 'Call',
      dueAt: '2099-01-01T00:00:00Z',
      links: [{ entity: 'deal', id: deal.id }],
    });
    await admin.call('POST', '/activities', { kind: 'meeting', links: [{ entity: 'deal', id: deal.id }] });
    await judge();
    expect((await health()).health).toMatchObject({
      value: 95,
      risks: [{ code: 'contact.missing' }, { code: 'decision-maker.missing' }],
    });
  });

  it('refuses references to what does not exist', async () => {
    const nobody = 'ffffffffffffffffffffffff';
    for (const over of [
      { companyId: nobody },
      { ownerId: nobody },
      { contacts: [{ contactId: nobody }] },
      { pipelineId: nobody },
      { stageId: nobody },
    ])
      expect(
        (await admin.call('POST', '/deals', { title: 'Deal', ...over })).status,
        JSON.stringify(over),
      ).toBe(422);
  });
});

describe('the board', () => {
  it('gives the first 30 of a stage and where the rest begins, each card once and in the board’s order', async () => {
    const stageId = stages[2]!.id;
    const made: string[] = [];
    for (let count = 0; count < 37; count += 1)
      made.push((await add({ stageId, tags: count % 2 ? ['many'] : ['many', 'even'] })).id);
    const column = async (filter: string) => {
      const { columns } = (await admin.call('GET', `/deals/board?${filter}`)).body;
      return columns.find((one: { stageId: string }) => one.stageId === stageId);
    };
    const first = await column('filter[tags]=many');
    expect(first).toMatchObject({ count: 37, nextCursor: expect.any(String) });
    const path = `/deals?filter[stageId]=${stageId}&filter[status]=open&filter[tags]=many&sort=rank&cursor=${first.nextCursor}`;
    const { body: rest } = await admin.call('GET', path);
    expect(rest.page.nextCursor).toBeNull();
    const ids = [...first.deals, ...rest.data].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.toReversed());
    expect(await column('filter[tags]=even')).toMatchObject({ count: 19, nextCursor: null });
    for (const id of made) await admin.call('DELETE', `/deals/${id}`);
  });

  it('keeps the order in which cards were put, whoever puts them at once', async () => {
    const stageId = stages[3]!.id;
    const [a, b, c] = [
      await add({ stageId, amountCents: 100 }),
      await add({ stageId, amountCents: 200 }),
      await add({ stageId, amountCents: 400, probability: 50 }),
    ];
    const order = async () => {
      const { columns } = (await admin.call('GET', '/deals/board')).body;
      return columns.find((column: { stageId: string }) => column.stageId === stageId);
    };
    expect((await order()).deals.map(({ id }: { id: string }) => id)).toEqual([c.id, b.id, a.id]);
    expect(await order()).toMatchObject({
      count: 3,
      sums: [{ currency: 'BRL', amountCents: 700, weightedCents: 180 + 200 }],
    });
    await post(a, 'move', { stageId, beforeId: c.id });
    expect((await order()).deals.map(({ id }: { id: string }) => id)).toEqual([c.id, a.id, b.id]);
    const [d, e] = [await add(), await add()];
    const both = await Promise.all([
      post(d, 'move', { stageId, afterId: b.id }),
      post(e, 'move', { stageId, afterId: b.id }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const after = await order();
    expect(new Set(after.deals.map(({ rank }: { rank: string }) => rank)).size).toBe(5);
    expect(after.deals.at(-1).id).toBe(b.id);
  });
});

describe('a pipeline', () => {
  it('has one won and one lost stage, and keeps stages that hold deals', async () => {
    const { body } = await admin.call('POST', '/pipelines', {
      name: 'Parcerias',
      stages: [
        { name: 'A', probability: 10 },
        { name: 'Won', probability: 100, type: 'won' },
        { name: 'Lost', probability: 0, type: 'lost' },
      ],
    });
    const deal = await add({ pipelineId: body.id });
    const [stage, won, lost] = body.stages;
    const other = { name: 'B', probability: 20, type: 'open', rotDays: null };
    const put = (list: Record<string, unknown>[], version: number) =>
      admin.call(
        'PUT',
        `/pipelines/${body.id}`,
        { name: 'Parcerias', stages: list.map(({ archived: _a, ...rest }) => rest) },
        { 'if-match': String(version) },
      );
    expect((await put([other, won, lost], 1)).status).toBe(409);
    expect((await put([stage, other, won, won], 1)).status).toBe(422);
    const changed = await put([stage, other, won, lost], 1);
    expect(changed).toMatchObject({ status: 200, body: { version: 2 } });
    await post(deal, 'move', { stageId: changed.body.stages[1].id });
    const archived = await put(changed.body.stages.slice(1), 2);
    expect(archived.body.stages.find(({ id }: { id: string }) => id === stage.id)).toMatchObject({
      archived: true,
    });
  });
});

describe('converting a lead', () => {
  it('makes a contact, a company and a deal, with the history, at once', async () => {
    const { body: lead } = await admin.call('POST', '/leads', {
      name: 'Maria de Souza',
      email: 'maria@acme.com.br',
      phone: '11987654321',
      companyName: 'Acme',
      estimatedValueCents: 5000,
    });
    await admin.call('POST', '/activities', {
      kind: 'call',
      links: [{ entity: 'lead', id: lead.id }],
      body: 'Falou <script>alert(1)</script><b>bem</b>',
    });
    const answer = await admin.call('POST', `/leads/${lead.id}/convert`, {}, { 'if-match': '1' });
    expect(answer).toMatchObject({
      status: 200,
      body: { lead: { status: 'converted', version: 2 }, deal: { title: 'Acme', amountCents: 5000 } },
    });
    const { contactId, companyId, deal } = answer.body;
    expect((await admin.call('GET', `/contacts/${contactId}`)).body).toMatchObject({
      firstName: 'Maria',
      lastName: 'de Souza',
      companyId,
      emails: [{ value: 'maria@acme.com.br', primary: true }],
    });
    const { data } = (await admin.call('GET', `/timeline?link=deal:${deal.id}&kinds=call`)).body;
    expect(data).toMatchObject([{ kind: 'call', body: 'Falou <b>bem</b>' }]);
    expect((await admin.call('POST', `/leads/${lead.id}/convert`, {}, { 'if-match': '2' })).status).toBe(409);
    expect(
      (await admin.call('PATCH', `/leads/${lead.id}`, { status: 'new' }, { 'if-match': '2' })).status,
    ).toBe(409);
  });

  it('makes nothing when a part of it is refused', async () => {
    const { body: lead } = await admin.call('POST', '/leads', {
      name: 'Rui Lima',
      email: 'rui@lima.com.br',
      companyName: 'Lima',
    });
    const before = (await admin.call('GET', '/contacts')).body.page.total;
    const refused = await admin.call(
      'POST',
      `/leads/${lead.id}/convert`,
      { deal: { title: 'X-deal', stageId: 'ffffffffffffffffffffffff' } },
      { 'if-match': '1' },
    );
    expect(refused.status).toBe(422);
    expect(await crm.services.mongo.db.collection('contacts').countDocuments({})).toBe(before);
    expect((await admin.call('GET', `/leads/${lead.id}`)).body.status).toBe('new');
  });
});

describe('tasks', () => {
  it('keep the next follow-up of what they are about, and lead to the next one', async () => {
    const deal = await add();
    const links = [{ entity: 'deal', id: deal.id }];
    const { body: later } = await admin.call('POST', '/tasks', {
      title: 'Later',
      dueAt: '2027-01-02T12:00:00Z',
      links,
    });
    const { body: soon } = await admin.call('POST', '/tasks', {
      title: 'Soon',
      dueAt: '2027-01-01T12:00:00Z',
      links,
    });
    const followUp = async () => (await admin.call('GET', `/deals/${deal.id}`)).body.nextFollowUpAt;
    expect(await followUp()).toBe(soon.dueAt);
    const done = await admin.call('POST', `/tasks/${soon.id}/complete`, {
      outcome: 'Falamos',
      next: { title: 'Next', dueAt: '2027-01-03T12:00:00Z' },
    });
    expect(done.body).toMatchObject({
      task: { status: 'done', outcome: 'Falamos' },
      next: { title: 'Next', links },
    });
    expect(await followUp()).toBe(later.dueAt);
    await admin.call('DELETE', `/tasks/${later.id}`);
    expect(await followUp()).toBe('2027-01-03T12:00:00.000Z');
    expect((await admin.call('POST', `/tasks/${soon.id}/complete`, {})).status).toBe(409);
    expect(
      (await admin.call('GET', '/tasks?filter[assigneeId]=@me&filter[status]=open')).body.data.map(
        ({ title }: { title: string }) => title,
      ),
    ).toContain('Next');
  });
});

describe('search', () => {
  it('finds people, companies and deals by the start of words and by digits', async () => {
    const { body: company } = await admin.call('POST', '/companies', {
      name: 'Padaria São João',
      cnpj: '11.222.333/0001-81',
      domain: 'saojoao.com.br',
    });
    await admin.call('POST', '/contacts', {
      firstName: 'João',
      lastName: 'Padeiro',
      phones: [{ e164: '21 97777-8888' }],
      companyId: company.id,
    });
    await add({ title: 'Fornos para a padaria' });
    const find = async (q: string) =>
      (await admin.call('GET', `/search?q=${encodeURIComponent(q)}`)).body.data
        .map(({ entity }: { entity: string }) => entity)
        .sort();
    expect(await find('pad')).toEqual(['company', 'contact', 'deal']);
    expect(await find('sao joao')).toEqual(['company']);
    expect(await find('97777-8888')).toEqual(['contact']);
    expect(await find('11.222.333')).toEqual(['company']);
    expect(await find('')).toEqual(expect.arrayContaining(['company', 'contact', 'deal']));
  });
});
