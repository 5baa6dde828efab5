import type { ClientSession } from 'mongodb';
import { type ActivityDocument, newActivity } from '../activities/activity.ts';
import { expandLinks } from '../activities/links.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { RecordStore, type StoreNeeds } from '../records/record-store.ts';
import {
  keepFollowUps,
  type Task,
  type TaskCreate,
  type TaskDocument,
  type TaskPatch,
  taskNoun,
} from './task.ts';

/** Tasks in the database. Whatever changes one also keeps the next follow-up of what it is linked to. */
export class TaskStore extends RecordStore<TaskDocument, Task, TaskCreate, TaskPatch> {
  constructor(needs: StoreNeeds) {
    super(taskNoun, needs);
  }

  override async createWithin(
    principal: Principal,
    given: TaskCreate,
    options: { allowDuplicate?: boolean; session: ClientSession; tell: (...messages: Message[]) => void },
  ): Promise<Task> {
    const task = await super.createWithin(principal, given, options);
    await keepFollowUps(this.mongo, principal.orgId, task.links, options.session);
    return task;
  }

  override async change(
    principal: Principal,
    before: TaskDocument,
    patch: Partial<TaskDocument>,
    options: { session: ClientSession; tell: (...messages: Message[]) => void; action?: AuditAction },
  ): Promise<TaskDocument> {
    const saved = await super.change(principal, before, patch, options);
    await keepFollowUps(this.mongo, principal.orgId, [...before.links, ...saved.links], options.session);
    return saved;
  }

  /** Ends a task with what came of it, remembers it in the timelines, and perhaps plans the next step. */
  async complete(
    principal: Principal,
    id: string,
    outcome: string | null,
    next?: TaskCreate,
  ): Promise<{ task: Task; next: Task | null }> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.find(principal, 'write', id, session);
      if (before.status !== 'open')
        throw new Problem('invalid-transition', { detail: 'This task is not open.' });
      const done = { status: 'done' as const, doneAt: new Date(), outcome };
      const task = await this.change(principal, before, done, { session, tell, action: 'task.completed' });
      if (before.links.length > 0) {
        const links = await expandLinks(this.mongo, principal, before.links, session);
        const activity = newActivity(principal, {
          kind: 'task_done',
          links,
          meta: { title: before.title, outcome },
        });
        await this.mongo.db.collection<ActivityDocument>('activities').insertOne(activity, { session });
      }
      const following =
        next && (await this.createWithin(principal, { links: before.links, ...next }, { session, tell }));
      return { task: this.noun.view(task), next: following ?? null };
    });
  }
}
