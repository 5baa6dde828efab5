import type { ClientSession } from 'mongodb';
import { linkKinds } from '../activities/activity.ts';
import { collectionOf, expandLinks } from '../activities/links.ts';
import type { AuditAction } from '../audit/actions.ts';
import type { FilterContext } from '../http/filter.ts';
import { dayIn } from '../http/filter-context.ts';
import type { MailObstacle } from '../mail/mailer.ts';
import { newDelivery } from '../mail/outgoing.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import { guard } from '../mongo/guard.ts';
import type { OrgDocument } from '../org/org.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Action } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { job } from '../queue/jobs.ts';
import { type ListQuery, RecordStore, type StoreNeeds } from '../records/record-store.ts';
import { render } from '../templates/render.ts';
import type { UserDocument } from '../users/user.ts';
import { attach } from './attached.ts';
import {
  type Email,
  type EmailCreate,
  type EmailDocument,
  type EmailPatch,
  emailNoun,
  mustBe,
  writableStatuses,
} from './email.ts';
import { everybody, refuseUnwanted, wishesOf } from './recipients.ts';
import { enterTimeline, keepTimeline, leaveTimeline, rememberReply } from './timeline.ts';
import { newTrack } from './tracking.ts';

interface Within {
  session: ClientSession;
  tell: (...messages: Message[]) => void;
}

/** Whether e-mail can leave at all; `Mailer` says it. */
export interface Postage {
  obstacle: MailObstacle | undefined;
  mustBeAble(): void;
}

/** Letters that one person may send on one day. */
export const mostADay = 200;
const farthestMs = 366 * 86_400_000;

/** Letters to people outside, from the first draft to what became of them. */
export class EmailStore extends RecordStore<EmailDocument, Email, EmailCreate, EmailPatch> {
  constructor(needs: StoreNeeds) {
    super(emailNoun, needs);
  }

