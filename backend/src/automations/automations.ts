import { MongoServerError } from 'mongodb';
import type { Link } from '../activities/activity.ts';
import { linkedRecord } from '../activities/links.ts';
import type { DealDocument } from '../deals/deal.ts';
import type { EmailDocument } from '../emails/email.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notify, type Occasion } from '../notices/notify.ts';
import { leadersOf, teammatesOf } from '../notices/people.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { type Principal, systemPrincipal } from '../policy/principal.ts';
import type { TaskStore } from '../tasks/store.ts';
import type { TaskCreate } from '../tasks/task.ts';
import type { UserDocument } from '../users/user.ts';
import { type AutomationName, AutomationRuns } from './runs.ts';

const dayMs = 86_400_000;
/** When what a rule asks for is due: before the day ends, for rules that run in the morning. */
const dueMs = 8 * 3_600_000;
/** Letters older than the rule's days by this are past asking about, as when it is switched on after years. */
const pastMs = 14 * dayMs;
const hasDuplicate = 11_000;

type Run = () => Promise<void>;

/** What people are told of a run; `ownerId`: whose record it is. */
type News = Pick<Occasion, 'kind' | 'to' | 'actorId' | 'data'> & { ownerId: string | null };

interface Needs {
  mongo: Mongo;
  outbox: Outbox;
  tasks: TaskStore;
}

const words = {
  'pt-BR': {
    idle: (title: string) => `Retomar o contato: ${title}`,
    noReply: (subject: string) => `Sem resposta: ${subject}`,
  },
  en: {
    idle: (title: string) => `Get back in touch: ${title}`,
    noReply: (subject: string) => `No reply: ${subject}`,
  },
};

