import { generateNKeysBetween } from 'fractional-indexing';
import { type ActivityDocument, type Link, newActivity } from '../../activities/activity.ts';
import { type CompanyDocument, companyNoun } from '../../companies/company.ts';
import { type ContactDocument, contactNoun } from '../../contacts/contact.ts';
import { type DealDocument, dealNoun } from '../../deals/deal.ts';
import { dealHealth } from '../../deals/health.ts';
import { consentSchema } from '../../fields/text.ts';
import { dayIn } from '../../http/filter-context.ts';
import { type LeadDocument, leadNoun } from '../../leads/lead.ts';
import { leadSources } from '../../leads/schema.ts';
import { scoreByRules } from '../../leads/score.ts';
import { newId } from '../../mongo/id.ts';
import type { Pipeline, Stage } from '../../pipelines/pipeline.ts';
import { systemPrincipal } from '../../policy/principal.ts';
import { type TaskDocument, type taskKinds, taskNoun } from '../../tasks/task.ts';
import { newUser } from '../../users/store.ts';
import type { UserDocument } from '../../users/user.ts';
import { Random } from '../load/random.ts';
import {
  cities,
  companyWords,
  firstNames,
  lastNames,
  notes,
  tags,
  titles,
  trades,
  wants,
} from '../load/words.ts';

const day = 86_400_000;
const historyDays = 180;
/** Nothing of the examples was imported. */
const sources = leadSources.filter((source) => source !== 'import');

/** What the examples are made for. */
export interface Setting {
  readonly orgId: string;
  readonly timezone: string;
  readonly pipeline: Pipeline;
  /** The last rank on the board; example deals come below it. */
  readonly lastRank: string | null;
  /** Whoever works here already: part of the examples is theirs, so that their day is not empty. */
  readonly me: { readonly _id: string; readonly name: string } | null;
  readonly now: Date;
}

export interface Examples {
  users: UserDocument[];
  teams: {
    _id: string;
    orgId: string;
    name: string;
    managerIds: string[];
    version: number;
    createdAt: Date;
    isDemo: true;
  }[];
  companies: CompanyDocument[];
  contacts: ContactDocument[];
  leads: LeadDocument[];
  deals: DealDocument[];
  tasks: TaskDocument[];
  activities: ActivityDocument[];
}

/**
 * Half a year of a small company's sales, invented and the same each time but for dates: two teams of five people beside
 * whoever asks, 40 companies, 90 contacts, 120 leads, 60 deals (35 open, 15 won, 10 lost), 80 tasks (8 for today, 10
 * overdue) and some 600 activities. Addresses are of example.com, which nobody receives (RFC 2606).
 */
export function inventExamples(stage: Setting): Examples {
  const random = new Random(20_261_123);
  const people = inventPeople(stage);
  const makers = {
    stage,
    random,
    owners: [...people.users.map(({ _id }) => _id), ...(stage.me ? [stage.me._id] : [])],
  };
  const companies = times(40, (n) => inventCompany(makers, n));
  const contacts = times(90, (n) => inventContact(makers, n, companies[n % companies.length]!));
  const leads = times(120, (n) => inventLead(makers, n));
  const deals = inventDeals(makers, contacts);
  const tasks = times(80, (n) => inventTask(makers, n, leads, deals));
  const activities = inventActivities(makers, people.users, leads, deals);
  settle(stage, { leads, deals, tasks, activities });
  return { ...people, companies, contacts, leads, deals, tasks, activities };
}

interface Makers {
  stage: Setting;
  random: Random;
  owners: readonly string[];
}

const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n));
const ago = ({ now }: Setting, days: number): Date => new Date(now.getTime() - days * day);

function inventPeople({ orgId, me, now }: Setting): Pick<Examples, 'users' | 'teams'> {
  const names = ['Marina Duarte', 'Caio Nogueira', 'Bruna Siqueira', 'Tiago Farias', 'Lívia Campos'];
  const teamIds = [newId(), newId()];
  const users = names.map((name, n) =>
    newUser({
      orgId,
      name,
      email: `${plain(name)}@example.com`,
      role: n < 2 ? 'manager' : 'rep',
      teamId: teamIds[n % 2]!,
      createdAt: new Date(now.getTime() - historyDays * day),
      isDemo: true,
    }),
  );
  const teams = ['Novos clientes', 'Carteira'].map((name, n) => ({
    _id: teamIds[n]!,
    orgId,
    name,
    managerIds: [users[n]!._id, ...(me ? [me._id] : [])],
    version: 1,
    createdAt: now,
    isDemo: true as const,
  }));
  return { users, teams };
}

