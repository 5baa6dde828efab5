import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, join, type Person } from '../../test/person.ts';
import { testSettings } from '../../test/settings.ts';
import { startSmtp } from '../../test/smtp.ts';
import { Ai } from '../ai/ai.ts';
import { qualifyLead } from '../ai/jobs.ts';
import { Automations } from '../automations/automations.ts';
import { emailDispatch } from '../emails/sending.ts';
import { scoreLead } from '../leads/jobs.ts';
import { createLog } from '../log.ts';
import { startClaudeTwin } from '../testing/claude-twin.ts';
import type { Twin } from '../testing/twin-server.ts';
import { mePatch } from '../users/user.ts';
import { firstOrgId, orgSettings } from './org.ts';

/*
 * Every setting that somebody can store changes what the CRM does: for each, two values, and something that is seen to differ. A new setting
 * without an entry here fails.
 */
const day = 86_400_000;

let smtp: Awaited<ReturnType<typeof startSmtp>>;
let claude: Twin;
let crm: TestCrm;
let environment: Record<string, string>;
let admin: Person;
let rep: Person;
let count = 0;
beforeAll(async () => {
  [smtp, claude] = await Promise.all([startSmtp(), startClaudeTwin()]);
  environment = { ...smtp.settings, CLAUDE_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: claude.url };
  crm = await openCrm({ ...environment, CACHE_TTL: '0' });
  admin = await firstAdmin(crm);
  rep = await join(crm, admin, 'Rui Rep', 'rep');
});
afterAll(async () => {
  await crm.close();
  await Promise.all([smtp.close(), claude.close()]);
});
beforeEach(() => {
  smtp.received.length = 0;
  claude.reset();
});

const settings = () => testSettings({ ...crm.stores, ...environment });
const stored = (name: string) => crm.services.mongo.db.collection<{ _id: string }>(name);
const unique = () => {
  count += 1;
  return `lead${count}@example.com`;
};

/** `automations.idleDeal.days` of an object, or of a schema's shape. */
const pathsOf = (schema: z.ZodObject, before = ''): string[] =>
  Object.entries(schema.shape).flatMap(([name, inner]) => {
    let field = inner as z.ZodType;
    while ('unwrap' in field) field = (field as unknown as { unwrap(): z.ZodType }).unwrap();
    return 'shape' in field ? pathsOf(field as z.ZodObject, `${before}${name}.`) : [`${before}${name}`];
  });

function withValue(from: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const [name, ...rest] = path.split('.');
  const inner =
    rest.length === 0 ? value : withValue(from[name!] as Record<string, unknown>, rest.join('.'), value);
  return { ...from, [name!]: inner };
}

async function store(path: string, value: unknown): Promise<void> {
  const { id: _id, version, ...org } = (await admin.call('GET', '/settings')).body;
  const [name] = path.split('.');
  const changed = withValue(org, path, value);
  const answer = await admin.call(
    'PATCH',
    '/settings',
    { [name!]: changed[name!] },
    { 'if-match': String(version) },
  );
  expect(answer.body.detail).toBeUndefined();
  expect(answer.status).toBe(200);
  crm.services.authenticator.forget();
}

/** A letter to a customer, as the mail server gets it. */
async function letter(): Promise<string> {
  smtp.received.length = 0;
  const draft = await rep.call('POST', '/emails', {
    to: ['maria@cliente.example'],
    subject: 'Proposta',
    bodyHtml: '<p>Veja <a href="https://acme.example/oferta">aqui</a>.</p>',
  });
  const { id, version } = draft.body;
  await rep.call('POST', `/emails/${id}/send`, undefined, { 'if-match': `"${version}"` });
  await emailDispatch({ ...crm.services, settings: settings() }).send(id);
  const raw = smtp.received[0]!.raw.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  return raw
    .replaceAll(/[\w-]{20,}/g, '…')
    .replaceAll(/^(Date|Message-ID|Content-Type|X-.*): .*$/gim, '')
    .replaceAll(/^.*boundary.*$|^-+_?.*$/gim, '');
}

async function invitation(): Promise<string> {
  smtp.received.length = 0;
  await admin.call('POST', '/invites', { email: unique(), role: 'rep' });
  const [last] = await stored('letters').find().sort({ _id: -1 }).limit(1).toArray();
  await crm.services.letters.dispatch().send(last!._id);
  return /^Subject: .*$/m.exec(smtp.received[0]!.raw)![0];
}

/** The points of a lead's company under today's settings. */
async function fit(): Promise<number> {
  const domain = unique().replace('@', '.');
  await admin.call('POST', '/companies', { name: domain, domain, industry: 'Software', employees: '10-49' });
  const lead = { name: 'Ana Lima', email: `ana@${domain}`, state: 'SP' };
  const { body } = await admin.call('POST', '/leads', lead);
  await scoreLead({ ...crm.services, ai: { willing: async () => false } })(
    { orgId: firstOrgId, leadId: body.id },
    { id: 'x', attempt: 1 },
  );
  return (await admin.call('GET', `/leads/${body.id}`)).body.score.rules.fit;
}

