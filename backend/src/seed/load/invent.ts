import { type ActivityDocument, type Link, newActivity } from '../../activities/activity.ts';
import { type CompanyDocument, companyNoun } from '../../companies/company.ts';
import { type ContactDocument, contactNoun } from '../../contacts/contact.ts';
import { type DealDocument, dealNoun } from '../../deals/deal.ts';
import { dealHealth } from '../../deals/health.ts';
import { consentSchema } from '../../fields/text.ts';
import { type LeadDocument, leadNoun } from '../../leads/lead.ts';
import { leadSources } from '../../leads/schema.ts';
import { scoreByRules } from '../../leads/score.ts';
import type { PipelineDocument } from '../../pipelines/pipeline.ts';
import { type Principal, systemPrincipal } from '../../policy/principal.ts';
import type { RecordDocument } from '../../records/record.ts';
import { type TaskDocument, taskKinds, taskNoun } from '../../tasks/task.ts';
import { newUser } from '../../users/store.ts';
import type { UserDocument } from '../../users/user.ts';
import type { Amounts } from './amounts.ts';
import type { Random } from './random.ts';
import { cities, companyWords, firstNames, lastNames, notes, tags, titles, trades, wants } from './words.ts';

const day = 86_400_000;
const reach = 2 * 365 * day;
const kinds = { user: 1, company: 2, contact: 3, lead: 4, deal: 5, task: 6, activity: 7 } as const;

/** The id of the nth invented thing of a kind: the same in every load, and unlike any id made elsewhere. */
export function idOf(kind: keyof typeof kinds, n: number): string {
  return `10ad${kinds[kind].toString().padStart(4, '0')}${n.toString(16).padStart(16, '0')}`;
}

/** What every invention starts from. */
export interface World {
  readonly random: Random;
  readonly orgId: string;
  readonly pipeline: PipelineDocument;
  readonly amounts: Amounts;
  /** The places of the deals on the board, in order. */
  readonly ranks: readonly string[];
  /** The load reaches back two years from here, and its tasks some weeks ahead. */
  readonly now: Date;
}

/** The nth person of the team. Nobody can sign in as them: they have no password. */
export function inventUser({ orgId, now }: World, n: number): UserDocument {
  return newUser({
    _id: idOf('user', n),
    orgId,
    name: `${firstNames[n % firstNames.length]} ${lastNames[(n * 7) % lastNames.length]}`,
    email: `vendas${n}@carga.example`,
    role: n === 0 ? 'admin' : n % 10 === 1 ? 'manager' : 'rep',
    createdAt: new Date(now.getTime() - reach),
    isDemo: true,
  });
}

export function inventCompany(world: World, n: number): CompanyDocument {
  const { random } = world;
  const word = random.pick(companyWords);
  const trade = random.pick(trades);
  const [city, state] = random.pick(cities);
  const made = companyNoun.make(someone(world), {
    name: `${word} ${trade} ${n}`,
    domain: `${plain(word)}${n}.example`,
    industry: trade,
    employees: random.pick(['1-9', '10-49', '50-199', '200+'] as const),
    address: { street: null, number: null, district: null, city, state, zip: null, country: 'BR' },
    tags: someTags(random),
  });
  return aged(world, 'company', n, { ...made, search: companyNoun.tokens(made) });
}

export function inventContact(world: World, n: number): ContactDocument {
  const { random, amounts } = world;
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const made = contactNoun.make(someone(world), {
    firstName: first,
    lastName: last,
    emails: [{ value: `${plain(first)}.${plain(last)}.${n}@contato.example`, type: 'work', primary: true }],
    phones: random.chance(0.6) ? [{ e164: phone(random), type: 'mobile', whatsapp: true }] : [],
    jobTitle: random.pick(titles),
    companyId: idOf('company', random.skewed(amounts.companies)),
    tags: someTags(random),
  });
  return aged(world, 'contact', n, { ...made, search: contactNoun.tokens(made) });
}

export function inventLead(world: World, n: number): LeadDocument {
  const { random, amounts, now } = world;
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const [city, state] = random.pick(cities);
  const status = random.pick(['new', 'new', 'contacted', 'contacted', 'qualified', 'unqualified'] as const);
  const made = leadNoun.make(someone(world), {
    name: `${first} ${last}`,
    email: `${plain(first)}.${plain(last)}.${n}@empresa${random.below(700)}.example`,
    phone: random.chance(0.7) ? phone(random) : null,
    companyName: `${random.pick(companyWords)} ${random.pick(trades)} ${random.below(amounts.companies)}`,
    jobTitle: random.pick(titles),
    city,
    state,
    source: random.pick(leadSources),
    status,
    unqualifiedReason: status === 'unqualified' ? 'Sem orçamento' : null,
    estimatedValueCents: random.chance(0.5) ? random.below(5_000_000) : null,
    currency: 'BRL',
    ownerId: random.chance(0.9) ? owner(world) : null,
    tags: someTags(random),
    custom: {},
    consent: consentSchema.parse({}),
    utm: {},
  });
  const score = scoreByRules(made);
  const lead = aged(world, 'lead', n, { ...made, score, search: leadNoun.tokens(made) });
  const answered = status === 'new' ? null : between(random, lead.createdAt, now);
  return { ...lead, firstResponseAt: answered, lastActivityAt: answered };
}

