import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { type Link, linkKey, linkKinds, linkSchema } from '../activities/activity.ts';
import { collectionOf } from '../activities/links.ts';
import { line, prose } from '../fields/text.ts';
import { sortSchema } from '../http/cursor.ts';
import { field, filterSchema } from '../http/filter.ts';
import { pageParameters } from '../http/list.ts';
import { searchTokens } from '../http/search-tokens.ts';
import type { AnyDocument } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import type { Indexes } from '../mongo/indexes.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { invalid } from '../problem.ts';
import {
  isoOrNull,
  type Noun,
  newRecord,
  type RecordDocument,
  recordShape,
  recordView,
} from '../records/record.ts';

export const taskKinds = ['call', 'email', 'whatsapp', 'meeting', 'follow_up', 'other'] as const;
export const taskStatuses = ['open', 'done', 'cancelled'] as const;
const priorities = ['low', 'normal', 'high'] as const;

const writable = {
  title: line(200),
  kind: z.enum(taskKinds),
  dueAt: z.iso.datetime({ offset: true }).transform((iso) => new Date(iso)),
  allDay: z.boolean(),
  durationMin: z.number().int().min(1).max(1440).nullable(),
  priority: z.enum(priorities),
  assigneeId: idSchema.nullable(),
  links: z.array(linkSchema).max(10),
  reminderMin: z.number().int().min(0).max(10_080).nullable(),
  note: prose(5000).nullable(),
};

export const taskPatch = z
  .strictObject({ ...writable, status: z.enum(['open', 'cancelled']) })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change something')
  .meta({ id: 'TaskPatch' });
export type TaskPatch = z.output<typeof taskPatch>;
export const taskCreate = z
  .strictObject(writable)
  .partial()
  .required({ title: true, dueAt: true })
  .meta({ id: 'TaskCreate' });
export type TaskCreate = z.output<typeof taskCreate> & { source?: 'ai' | 'workflow' };

export const taskSchema = z
  .object({
    ...recordShape,
    title: z.string(),
    kind: z.enum(taskKinds),
    dueAt: z.iso.datetime(),
    allDay: z.boolean(),
    durationMin: z.number().int().nullable(),
    priority: z.enum(priorities),
    status: z.enum(taskStatuses),
    assigneeId: idSchema.nullable(),
    links: z.array(z.object({ entity: z.enum(linkKinds), id: idSchema })),
    reminderMin: z.number().int().nullable(),
    note: z.string().nullable(),
    outcome: z.string().nullable(),
    source: z.enum(['manual', 'ai', 'workflow']),
    doneAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof taskSchema>;

const filters = {
  status: field.word(taskStatuses),
  kind: field.word(taskKinds),
  priority: field.word(priorities),
  assigneeId: field.id(),
  dueAt: field.date(),
  doneAt: field.date(),
  link: { ...field.text('linkKeys') },
};
export const taskQuery = z.strictObject({
  ...pageParameters,
  filter: filterSchema(filters),
  sort: sortSchema(['dueAt', 'createdAt', 'updatedAt'], 'dueAt'),
});

export interface TaskDocument
  extends RecordDocument,
    Omit<Task, 'id' | 'createdAt' | 'updatedAt' | 'dueAt' | 'doneAt'> {
  dueAt: Date;
  doneAt: Date | null;
  linkKeys: string[];
  /** When the reminder was sent, so that it is sent once. */
  remindedAt: Date | null;
}

export const taskNoun: Noun<TaskDocument, Task, TaskCreate, TaskPatch> = {
  kind: 'task',
  collection: 'tasks',
  filters,
  references: { assigneeId: 'user' },
  moreReferences: ({ links }) =>
    (links ?? []).map(({ entity, id }: Link) => ({ field: 'links', kind: entity, id })),
  make: (principal, given) => ({
    ...newRecord(principal),
    title: given.title,
    kind: given.kind ?? 'other',
    dueAt: given.dueAt,
    allDay: given.allDay ?? false,
    durationMin: given.durationMin ?? null,
    priority: given.priority ?? 'normal',
    status: 'open',
    assigneeId: given.assigneeId === undefined ? principal.userId : given.assigneeId,
    links: given.links ?? [],
    linkKeys: (given.links ?? []).map(linkKey),
    reminderMin: given.reminderMin ?? null,
    note: given.note ?? null,
    outcome: null,
    source: given.source ?? 'manual',
    doneAt: null,
    remindedAt: null,
  }),
  view: (task) => ({
    ...recordView(task),
    title: task.title,
    kind: task.kind,
    dueAt: task.dueAt.toISOString(),
    allDay: task.allDay,
    durationMin: task.durationMin,
    priority: task.priority,
    status: task.status,
    assigneeId: task.assigneeId,
    links: task.links,
    reminderMin: task.reminderMin,
    note: task.note,
    outcome: task.outcome,
    source: task.source,
    doneAt: isoOrNull(task.doneAt),
  }),
  tokens: ({ title }) => searchTokens([title]),
  check: (after, before) => {
    if (before?.status === 'done' && after.status === 'cancelled')
      throw invalid('#/status', 'status.done', 'A task that is done cannot be cancelled.');
  },
  derive: (after, before) => ({
    linkKeys: after.links.map(linkKey),
    ...((after.dueAt.getTime() !== before.dueAt.getTime() || after.reminderMin !== before.reminderMin) && {
      remindedAt: null,
    }),
    ...(after.status === 'open' && { doneAt: null, outcome: null }),
  }),
};

/** Keeps the next follow-up of linked leads and deals: when their earliest open task is due. */
export async function keepFollowUps(
  { db }: Mongo,
  orgId: string,
  links: readonly Link[],
  session: ClientSession,
): Promise<void> {
  for (const link of links) {
    if (link.entity !== 'lead' && link.entity !== 'deal') continue;
    const next = await db
      .collection<TaskDocument>('tasks')
      .find({ orgId, linkKeys: linkKey(link), status: 'open', deletedAt: null }, { session })
      .sort({ dueAt: 1 })
      .limit(1)
      .next();
    await db
      .collection<AnyDocument>(collectionOf[link.entity])
      .updateOne({ _id: link.id, orgId }, { $set: { nextFollowUpAt: next?.dueAt ?? null } }, { session });
  }
}

export const taskIndexes: Indexes = {
  tasks: [
    { key: { orgId: 1, deletedAt: 1, assigneeId: 1, status: 1, dueAt: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, dueAt: 1, _id: 1 } },
    { key: { orgId: 1, deletedAt: 1, createdAt: -1, _id: -1 } },
    { key: { orgId: 1, deletedAt: 1, updatedAt: -1, _id: -1 } },
    { key: { orgId: 1, linkKeys: 1, status: 1, dueAt: 1 } },
    { key: { status: 1, remindedAt: 1, dueAt: 1 } },
    { key: { orgId: 1, deletedAt: 1, search: 1 } },
  ],
};