function inventCompany(makers: Makers, n: number): CompanyDocument {
  const { random } = makers;
  const word = companyWords[n % companyWords.length]!;
  const trade = random.pick(trades);
  const [city, state] = random.pick(cities);
  const made = companyNoun.make(someone(makers), {
    name: `${word} ${trade}`,
    website: `https://${plain(word)}${n}.example.com`,
    industry: trade,
    employees: random.pick(['1-9', '10-49', '50-199', '200+'] as const),
    address: { street: null, number: null, district: null, city, state, zip: null, country: 'BR' },
    tags: someTags(random),
  });
  return dated(makers, { ...made, search: companyNoun.tokens(made) });
}

function inventContact(makers: Makers, n: number, company: CompanyDocument): ContactDocument {
  const { random } = makers;
  const [firstName, lastName] = [random.pick(firstNames), random.pick(lastNames)];
  const made = contactNoun.make(someone(makers), {
    firstName,
    lastName,
    emails: [
      { value: `${plain(firstName)}.${plain(lastName)}.c${n}@example.com`, type: 'work', primary: true },
    ],
    phones: random.chance(0.7) ? [{ e164: phone(n), type: 'mobile', whatsapp: true }] : [],
    jobTitle: random.pick(titles),
    companyId: company._id,
    ownerId: company.ownerId,
  });
  return dated(makers, { ...made, search: contactNoun.tokens(made) });
}

function inventLead(makers: Makers, n: number): LeadDocument {
  const { random, stage } = makers;
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const [city, state] = random.pick(cities);
  const status = random.pick(['new', 'new', 'contacted', 'contacted', 'qualified', 'unqualified'] as const);
  const made = leadNoun.make(someone(makers), {
    name: `${first} ${last}`,
    email: `${plain(first)}.${plain(last)}.l${n}@example.com`,
    phone: random.chance(0.7) ? phone(100 + n) : null,
    companyName: `${random.pick(companyWords)} ${random.pick(trades)}`,
    jobTitle: random.chance(0.8) ? random.pick(titles) : null,
    city,
    state,
    source: random.pick(sources),
    message: random.chance(0.5) ? `Gostaria de uma proposta: ${random.pick(wants).toLowerCase()}.` : null,
    status,
    unqualifiedReason: status === 'unqualified' ? random.pick(['Sem orçamento', 'Fora do perfil']) : null,
    estimatedValueCents: random.chance(0.5) ? (1 + random.below(80)) * 50_000 : null,
    currency: 'BRL',
    ownerId: random.chance(0.85) ? owner(makers) : null,
    tags: someTags(random),
    custom: {},
    consent: consentSchema.parse({}),
    utm: {},
  });
  // What is new is young: nobody leaves a lead lying for half a year.
  const createdAt = ago(stage, status === 'new' ? random.next() * 10 : random.next() * historyDays);
  const score = scoreByRules(made, { at: createdAt });
  const answered =
    status === 'new'
      ? null
      : new Date(Math.min(createdAt.getTime() + random.below(3 * day), stage.now.getTime()));
  return {
    ...made,
    createdAt,
    updatedAt: answered ?? createdAt,
    score,
    search: leadNoun.tokens(made),
    firstResponseAt: answered,
    lastActivityAt: answered,
    isDemo: true,
  };
}

function inventDeals(makers: Makers, contacts: readonly ContactDocument[]): DealDocument[] {
  const { stage, random } = makers;
  const open = stage.pipeline.stages.filter(({ type, archived }) => type === 'open' && !archived);
  const end = (type: 'won' | 'lost') => stage.pipeline.stages.find((one) => one.type === type)!;
  const places: Stage[] = [
    ...times(35, (n) => open[n % open.length]!),
    ...times(15, () => end('won')),
    ...times(10, () => end('lost')),
  ];
  const ranks = generateNKeysBetween(stage.lastRank, null, places.length);
  return places.map((place, n) => inventDeal(makers, n, place, open, ranks[n]!, random.pick(contacts)));
}