const automations = () => new Automations(crm.services);
const tasksOf = async (dealId: string) =>
  (await admin.call('GET', `/tasks?filter[link]=deal:${dealId}`)).body.data.map(
    ({ title }: { title: string }) => title,
  );
async function idleFor(days: number): Promise<string[]> {
  await stored('deals').deleteMany({});
  const { body } = await admin.call('POST', '/deals', { title: 'Parado', ownerId: rep.id });
  await stored('deals').updateOne(
    { _id: body.id },
    { $set: { lastActivityAt: new Date(Date.now() - days * day) } },
  );
  await automations().daily();
  return tasksOf(body.id);
}
async function unansweredFor(days: number): Promise<string[]> {
  await stored('deals').deleteMany({});
  const { body: deal } = await admin.call('POST', '/deals', { title: 'Carta', ownerId: rep.id });
  const links = [{ entity: 'deal', id: deal.id }];
  const { body } = await rep.call('POST', '/emails', { to: ['m@cliente.example'], subject: 'Oi', links });
  const sentAt = new Date(Date.now() - days * day);
  await stored('emails').updateOne({ _id: body.id }, { $set: { status: 'sent', sentAt } });
  await automations().daily();
  return tasksOf(deal.id);
}
async function won(): Promise<string[]> {
  const { body } = await admin.call('POST', '/deals', { title: 'Ganho', ownerId: rep.id });
  await admin.call('POST', `/deals/${body.id}/win`, {}, { 'if-match': String(body.version) });
  await automations().dealWon(firstOrgId, body.id);
  return (await tasksOf(body.id)).sort();
}
const ownerOfNew = async () =>
  (await admin.call('POST', '/leads', { name: 'Nova', email: unique() })).body.ownerId !== null;

/** What AI is told, without what differs by itself. */
async function toldToAi(): Promise<string> {
  const { body } = await admin.call('POST', '/leads', { name: 'Ana Lima', email: unique() });
  const ai = new Ai({ ...crm.services, settings: settings(), log: createLog(settings(), 'worker') });
  await qualifyLead(ai)({ orgId: firstOrgId, leadId: body.id }, { id: 'x', attempt: 1 });
  return JSON.stringify(claude.requests.at(-1)).match(/icp.*?\}/)![0];
}

interface Matters {
  values: readonly [unknown, unknown];
  seen: () => Promise<unknown>;
  /** Other settings that it needs. */
  first?: Record<string, unknown>;
}

const ofOrganisation: Record<string, Matters> = {
  name: { values: ['Acme Ltda', 'Beta SA'], seen: letter },
  cnpj: { values: [null, '11222333000181'], seen: letter },
  timezone: {
    values: ['America/Sao_Paulo', 'Asia/Tokyo'],
    seen: async () => (await admin.call('GET', '/dashboard/summary?from=2026-01-01&to=2026-02-01')).body.from,
  },
  locale: { values: ['pt-BR', 'en'], seen: invitation },
  currency: {
    values: ['BRL', 'USD'],
    seen: async () => (await admin.call('POST', '/deals', { title: 'Moeda' })).body.currency,
  },
  'icp.states': { values: [['SP'], ['RJ']], seen: fit },
  'icp.industries': { values: [['software'], ['saúde']], seen: fit },
  'icp.employeesMin': { values: [10, 200], seen: fit, first: { 'icp.employeesMax': null } },
  'icp.employeesMax': { values: [200, 5], seen: fit, first: { 'icp.employeesMin': null } },
  repVisibility: {
    values: ['all', 'own'],
    seen: async () => {
      await admin.call('POST', '/leads', { name: 'De Ana', email: unique(), ownerId: admin.id });
      return (await rep.call('GET', `/leads?filter[ownerId]=${admin.id}`)).body.data.length > 0;
    },
  },
  'email.fromName': { values: [null, 'Time Acme'], seen: letter },
  'email.footer': { values: [null, 'Rua das Flores, 1'], seen: letter },
  'email.trackOpens': { values: [true, false], seen: letter },
  'email.trackClicks': { values: [true, false], seen: letter },
  'ai.enabled': {
    values: [true, false],
    seen: async () => (await admin.call('GET', '/ai/status')).body.state,
  },
  'ai.monthlyBudgetCents': {
    values: [5000, 0],
    seen: async () => (await admin.call('GET', '/ai/status')).body.state,
  },
  'automations.newLead.on': {
    values: [true, false],
    first: { 'automations.newLead.assign': 'round_robin' },
    seen: ownerOfNew,
  },
  'automations.newLead.assign': {
    values: ['round_robin', 'manual'],
    first: { 'automations.newLead.on': true },
    seen: ownerOfNew,
  },
  'automations.idleDeal.on': { values: [true, false], seen: () => idleFor(8) },
  'automations.idleDeal.days': {
    values: [7, 9],
    first: { 'automations.idleDeal.on': true },
    seen: () => idleFor(8),
  },
  'automations.dealWon.on': { values: [true, false], seen: won },
  'automations.dealWon.checklist': {
    values: [['Agradecer'], ['Agendar', 'Cobrar']],
    first: { 'automations.dealWon.on': true },
    seen: won,
  },
  'automations.noReply.on': { values: [true, false], seen: () => unansweredFor(4) },
  'automations.noReply.days': {
    values: [3, 5],
    first: { 'automations.noReply.on': true },
    seen: () => unansweredFor(4),
  },
};

