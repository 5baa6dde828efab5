import type { Collection } from 'mongodb';
import sanitizeHtml from 'sanitize-html';
import { z } from 'zod';
import type { Audit } from '../audit/audit.ts';
import { announcement } from '../events/event.ts';
import { listPage } from '../http/list.ts';
import { RememberedRows } from '../http/rows.ts';
import type { AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { notifyMentioned } from '../notices/mentioned.ts';
import type { Message, Outbox } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import {
  type ActivityDocument,
  type Link,
  linkKey,
  linkSchema,
  newActivity,
  outcomes,
  systemKinds,
  writtenKinds,
} from './activity.ts';
import { expandLinks, mustSee, touchLinked } from './links.ts';

const bodySchema = z.string().max(20_000).transform(sanitise);

export const activityCreate = z
  .strictObject({
    kind: z.enum(writtenKinds),
    links: z.array(linkSchema).min(1).max(10),
    body: bodySchema.default(''),
    outcome: z.enum(outcomes).nullable().default(null),
    direction: z.enum(['in', 'out']).nullable().default(null),
    durationSec: z.number().int().min(0).max(86_400).nullable().default(null),
    occurredAt: z.iso.datetime({ offset: true }).optional(),
    mentions: z.array(idSchema).max(20).default([]).describe('Colleagues who are told of it'),
  })
  .meta({ id: 'ActivityCreate' });
export const activityPatch = z
  .strictObject({ body: bodySchema, outcome: z.enum(outcomes).nullable() })
  .partial()
  .meta({ id: 'ActivityPatch' });
export const activityView = z
  .object({
    id: idSchema,
    kind: z.enum([...writtenKinds, ...systemKinds]),
    links: z.array(z.object({ entity: z.string(), id: idSchema })),
    body: z.string().describe('Sanitised HTML'),
    outcome: z.enum(outcomes).nullable(),
    direction: z.enum(['in', 'out']).nullable(),
    durationSec: z.number().int().nullable(),
    occurredAt: z.iso.datetime(),
    actorId: idSchema.nullable(),
    actorName: z.string(),
    pinned: z.boolean(),
    mentions: z.array(idSchema),
    meta: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  })
  .meta({ id: 'Activity' });

/** Keeps the few tags that notes need; everything else becomes text or goes. */
function sanitise(html: string): string {
  return sanitizeHtml(html, {
    allowedTags: ['b', 'strong', 'i', 'em', 'u', 's', 'p', 'br', 'ul', 'ol', 'li', 'a', 'blockquote'],
    allowedAttributes: { a: ['href'] },
    allowedSchemes: ['https', 'http', 'mailto', 'tel'],
    transformTags: { a: sanitizeHtml.simpleTransform('a', { rel: 'noopener noreferrer', target: '_blank' }) },
  });
}

/** What happened with a lead, contact, company or deal. Whoever may see the record may see its timeline. */
export class ActivityStore {
  readonly #mongo: Mongo;
  readonly #outbox: Outbox;
  readonly #audit: Audit;
  readonly #rows = new RememberedRows(view);

  constructor({ mongo, outbox, audit }: { mongo: Mongo; outbox: Outbox; audit: Audit }) {
    this.#mongo = mongo;
    this.#outbox = outbox;
    this.#audit = audit;
  }

  /** The timeline of one record, newest first. */
  async timeline(
    principal: Principal,
    link: Link,
    query: { kinds?: readonly string[] | undefined; limit: number; cursor?: string | undefined },
  ) {
    await mustSee(this.#mongo, principal, link);
    const filter = {
      orgId: principal.orgId,
      linkKeys: linkKey(link),
      ...(query.kinds && { kind: { $in: [...query.kinds] } }),
    };
    return listPage(
      this.#mongo,
      'activities',
      { filter: filter as AnyFilter, sort: '-occurredAt', limit: query.limit, cursor: query.cursor },
      this.#rows,
    );
  }

  async create(principal: Principal, given: z.output<typeof activityCreate>) {
    return this.#outbox.commit(async (session, tell) => {
      const links = await expandLinks(this.#mongo, principal, given.links, session);
      const occurredAt = given.occurredAt === undefined ? new Date() : new Date(given.occurredAt);
      const activity = newActivity(principal, { ...given, links, occurredAt });
      await this.#activities.insertOne(activity, { session });
      await notifyMentioned(this.#mongo, principal, activity, { session, tell });
      const answered = given.kind !== 'note' && given.direction !== 'in';
      await touchLinked(this.#mongo, principal.orgId, links, { at: occurredAt, answered }, session);
      tell(...(await this.#told(principal, activity, 'activity.created')));
      return view(activity);
    });
  }

  /** Changes one's own words; an admin's reach is wider. What the system wrote stays. */
  async update(principal: Principal, id: string, patch: Partial<ActivityDocument>, { anyone = false } = {}) {
    return this.#outbox.commit(async (session, tell) => {
      const before = await this.#find(principal, id);
      if (!anyone) refuseForeign(principal, before);
      const after = { ...before, ...patch };
      await this.#activities.updateOne({ _id: id, orgId: principal.orgId }, { $set: patch }, { session });
      await this.#audit.record(
        principal,
        { action: 'activity.updated', entity: 'activity', entityId: id, before, after: patch },
        session,
      );
      tell(...(await this.#told(principal, after, 'activity.updated')));
      return view(after);
    });
  }

  async remove(principal: Principal, id: string): Promise<void> {
    await this.#outbox.commit(async (session, tell) => {
      const before = await this.#find(principal, id);
      refuseForeign(principal, before);
      await this.#activities.deleteOne({ _id: id, orgId: principal.orgId }, { session });
      await this.#audit.record(
        principal,
        { action: 'activity.deleted', entity: 'activity', entityId: id },
        session,
      );
      tell(...(await this.#told(principal, before, 'activity.deleted')));
    });
  }

  /** The activity, if at least one of its records may be seen. */
  async #find(principal: Principal, id: string): Promise<ActivityDocument> {
    const found = await this.#activities.findOne({ _id: id, orgId: principal.orgId });
    for (const link of found?.links ?? []) {
      const visible = await mustSee(this.#mongo, principal, link).catch((error) => {
        if (error instanceof Problem) return null;
        throw error;
      });
      if (visible) return found!;
    }
    throw new Problem('not-found');
  }

  /** One announcement for each linked record, to whoever may see that record. */
  async #told(
    principal: Principal,
    { _id, orgId, links }: ActivityDocument,
    type: string,
  ): Promise<Message[]> {
    const messages: Message[] = [];
    for (const link of links) {
      const record = await mustSee(this.#mongo, principal, link).catch(() => null);
      if (!record) continue;
      const audience = { orgId, kind: link.entity, ownerId: (record.ownerId as string | null) ?? null };
      messages.push({
        announcement: announcement(audience, {
          type,
          entity: 'activity',
          entityId: _id,
          changed: [linkKey(link)],
          actorId: principal.userId,
        }),
      });
    }
    return messages;
  }

  get #activities(): Collection<ActivityDocument> {
    return this.#mongo.db.collection('activities');
  }
}

function refuseForeign(principal: Principal, { kind, actorId }: ActivityDocument): void {
  if (!(writtenKinds as readonly string[]).includes(kind))
    throw new Problem('forbidden', { detail: 'The system wrote this; it stays as it is.' });
  if (principal.role !== 'admin' && actorId !== principal.userId)
    throw new Problem('forbidden', { detail: 'Somebody else wrote this.' });
}

function view(activity: ActivityDocument): z.infer<typeof activityView> {
  const {
    _id,
    kind,
    links,
    body,
    outcome,
    direction,
    durationSec,
    occurredAt,
    actorId,
    actorName,
    pinned,
    mentions = [],
    meta,
  } = activity;
  return {
    id: _id,
    kind,
    links,
    body,
    outcome,
    direction,
    durationSec,
    occurredAt: occurredAt.toISOString(),
    actorId,
    actorName,
    pinned,
    mentions,
    meta,
  };
}