function inventDeal(
  makers: Makers,
  n: number,
  place: Stage,
  open: readonly Stage[],
  rank: string,
  contact: ContactDocument,
): DealDocument {
  const { stage, random } = makers;
  const closed = place.type !== 'open';
  const closedDaysAgo = random.below(n % 3 === 0 ? 20 : 150);
  const cycleDays = 10 + random.below(50);
  const createdDaysAgo = closed ? closedDaysAgo + cycleDays : 3 + random.below(60);
  const made = dealNoun.make(someone(makers), {
    title: `${random.pick(wants)} · ${companyWords[n % companyWords.length]}`,
    amountCents: (2 + random.below(120)) * 100_000,
    currency: 'BRL',
    expectedCloseOn: ago(stage, random.below(60) - 50)
      .toISOString()
      .slice(0, 10),
    companyId: contact.companyId,
    contacts: [
      {
        contactId: contact._id,
        role: random.pick(['decision_maker', 'decision_maker', 'influencer'] as const),
      },
    ],
    ownerId: owner(makers),
    source: sources[n % sources.length]!,
    pipelineId: stage.pipeline.id,
    stageId: place.id,
    rank,
    tags: someTags(random),
  });
  const path = closed ? open.slice(0, 1 + random.below(open.length)) : open.slice(0, open.indexOf(place) + 1);
  const stages = closed ? [...path, place] : path;
  const lastDaysAgo = closed ? closedDaysAgo : Math.min(createdDaysAgo, random.below(12));
  const enteredAt = (index: number) =>
    ago(stage, createdDaysAgo + ((lastDaysAgo - createdDaysAgo) * index) / Math.max(1, stages.length - 1));
  const entered = stages.map((_, index) => enteredAt(index));
  const stageEnteredAt = entered.at(-1)!;
  return {
    ...made,
    status: place.type,
    createdAt: entered[0]!,
    updatedAt: stageEnteredAt,
    stageEnteredAt,
    stageHistory: stages.map(({ id }, index) => ({
      stageId: id,
      enteredAt: entered[index]!.toISOString(),
      exitedAt: entered[index + 1]?.toISOString() ?? null,
    })),
    closedAt: closed ? stageEnteredAt : null,
    lostReason:
      place.type === 'lost' ? random.pick(['Preço', 'Escolheu outro fornecedor', 'Sem retorno']) : null,
    lastActivityAt: stageEnteredAt,
    search: dealNoun.tokens(made),
    isDemo: true,
  };
}

/** What is done in which way. */
const taskTitles: readonly (readonly [kind: (typeof taskKinds)[number], verbs: readonly string[]])[] = [
  ['call', ['Ligar', 'Retornar a ligação', 'Tirar dúvidas por telefone']],
  ['email', ['Enviar proposta', 'Enviar contrato revisado', 'Responder e-mail']],
  ['whatsapp', ['Responder no WhatsApp', 'Confirmar horário no WhatsApp']],
  ['meeting', ['Demonstração', 'Reunião de alinhamento', 'Visita']],
  ['follow_up', ['Cobrar retorno', 'Retomar contato']],
  ['other', ['Preparar proposta', 'Revisar cadastro']],
];

function inventTask(
  makers: Makers,
  n: number,
  leads: readonly LeadDocument[],
  deals: readonly DealDocument[],
): TaskDocument {
  const { stage, random } = makers;
  const about: Link & { name: string } =
    n % 2 === 0
      ? { entity: 'lead', id: leads[n]!._id, name: leads[n]!.name }
      : { entity: 'deal', id: deals[n % 35]!._id, name: deals[n % 35]!.title };
  const today = dayIn(stage.timezone, stage.now).start.getTime();
  const when =
    n < 8 ? 0 : n < 18 ? -1 - random.below(9) : n < 50 ? 1 + random.below(21) : -1 - random.below(120);
  const dueAt = new Date(today + when * day + (9 + random.below(9)) * 3_600_000);
  const [kind, verbs] = random.pick(taskTitles);
  const made = taskNoun.make(someone(makers), {
    title: `${random.pick(verbs)}: ${about.name}`,
    kind,
    dueAt,
    priority: random.pick(['low', 'normal', 'normal', 'high'] as const),
    assigneeId: n < 18 && stage.me ? stage.me._id : owner(makers),
    links: [{ entity: about.entity, id: about.id }],
  });
  const createdAt = new Date(Math.min(dueAt.getTime(), stage.now.getTime()) - (1 + random.below(5)) * day);
  const done = n >= 50;
  return {
    ...made,
    createdAt,
    updatedAt: done ? dueAt : createdAt,
    search: taskNoun.tokens(made),
    isDemo: true,
    ...(done && { status: 'done' as const, doneAt: dueAt, remindedAt: dueAt }),
  };
}