describe('a setting of the organisation', () => {
  it('has a place here, each of them', () => {
    expect(Object.keys(ofOrganisation).sort()).toEqual(pathsOf(orgSettings).sort());
  });

  it.each(Object.entries(ofOrganisation))(
    '%s changes what is seen',
    async (path, { values, seen, first }) => {
      for (const [name, value] of Object.entries(first ?? {})) await store(name, value);
      await store(path, values[0]);
      const one = await seen();
      await store(path, values[1]);
      const other = await seen();
      expect(other).not.toEqual(one);
      // Nothing else than the setting made the difference.
      await store(path, values[0]);
      expect(await seen()).toEqual(one);
    },
  );

  it('icp is told to AI, too', async () => {
    await store('icp.states', ['SP']);
    const one = await toldToAi();
    await store('icp.states', ['BA']);
    expect(await toldToAi()).not.toEqual(one);
  });
});

const ofPerson: Record<string, Matters> = {
  name: {
    values: ['Rui Rep', 'Rui Silva'],
    seen: async () => /^From: .*$/m.exec(await letter())![0],
  },
  locale: {
    values: ['pt-BR', 'en'],
    seen: async () => {
      smtp.received.length = 0;
      await crm.call('POST', '/auth/forgot', { email: rep.email }, { authorization: '' });
      const find = () => stored('letters').findOne({ kind: 'password-reset', status: 'queued' } as object);
      for (let tries = 0; tries < 200 && !(await find()); tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      await crm.services.letters.dispatch().send((await find())!._id);
      return /^Subject: .*$/m.exec(smtp.received[0]!.raw)![0];
    },
  },
  timezone: {
    values: ['Pacific/Kiritimati', 'Pacific/Pago_Pago'],
    // At any moment these two have another date.
    seen: async () => {
      const { body } = await rep.call('GET', '/auth/me');
      const due = new Date(Date.now() + 60_000);
      await stored('tasks').deleteMany({});
      await rep.call('POST', '/tasks', { title: 'Hoje', dueAt: due.toISOString() });
      const { today } = (await rep.call('GET', '/dashboard/home?from=2026-01-01&to=2027-01-01')).body;
      return [body.timezone, today.todayTasks.total + today.overdueTasks.total];
    },
  },
  signature: {
    values: ['Rui, Acme', 'Rui Rep, vendas'],
    seen: async () => {
      const template = {
        name: `T${unique()}`,
        channel: 'email',
        subject: 'Oi',
        body: '<p>{{signature}}</p>',
      };
      const { body } = await rep.call('POST', '/templates', template);
      return (await rep.call('POST', `/templates/${body.id}/render`, { links: [] })).body.bodyText;
    },
  },
};

/** Seen to matter by tests of their own. */
const elsewhere: Record<string, string> = {
  'prefs.shortcuts': 'frontend/src/shortcuts: keys of a single letter, in the browser',
  'prefs.notifications.channels': 'backend/src/notices: notices.test.ts',
  'prefs.notifications.quiet': 'backend/src/notices: mornings.test.ts, wishes.test.ts',
  'prefs.notifications.digest': 'backend/src/notices: mornings.test.ts',
};

describe('a setting of a person', () => {
  it('has a place here, each of them', () => {
    const paths = pathsOf(mePatch as unknown as z.ZodObject).filter(
      (path) => !Object.keys(elsewhere).some((known) => `${path}.`.startsWith(`${known}.`)),
    );
    expect(Object.keys(ofPerson).sort()).toEqual(paths.sort());
  });

  it.each(Object.entries(ofPerson))('%s changes what is seen', async (path, { values, seen }) => {
    const set = async (value: unknown) =>
      expect((await rep.call('PATCH', '/auth/me', { [path]: value })).status).toBe(200);
    await set(values[0]);
    const one = await seen();
    await set(values[1]);
    expect(await seen()).not.toEqual(one);
  });
});