  /** Besides those the policy gives: the letters to a record, for whoever owns the record. */
  override async list(principal: Principal, query: ListQuery, context: FilterContext) {
    const [key, ...more] = linksAsked(query.filter?.link);
    const owned = key !== undefined && more.length === 0 && (await this.#ownsRecord(principal, key));
    if (!owned) return super.list(principal, query, context);
    return super.list({ ...principal, role: 'admin' }, query, context);
  }

  /** Also read by whoever owns a record it is linked to. */
  override async find(
    principal: Principal,
    action: Action,
    id: string,
    session?: ClientSession,
  ): Promise<EmailDocument> {
    try {
      return await super.find(principal, action, id, session);
    } catch (error) {
      if (action !== 'read' || !(error instanceof Problem) || error.code !== 'not-found') throw error;
      const anybodys = { _id: id, orgId: principal.orgId, deletedAt: null };
      const email = await this.collection.findOne(anybodys, { session });
      for (const key of email?.linkKeys ?? []) if (await this.#ownsRecord(principal, key)) return email!;
      throw error;
    }
  }

  override async createWithin(
    principal: Principal,
    given: EmailCreate,
    options: { allowDuplicate?: boolean } & Within,
  ): Promise<Email> {
    const files = await attach(this.mongo, principal, given.fileIds ?? [], [], options.session);
    const email = await super.createWithin(principal, given, options);
    if (files.length === 0) return email;
    await this.collection.updateOne({ _id: email.id }, { $set: { files } }, { session: options.session });
    return { ...email, files };
  }

  override async change(
    principal: Principal,
    before: EmailDocument,
    given: Partial<EmailDocument>,
    options: Within & { action?: AuditAction },
  ): Promise<EmailDocument> {
    const { fileIds } = given;
    const files =
      fileIds && (await attach(this.mongo, principal, fileIds, before.files ?? [], options.session));
    const patch = files ? { ...given, files } : given;
    const rewritten = Object.keys(patch).some((name) => name in writableFields);
    if (rewritten && patch.status === undefined) {
      mustBe(before, writableStatuses);
      // What is written anew is another letter, which begins as a draft.
      const draft = { status: 'draft' as const, error: null, delivery: null, track: null, scheduledAt: null };
      return super.change(
        principal,
        before,
        before.status === 'draft' ? patch : { ...patch, ...draft },
        options,
      );
    }
    if (patch.deletedAt) mustBe(before, [...writableStatuses, 'sent']);
    return super.change(principal, before, patch, options);
  }

  /** Queues a letter, now or for `at`, with everything filled in; all that keeps it from being sent is refused here. */
  async send(
    principal: Principal,
    id: string,
    version: number,
    { postage, at }: { postage: Postage; at?: Date },
  ): Promise<Email> {
    if (at && at.getTime() <= Date.now()) throw invalid('#/at', 'at.past', 'This moment has passed.');
    if (at && at.getTime() > Date.now() + farthestMs)
      throw invalid('#/at', 'at.far', 'A letter waits for a year at most.');
    return this.outbox.commit(async (session, tell) => {
      const within = { session, tell };
      const before = await this.find(principal, 'write', id, session);
      postage.mustBeAble();
      if (before.version !== version) throw this.conflict(before);
      mustBe(before, [...writableStatuses, 'scheduled']);
      refuseUnfinished(before);
      const { org } = await this.#sender(principal, before, session);
      await this.#refuseExamples(before, session);
      const addresses = everybody(before);
      const wishes = await wishesOf(this.mongo, before.orgId, addresses);
      refuseUnwanted(wishes, before.templateId !== null);
      await this.#refuseTooMany(principal, at ?? new Date(), id, session);
      const filled = await render(this.mongo, principal, {
        subject: before.subject,
        html: before.bodyHtml,
        links: before.links,
      });
      if (filled.missing.length > 0) throw missing(filled.missing);
      const email = await super.change(
        principal,
        before,
        {
          status: at ? 'scheduled' : 'queued',
          subject: filled.subject,
          bodyHtml: filled.bodyHtml,
          scheduledAt: at ?? null,
          error: null,
        },
        { ...within, action: at ? 'email.scheduled' : 'email.queued' },
      );
      const measured = before.tracking && !wishes.untracked;
      // The same letter again keeps its Message-ID, and those who have it do not get it again.
      const known = before.delivery;
      const delivery = newDelivery(addresses, {
        ...(at && { dueAt: at }),
        ...(known && { messageId: known.messageId }),
      });
      delivery.recipients = delivery.recipients.map(
        (one) =>
          known?.recipients.find(({ address, state }) => address === one.address && state === 'accepted') ??
          one,
      );
      const track = newTrack(email.bodyHtml, {
        opens: measured && org.email.trackOpens,
        clicks: measured && org.email.trackClicks,
        unsubscribe: before.templateId !== null || addresses.length > 1,
      });
      await this.collection.updateOne({ _id: id }, { $set: { delivery, track } }, { session });
      if (before.templateId !== null && before.status === 'draft')
        await this.mongo.db
          .collection<AnyDocument>('templates')
          .updateOne(
            { _id: before.templateId, orgId: before.orgId } as never,
            { $inc: { usedCount: 1 } },
            { session },
          );
      const links = await expandLinks(this.mongo, principal, before.links, session);
      await enterTimeline(this.mongo, principal, email, links, within);
      const delayMs = at ? at.getTime() - Date.now() : 0;
      tell({ job: job('emails.send', { emailId: id }, { delayMs }) });
      return this.noun.view({ ...email, delivery });
    });
  }

  /** Takes a letter back that has not begun to be sent. */
  async cancel(principal: Principal, id: string, version: number): Promise<Email> {
    return this.#step(principal, id, version, async (before, within) => {
      mustBe(before, ['scheduled', 'queued']);
      await this.collection.updateOne(
        { _id: id },
        { $set: { 'delivery.lookAt': null, 'delivery.claim': null } },
        { session: within.session },
      );
      await leaveTimeline(this.mongo, before, within);
      return { patch: { status: 'cancelled', scheduledAt: null }, action: 'email.cancelled' };
    });
  }

