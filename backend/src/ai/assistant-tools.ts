import { z } from 'zod';
import { type Link, linkKey, linkKinds } from '../activities/activity.ts';
import { mustSee } from '../activities/links.ts';
import { activityCreate } from '../activities/store.ts';
import type { CompanyStore } from '../companies/company.ts';
import type { ContactStore } from '../contacts/contact.ts';
import { summary } from '../dashboard/dashboard.ts';
import type { DealStore } from '../deals/store.ts';
import { type FilterField, filterSchema } from '../http/filter.ts';
import { filterContext, midnight } from '../http/filter-context.ts';
import { leadCreate } from '../leads/schema.ts';
import type { LeadStore } from '../leads/store.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { PipelineStore } from '../pipelines/pipeline.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { recordTitle } from '../records/title.ts';
import { searchAll } from '../search/routes.ts';
import type { TaskStore } from '../tasks/store.ts';
import { taskCreate } from '../tasks/task.ts';
import { dateFormat } from '../texts/formats.ts';
import { optedOut, recentOf, refuseOptedOut } from './people.ts';
import type { Tool } from './provider.ts';
import { type AssistantEvent, emailDraftsBody } from './schema.ts';

export interface AssistantNeeds {
  mongo: Mongo;
  leads: LeadStore;
  contacts: ContactStore;
  companies: CompanyStore;
  deals: DealStore;
  tasks: TaskStore;
  pipelines: PipelineStore;
}

const listed = [...linkKinds, 'task'] as const;
const recordOf = { entity: z.enum(linkKinds), id: idSchema };

const proposal = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('create_task'),
    title: z.string(),
    dueAt: z.string().describe('ISO 8601 with offset'),
    kind: z.enum(['call', 'email', 'whatsapp', 'meeting', 'follow_up', 'other']),
    links: z.array(z.object(recordOf)),
  }),
  z.object({
    action: z.literal('create_lead'),
    name: z.string(),
    email: z.string().optional(),
    phone: z.string().optional(),
    companyName: z.string().optional(),
    jobTitle: z.string().optional(),
    message: z.string().optional(),
  }),
  z.object({ action: z.literal('log_note'), links: z.array(z.object(recordOf)), body: z.string() }),
  z.object({ action: z.literal('move_deal'), dealId: idSchema, stageId: idSchema }),
  z.object({
    action: z.literal('draft_email'),
    link: z.object({ entity: z.enum(['lead', 'contact', 'deal']), id: idSchema }),
    purpose: z.enum([
      'introduction',
      'follow_up',
      'proposal',
      'meeting_request',
      'thank_you',
      'reactivation',
    ]),
    instructions: z.string().optional(),
  }),
]);
type Proposal = z.infer<typeof proposal>;

/** What the assistant may look up and propose, with the rights of `principal`. `show` puts an event before the user. */
export function assistantTools(
  needs: AssistantNeeds,
  principal: Principal,
  show: (event: AssistantEvent) => void,
): Tool[] {
  const { mongo } = needs;
  /** What is out of reach or not possible is said to the model, which can say it to the user. */
  const refusable = (run: (input: never) => Promise<unknown>) => async (input: unknown) => {
    try {
      return await run(input as never);
    } catch (error) {
      if (error instanceof Problem) return { error: error.code, detail: error.detail ?? error.message };
      throw error;
    }
  };
  const tool = <Input extends z.ZodObject>(
    name: string,
    description: string,
    input: Input,
    run: (input: z.output<Input>) => Promise<unknown>,
  ): Tool => ({ name, description, input, run: refusable(run as (input: never) => Promise<unknown>) });

  return [
    tool(
      'search',
      'Find leads, contacts, companies and deals by words; a few of each kind.',
      z.object({ q: z.string().max(100) }),
      async ({ q }) => {
        const hits = await searchAll(mongo, principal, q);
        const hidden = await optedOut(mongo, principal.orgId, hits);
        return hits.filter((hit) => !hidden.has(linkKey(hit)));
      },
    ),
    tool(
      'list_records',
      'List records, newest first, and how many there are in all. Filters are equalities such as {"status": "new,contacted", "ownerId": "@me"}; what can be filtered by, an unknown name is told.',
      z.object({
        entity: z.enum(listed),
        filter: z.record(z.string(), z.string()).optional(),
        limit: z.number().int().min(1).max(20).optional(),
      }),
      async ({ entity, filter, limit = 10 }) => {
        const store = storeOf(needs, entity);
        const query = {
          filter: readFilter(store.noun.filters, filter),
          limit,
          sort: entity === 'task' ? 'dueAt' : '-updatedAt',
        };
        const { data, page } = await store.list(principal, query, filterContext(principal));
        const rows = data as unknown as Record<string, unknown>[];
        const wanted = rows.filter(
          ({ consent }) => !(consent as { aiOptOut?: boolean } | undefined)?.aiOptOut,
        );
        return { total: page.total, records: wanted.map(brief) };
      },
    ),
    tool('get_record', 'One record with its last activities.', z.object(recordOf), async (link) => {
      const record = await mustSee(mongo, principal, link);
      await refuseOptedOut(mongo, principal.orgId, link, record);
      const [shown, recent] = await Promise.all([
        storeOf(needs, link.entity).get(principal, link.id),
        recentOf(mongo, principal.orgId, link, 10),
      ]);
      show({ type: 'citation', ...link, title: recordTitle(record) });
      return { record: brief(shown as unknown as Record<string, unknown>), recent };
    }),
    tool(
      'get_metrics',
      'Numbers of a period: pipeline, won, lost, win rate, new leads. Without dates, this month.',
      z.object({ from: z.iso.date().optional(), to: z.iso.date().optional() }),
      async ({ from, to }) => {
        const today = dateFormat('en-CA', { timeZone: principal.timezone }).format(new Date());
        const period = {
          from: midnight(from ?? `${today.slice(0, 7)}-01`, principal.timezone),
          to: to ? midnight(to, principal.timezone) : new Date(),
        };
        return summary(mongo, principal, await needs.pipelines.list(principal.orgId), period);
      },
    ),
    tool('list_stages', 'The pipelines with their stages, for moving deals.', z.object({}), async () =>
      needs.pipelines.list(principal.orgId),
    ),
    tool(
      'propose_action',
      'Show the user something to be done, which they confirm or not. Nothing happens by itself.',
      z.object({ label: z.string().max(200).describe('One line in the user’s language'), proposal }),
      async ({ label, proposal }) => {
        const request = await requestOf(needs, principal, proposal);
        show({ type: 'proposal', action: proposal.action, label, request: { method: 'POST', ...request } });
        return { shown: true };
      },
    ),
  ];
}

