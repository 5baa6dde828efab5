import type { Document, Filter } from 'mongodb';
import { z } from 'zod';
import { type DealDocument, dealSchema, dealView } from '../deals/deal.ts';
import { atRiskBelow } from '../deals/health.ts';
import { dayIn } from '../http/filter-context.ts';
import { type LeadDocument, leadRow } from '../leads/lead.ts';
import { leadRowSchema } from '../leads/schema.ts';
import { hotFrom } from '../leads/score.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { policy, type RecordKind } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { namesOf, type RecordName, recordNameSchema } from '../records/names.ts';
import { type TaskDocument, taskNoun, taskSchema } from '../tasks/task.ts';

/** Of one's own tasks of a day, hardly anybody has more; of the rest, what one looks at before anything else. */
const most = { tasks: 50, others: 10 };

const some = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    total: z.number().int().describe('All of them, also those not in `data`'),
  });

export const todaySchema = z
  .object({
    overdueTasks: some(taskSchema),
    todayTasks: some(taskSchema),
    hotLeads: some(leadRowSchema).describe('Hot by score and not contacted yet'),
    dealsAtRisk: some(dealSchema).describe('Open, health under 40'),
    dealsWithoutNextStep: some(dealSchema).describe('Open, without an open task'),
    names: z.array(recordNameSchema).describe('What the records are called that the tasks are about'),
  })
  .meta({ id: 'Today' });

/** What the person asking should look at today: their own work, within what they may see. Days are those of `timezone`. */
export async function today(
  mongo: Mongo,
  principal: Principal,
  timezone: string,
  now = new Date(),
): Promise<z.infer<typeof todaySchema>> {
  const { start, end } = dayIn(timezone, now);
  const mine = principal.userId === null ? {} : { assigneeId: principal.userId };
  const owned = principal.userId === null ? {} : { ownerId: { $in: [principal.userId, null] } };
  const find = <D extends Document>(kind: Listed, condition: object, sort: Sort, limit: number) =>
    firstOf<D>(mongo, principal, kind, { deletedAt: null, ...condition }, sort, limit);
  const tasks = (dueAt: object) =>
    find<TaskDocument>('task', { status: 'open', dueAt, ...mine }, { dueAt: 1 }, most.tasks);
  const deals = (condition: object) =>
    find<DealDocument>('deal', { status: 'open', ...owned, ...condition }, { amountCents: -1 }, most.others);
  const [overdue, dueToday, hot, atRisk, noNextStep] = await Promise.all([
    tasks({ $lt: start }),
    tasks({ $gte: start, $lt: end }),
    find<LeadDocument>(
      'lead',
      { status: 'new', 'score.value': { $gte: hotFrom }, firstResponseAt: null, ...owned },
      { 'score.value': -1, _id: -1 },
      most.others,
    ),
    deals({ 'health.value': { $lt: atRiskBelow } }),
    deals({ nextFollowUpAt: null }),
  ]);
  const links = [...overdue.data, ...dueToday.data].flatMap(({ links: [first] }) => (first ? [first] : []));
  const names: RecordName[] = await namesOf(mongo, principal, links);
  return {
    overdueTasks: { ...overdue, data: overdue.data.map(taskNoun.view) },
    todayTasks: { ...dueToday, data: dueToday.data.map(taskNoun.view) },
    hotLeads: { ...hot, data: hot.data.map(leadRow) },
    dealsAtRisk: { ...atRisk, data: atRisk.data.map(dealView) },
    dealsWithoutNextStep: { ...noNextStep, data: noNextStep.data.map(dealView) },
    names,
  };
}

type Sort = Record<string, 1 | -1>;
/** Each in the collection of its plural. */
type Listed = Extract<RecordKind, 'task' | 'lead' | 'deal'>;

/** The first of those the principal may see, and how many they are in all: counted only where there may be more. */
async function firstOf<D extends Document>(
  { db }: Mongo,
  principal: Principal,
  kind: Listed,
  condition: object,
  sort: Sort,
  limit: number,
): Promise<{ data: D[]; total: number }> {
  const collection = db.collection<D>(`${kind}s`);
  const filter = { $and: [policy(principal, 'read', kind), condition] } as unknown as Filter<D>;
  const data = (await collection.find(filter).sort(sort).limit(limit).toArray()) as D[];
  return { data, total: data.length < limit ? data.length : await collection.countDocuments(filter) };
}