function inventActivities(
  makers: Makers,
  users: readonly UserDocument[],
  leads: readonly LeadDocument[],
  deals: readonly DealDocument[],
): ActivityDocument[] {
  const { stage, random } = makers;
  const records = [
    ...leads
      .filter(({ status }) => status !== 'new')
      .map((record) => ({ entity: 'lead' as const, record, count: 3 })),
    ...deals.map((record) => ({ entity: 'deal' as const, record, count: 6 })),
  ];
  return records.flatMap(({ entity, record, count }) => {
    const until = entity === 'deal' ? (record as DealDocument).stageEnteredAt : stage.now;
    return times(count, (n) => {
      const kind =
        n === 0 ? 'created' : random.pick(['note', 'call', 'meeting', 'whatsapp', 'call'] as const);
      const span = Math.max(1, until.getTime() - record.createdAt.getTime());
      const at = n === 0 ? record.createdAt : new Date(record.createdAt.getTime() + random.below(span));
      const actor = users.find(({ _id }) => _id === record.ownerId) ?? stage.me ?? users[0]!;
      const links: Link[] = [
        { entity, id: record._id },
        ...(entity === 'deal' ? impliedBy(record as DealDocument) : []),
      ];
      return newActivity(
        { ...systemPrincipal(stage.orgId), userId: actor._id, name: actor.name },
        {
          kind,
          links,
          body: kind === 'created' ? '' : `<p>${random.pick(notes)}</p>`,
          outcome: kind === 'call' ? random.pick(['connected', 'connected', 'no_answer'] as const) : null,
          direction: kind === 'call' || kind === 'whatsapp' ? random.pick(['in', 'out'] as const) : null,
          durationSec: kind === 'call' ? 60 + random.below(1200) : null,
          occurredAt: at,
          createdAt: at,
          isDemo: true,
        },
      );
    });
  });
}

const impliedBy = ({ companyId, contacts }: DealDocument): Link[] => [
  ...(companyId ? [{ entity: 'company' as const, id: companyId }] : []),
  ...contacts.map(({ contactId }) => ({ entity: 'contact' as const, id: contactId })),
];

/** What follows from the whole: next steps from open tasks, last activities, and the health of open deals. */
function settle(
  { pipeline, now }: Setting,
  { leads, deals, tasks, activities }: Pick<Examples, 'leads' | 'deals' | 'tasks' | 'activities'>,
): void {
  for (const record of [...leads, ...deals]) {
    const due = tasks
      .filter(({ status, links }) => status === 'open' && links.some(({ id }) => id === record._id))
      .map(({ dueAt }) => dueAt.getTime());
    record.nextFollowUpAt = due.length > 0 ? new Date(Math.min(...due)) : null;
    const happened = activities
      .filter(({ links }) => links[0]?.id === record._id)
      .map(({ occurredAt }) => occurredAt.getTime());
    if (happened.length > 0) record.lastActivityAt = new Date(Math.max(...happened));
  }
  for (const deal of deals.filter(({ status }) => status === 'open')) {
    const stage = pipeline.stages.find(({ id }) => id === deal.stageId)!;
    const week = now.getTime() - 7 * day;
    deal.health = dealHealth(
      {
        ...deal,
        rotDays: stage.rotDays,
        stageProbability: stage.probability,
        hasNextTask: deal.nextFollowUpAt !== null,
        recentContact: activities.some(
          ({ links, direction, kind, occurredAt }) =>
            links[0]?.id === deal._id &&
            occurredAt.getTime() > week &&
            (direction === 'in' || kind === 'meeting'),
        ),
      },
      now,
    );
  }
}

function dated<D extends { createdAt: Date; updatedAt: Date }>(
  { stage, random }: Makers,
  made: D,
): D & { isDemo: true } {
  const createdAt = ago(stage, random.next() * historyDays);
  return { ...made, createdAt, updatedAt: createdAt, isDemo: true };
}

const owner = ({ random, owners }: Makers): string => random.pick(owners);
const someone = (makers: Makers) => ({ ...systemPrincipal(makers.stage.orgId), userId: owner(makers) });
const someTags = (random: Random): string[] => (random.chance(0.4) ? [random.pick(tags)] : []);
/** A mobile number of a made-up block. */
const phone = (n: number): string => `+55119900${String(10_000 + n).padStart(5, '0')}`;
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/[^a-z]/gi, '')
    .toLowerCase();