function storeOf(needs: AssistantNeeds, entity: (typeof listed)[number]) {
  const stores = {
    lead: needs.leads,
    contact: needs.contacts,
    company: needs.companies,
    deal: needs.deals,
    task: needs.tasks,
  };
  return stores[entity] as unknown as LeadStore;
}

/** A filter as the model said it, read as that of a list is: what it does not know is told, and never left out. */
function readFilter(
  fields: Record<string, FilterField>,
  given: Record<string, string> = {},
): Record<string, unknown> | undefined {
  const read = filterSchema(fields).safeParse(given);
  if (read.success) return read.data;
  const names = Object.keys(fields).join(', ');
  throw new Problem('bad-request', { detail: `${z.prettifyError(read.error)}. Filters: ${names}.` });
}

/** A record without what no answer needs: addresses, numbers, empty fields, and long machinery. */
function brief(record: Record<string, unknown>): Record<string, unknown> {
  const left = [
    'email',
    'emails',
    'phone',
    'phones',
    'cnpj',
    'consent',
    'custom',
    'utm',
    'rank',
    'stageHistory',
  ];
  return Object.fromEntries(
    Object.entries(record).filter(([name, value]) => value !== null && !left.includes(name)),
  );
}

type Request = Omit<Extract<AssistantEvent, { type: 'proposal' }>['request'], 'method'>;

/**
 * The ordinary request that a proposal stands for. Its values are checked as that request would, and its records must be
 * visible, so that what the user confirms can be done.
 */
async function requestOf(
  { mongo, deals, pipelines }: AssistantNeeds,
  principal: Principal,
  wish: Proposal,
): Promise<Request> {
  const see = (links: readonly Link[]) => Promise.all(links.map((link) => mustSee(mongo, principal, link)));
  switch (wish.action) {
    case 'create_task': {
      const { action: _action, ...task } = wish;
      await see(task.links);
      checked(taskCreate, task);
      if (Date.parse(task.dueAt) < Date.now())
        throw new Problem('validation', { detail: 'dueAt is in the past' });
      return { path: '/tasks', body: task, ifMatch: null };
    }
    case 'create_lead': {
      const { action: _action, ...lead } = wish;
      checked(leadCreate, lead);
      return { path: '/leads', body: lead, ifMatch: null };
    }
    case 'log_note': {
      await see(wish.links);
      const body = { kind: 'note', links: wish.links, body: escaped(wish.body) };
      checked(activityCreate, body);
      return { path: '/activities', body, ifMatch: null };
    }
    case 'move_deal': {
      const deal = await deals.find(principal, 'write', wish.dealId);
      const { stages } = await pipelines.get(principal.orgId, deal.pipelineId);
      const stage = stages.find(({ id, archived }) => id === wish.stageId && !archived);
      if (!stage || stage.type === 'lost')
        throw new Problem('validation', { detail: 'The deal’s pipeline has no such stage to move to.' });
      return {
        path: `/deals/${wish.dealId}/move`,
        body: { stageId: wish.stageId },
        ifMatch: String(deal.version),
      };
    }
    case 'draft_email': {
      const { action: _action, ...body } = wish;
      await see([body.link]);
      checked(emailDraftsBody, body);
      return { path: '/ai/email-drafts', body, ifMatch: null };
    }
  }
}

function checked(schema: z.ZodType, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error) throw new Problem('validation', { detail: z.prettifyError(error) });
}

/** Notes are HTML; what a model writes is text. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br>');