  /** Notes that an answer came, which only whoever got it knows; or that none did after all. */
  async markReplied(principal: Principal, id: string, version: number, replied: boolean): Promise<Email> {
    return this.#step(principal, id, version, async (before, within) => {
      mustBe(before, ['sent']);
      const repliedAt = replied ? (before.repliedAt ?? new Date()) : null;
      const after = { ...before, repliedAt };
      await rememberReply(this.mongo, principal, after, within);
      await keepTimeline(this.mongo, after, within);
      return { patch: { repliedAt }, action: replied ? 'email.replied' : 'email.updated' };
    });
  }

  async #step(
    principal: Principal,
    id: string,
    version: number,
    work: (
      before: EmailDocument,
      within: Within,
    ) => Promise<{ patch: Partial<EmailDocument>; action: AuditAction }>,
  ): Promise<Email> {
    return this.outbox.commit(async (session, tell) => {
      const before = await this.find(principal, 'write', id, session);
      if (before.version !== version) throw this.conflict(before);
      const { patch, action } = await work(before, { session, tell });
      return this.noun.view(await super.change(principal, before, patch, { session, tell, action }));
    });
  }

  /** Who sends it: its author, a person of an organisation that is not an example. */
  async #sender(principal: Principal, { ownerId }: EmailDocument, session: ClientSession) {
    if (principal.userId === null || ownerId !== principal.userId)
      throw new Problem('forbidden', {
        detail: 'A letter is sent by whoever writes it: answers go to them.',
      });
    const { db } = this.mongo;
    const org = await db.collection<OrgDocument>('orgs').findOne({ _id: principal.orgId }, { session });
    const sender = await db.collection<UserDocument>('users').findOne({ _id: ownerId }, { session });
    if (!org || !sender) throw new Problem('not-found');
    if (org.isDemo || sender.isDemo) throw exampleData();
    return { org, sender };
  }

  async #refuseExamples({ links, orgId }: EmailDocument, session: ClientSession): Promise<void> {
    for (const { entity, id } of links) {
      const example = await this.mongo.db
        .collection<AnyDocument>(collectionOf[entity])
        .findOne({ _id: id, orgId, isDemo: true } as never, { session, projection: { _id: 1 } });
      if (example) throw exampleData();
    }
  }

  async #refuseTooMany(principal: Principal, at: Date, id: string, session: ClientSession): Promise<void> {
    await guard(this.mongo, `mail:${principal.userId}`, session);
    const { start, end } = dayIn(principal.timezone, at);
    const sameDay = await this.collection.countDocuments(
      {
        orgId: principal.orgId,
        ownerId: principal.userId,
        'delivery.dueAt': { $gte: start, $lt: end },
        status: { $in: ['scheduled', 'queued', 'sending', 'sent', 'failed', 'bounced'] },
        _id: { $ne: id },
      },
      { session, limit: mostADay },
    );
    if (sameDay >= mostADay)
      throw new Problem('mail-limit-reached', {
        detail: `One person sends ${mostADay} letters a day. Schedule it for another one.`,
      });
  }

  async #ownsRecord(principal: Principal, key: string): Promise<boolean> {
    if (principal.userId === null) return false;
    const [entity, id] = key.split(':') as [(typeof linkKinds)[number], string];
    if (!linkKinds.includes(entity)) return false;
    const owned = {
      _id: id,
      orgId: principal.orgId,
      ownerId: principal.userId,
      deletedAt: null,
    } as AnyFilter;
    return (
      (await this.mongo.db
        .collection<AnyDocument>(collectionOf[entity])
        .findOne(owned, { projection: { _id: 1 } })) !== null
    );
  }
}

const writableFields: Partial<Record<keyof EmailDocument, true>> = {
  to: true,
  cc: true,
  bcc: true,
  subject: true,
  bodyHtml: true,
  templateId: true,
  links: true,
  fileIds: true,
  tracking: true,
};

/** The links that a list's filter names, where it names whole ones. */
function linksAsked(condition: unknown): string[] {
  const { in: many = [], eq } = (condition ?? {}) as { in?: string[]; eq?: string };
  return [...many, ...(eq === undefined ? [] : [eq])];
}

function refuseUnfinished({ to, subject, bodyText }: EmailDocument): void {
  if (to.length === 0) throw invalid('#/to', 'to.required', 'Say who gets it.');
  if (subject === '') throw invalid('#/subject', 'subject.required', 'Give it a subject.');
  if (bodyText === '') throw invalid('#/bodyHtml', 'bodyHtml.required', 'Write something.');
}

const missing = (names: readonly string[]) =>
  new Problem('validation', {
    detail: `Nothing is known for ${names.map((name) => `{{${name}}}`).join(', ')}: fill it in, or take it out.`,
    errors: names.map((name) => ({
      pointer: '#/bodyHtml',
      code: 'placeholder.missing',
      detail: `Nothing is known for {{${name}}}`,
    })),
    extra: { missing: names },
  });

const exampleData = () => new Problem('conflict', { detail: 'Example data gets and sends no e-mail.' });