/** What the CRM does by itself where the organisation said yes: tasks and notices for deals that lie idle or were won, tasks for letters that nobody answers. */
export class Automations {
  readonly #needs: Needs;
  readonly #runs: AutomationRuns;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#runs = new AutomationRuns(needs.mongo);
  }

  /** The checklist of a deal that was won, and the news for the team; once, however often it is opened again and won. */
  async dealWon(
    orgId: string,
    dealId: string,
    { actorId = null, now = new Date() }: { actorId?: string | null; now?: Date } = {},
  ): Promise<void> {
    const org = await this.#org(orgId);
    const deal = await this.#deals.findOne({ _id: dealId, orgId, status: 'won', deletedAt: null });
    if (!org?.automations.dealWon.on || !deal) return;
    const { checklist } = org.automations.dealWon;
    const links: Link[] = [{ entity: 'deal', id: deal._id }];
    const tasks = checklist.map((title) => ({
      title,
      dueAt: later(now, dayMs),
      links,
      assigneeId: deal.ownerId,
    }));
    const { amountCents, currency } = deal;
    const news: News = {
      kind: 'deal_won',
      to: await teammatesOf(this.#needs.mongo, orgId, deal.ownerId),
      actorId,
      data: { amountCents, currency },
      ownerId: deal.ownerId,
    };
    await this.#run(orgId, 'dealWon', deal._id, links[0]!, { tasks, news });
  }

  /** All that comes with time, for every organisation. What fails keeps nothing else from being done, and is tried again with the job. */
  async daily(now = new Date()): Promise<void> {
    const failures: unknown[] = [];
    for await (const org of this.#needs.mongo.db.collection<OrgDocument>('orgs').find()) {
      for await (const run of this.#idleDeals(org, now)) await run().catch((error) => failures.push(error));
      for await (const run of this.#unanswered(org, now)) await run().catch((error) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} automations failed`);
  }

  async *#idleDeals({ _id: orgId, locale, automations }: OrgDocument, now: Date): AsyncGenerator<Run> {
    const { on, days } = automations.idleDeal;
    if (!on) return;
    const before = later(now, -days * dayMs);
    const idle = this.#deals.find({
      orgId,
      status: 'open',
      deletedAt: null,
      $or: [{ lastActivityAt: { $lt: before } }, { lastActivityAt: null, createdAt: { $lt: before } }],
    } as object);
    for await (const deal of idle) {
      const since = deal.lastActivityAt ?? deal.createdAt;
      const link: Link = { entity: 'deal', id: deal._id };
      const task = {
        title: words[locale].idle(deal.title).slice(0, 200),
        kind: 'follow_up' as const,
        dueAt: later(now, dueMs),
        links: [link],
        assigneeId: deal.ownerId,
      };
      // Once for each time that it falls idle.
      const time = `${deal._id}:${since.getTime()}`;
      yield () => this.#run(orgId, 'idleDeal', time, link, { tasks: [task] });
      if (since < later(now, -2 * days * dayMs))
        yield async () => {
          const { ownerId } = deal;
          const idleDays = Math.floor((now.getTime() - since.getTime()) / dayMs);
          const to = await leadersOf(this.#needs.mongo, orgId, ownerId);
          const news: News = { kind: 'deal_idle', to, actorId: null, data: { days: idleDays }, ownerId };
          await this.#run(orgId, 'idleDeal', `${time}:leaders`, link, { news });
        };
    }
  }

  async *#unanswered({ _id: orgId, locale, automations }: OrgDocument, now: Date): AsyncGenerator<Run> {
    const { on, days } = automations.noReply;
    if (!on) return;
    const sent = this.#needs.mongo.db.collection<EmailDocument>('emails').find({
      orgId,
      status: 'sent',
      deletedAt: null,
      repliedAt: null,
      sentAt: { $lt: later(now, -days * dayMs), $gt: later(now, -days * dayMs - pastMs) },
    } as object);
    for await (const email of sent) {
      const links = await this.#there(orgId, email.links);
      const [link] = links;
      if (!link || (await this.#heardSince(email, link))) continue;
      const task = {
        title: words[locale].noReply(email.subject).slice(0, 200),
        kind: 'follow_up' as const,
        dueAt: later(now, dueMs),
        links,
        assigneeId: email.ownerId,
      };
      yield () => this.#run(orgId, 'noReply', email._id, link, { tasks: [task] });
    }
  }

  /** The links to what is not in the trash, or gone. */
  async #there(orgId: string, links: readonly Link[]): Promise<Link[]> {
    const records = await Promise.all(
      links.map((link) => linkedRecord(this.#needs.mongo, systemPrincipal(orgId), link)),
    );
    return links.filter((_link, index) => records[index] !== null);
  }

  /** Whether the customer was heard of since, or was written to again: then that is what waits for an answer. */
  async #heardSince({ _id, orgId, sentAt }: EmailDocument, link: Link): Promise<boolean> {
    const linkKeys = `${link.entity}:${link.id}`;
    const { db } = this.#needs.mongo;
    const heard = await db
      .collection('activities')
      .findOne({ orgId, linkKeys, direction: 'in', occurredAt: { $gt: sentAt } });
    if (heard) return true;
    const again = await db
      .collection<EmailDocument>('emails')
      .findOne({ orgId, linkKeys, status: 'sent', sentAt: { $gt: sentAt }, _id: { $ne: _id } } as object);
    return again !== null;
  }

  /** Makes the tasks, tells people and notes the run, all or nothing, unless it was done before. */
  async #run(
    orgId: string,
    rule: AutomationName,
    occasion: string,
    record: Link,
    { tasks = [], news }: { tasks?: readonly TaskCreate[]; news?: News },
  ): Promise<void> {
    if (await this.#runs.has(orgId, rule, occasion)) return;
    const principal: Principal = { ...systemPrincipal(orgId), name: 'automation' };
    try {
      await this.#needs.outbox.commit(async (session, tell) => {
        const taskIds: string[] = [];
        for (const task of tasks) {
          const assigneeId = await this.#active(orgId, task.assigneeId ?? null);
          const given = { ...task, assigneeId, source: 'workflow' as const };
          const { id } = await this.#needs.tasks.createWithin(principal, given, { session, tell });
          taskIds.push(id);
        }
        const about = news && { ...news, orgId, occasion: `${news.kind}:${occasion}` };
        const told = about && { ...about, record: { ...record, ownerId: news.ownerId } };
        const notifiedIds = told ? await notify(this.#needs.mongo, told, { session, tell }) : [];
        await this.#runs.note(orgId, rule, occasion, { record, taskIds, notifiedIds }, session);
      });
    } catch (error) {
      // Another worker did it at the same moment.
      if (!(error instanceof MongoServerError && error.code === hasDuplicate)) throw error;
    }
  }

  /** Whoever left gets no tasks; nobody's are seen by those who give them out. */
  async #active(orgId: string, id: string | null): Promise<string | null> {
    const user =
      id === null
        ? null
        : await this.#needs.mongo.db
            .collection<UserDocument>('users')
            .findOne({ _id: id, orgId, status: 'active' });
    return user?._id ?? null;
  }

  #org(orgId: string): Promise<OrgDocument | null> {
    return this.#needs.mongo.db.collection<OrgDocument>('orgs').findOne({ _id: orgId });
  }

  get #deals() {
    return this.#needs.mongo.db.collection<DealDocument>('deals');
  }
}

const later = (than: Date, ms: number): Date => new Date(than.getTime() + ms);