export function inventDeal(world: World, n: number): DealDocument {
  const { random, amounts, pipeline, now } = world;
  const stage = random.pick(pipeline.stages.filter(({ archived }) => !archived));
  const made = dealNoun.make(someone(world), {
    title: `${random.pick(wants)} ${random.pick(companyWords)} ${n}`,
    amountCents: random.below(20_000_000),
    currency: random.pick(['BRL', 'BRL', 'BRL', 'USD'] as const),
    expectedCloseOn: new Date(now.getTime() + (random.below(120) - 40) * day).toISOString().slice(0, 10),
    companyId: idOf('company', random.skewed(amounts.companies)),
    contacts: [{ contactId: idOf('contact', random.below(amounts.contacts)), role: 'decision_maker' }],
    ownerId: owner(world),
    source: leadSources[n % leadSources.length]!,
    pipelineId: pipeline._id,
    stageId: stage.id,
    rank: world.ranks[n]!,
    tags: someTags(random),
  });
  const deal = aged(world, 'deal', n, { ...made, search: dealNoun.tokens(made) });
  const closedAt = stage.type === 'open' ? null : between(random, deal.createdAt, now);
  const lastActivityAt = between(random, deal.createdAt, now);
  const nextFollowUpAt = random.chance(0.6) ? new Date(now.getTime() + random.below(20) * day) : null;
  return {
    ...deal,
    status: stage.type,
    closedAt,
    lostReason: stage.type === 'lost' ? 'Preço' : null,
    lastActivityAt,
    nextFollowUpAt,
    stageEnteredAt: closedAt ?? lastActivityAt,
    health: dealHealth(
      {
        ...deal,
        lastActivityAt,
        stageEnteredAt: lastActivityAt,
        rotDays: stage.rotDays,
        stageProbability: stage.probability,
        hasNextTask: nextFollowUpAt !== null,
        recentContact: random.chance(0.2),
      },
      now,
    ),
  };
}

export function inventTask(world: World, n: number): TaskDocument {
  const { random, now } = world;
  const link = someLink(world);
  const made = taskNoun.make(someone(world), {
    title: `${random.pick(['Ligar', 'Enviar proposta', 'Marcar demonstração', 'Cobrar retorno'])} ${n}`,
    kind: random.pick(taskKinds),
    dueAt: new Date(now.getTime() + (random.below(90) - 60) * day + random.below(day)),
    priority: random.pick(['low', 'normal', 'high'] as const),
    assigneeId: owner(world),
    links: [link],
  });
  const task = aged(world, 'task', n, { ...made, search: taskNoun.tokens(made) });
  const done = task.dueAt < now && random.chance(0.95);
  return done ? { ...task, status: 'done', doneAt: task.dueAt, remindedAt: task.dueAt } : task;
}

export function inventActivity(world: World, n: number): ActivityDocument {
  const { random, now } = world;
  const kind = random.pick(['note', 'call', 'meeting', 'whatsapp', 'email', 'status_change'] as const);
  const occurredAt = between(random, new Date(now.getTime() - reach), now);
  return newActivity(someone(world), {
    _id: idOf('activity', n),
    kind,
    links: [someLink(world)],
    body: kind === 'status_change' ? '' : `<p>${random.pick(notes)}</p>`,
    direction: kind === 'email' || kind === 'call' ? random.pick(['in', 'out'] as const) : null,
    durationSec: kind === 'call' ? random.below(1800) : null,
    meta: kind === 'status_change' ? { from: 'new', to: 'contacted' } : {},
    occurredAt,
    createdAt: occurredAt,
    isDemo: true,
  });
}

/** Whoever entered it: one of the team, acting as the system so that any owner may be named. */
function someone(world: World): Principal {
  const userId = owner(world);
  return { ...systemPrincipal(world.orgId), userId, name: 'Equipe' };
}

function owner({ random, amounts }: World): string {
  return idOf('user', random.below(amounts.users));
}

function someLink({ random, amounts }: World): Link {
  const entity = random.pick(['lead', 'lead', 'lead', 'contact', 'company', 'deal'] as const);
  const count = {
    lead: amounts.leads,
    contact: amounts.contacts,
    company: amounts.companies,
    deal: amounts.deals,
  };
  return { entity, id: idOf(entity, random.skewed(count[entity])) };
}

/** Gives a record its fixed id and a past. */
function aged<D extends Omit<RecordDocument, 'search'>>(
  { random, now }: World,
  kind: keyof typeof kinds,
  n: number,
  made: D,
): D & { isDemo: true } {
  const createdAt = between(random, new Date(now.getTime() - reach), now);
  return {
    ...made,
    _id: idOf(kind, n),
    createdAt,
    updatedAt: between(random, createdAt, now),
    isDemo: true,
  };
}

function between(random: Random, from: Date, to: Date): Date {
  return new Date(from.getTime() + random.below(Math.max(1, to.getTime() - from.getTime())));
}

function someTags(random: Random): string[] {
  return random.chance(0.4) ? [random.pick(tags)] : [];
}

function phone(random: Random): string {
  return `+55119${String(random.below(100_000_000)).padStart(8, '0')}`;
}

/** As it stands in an address: small letters without accents. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();
}
