import type { ClientSession } from 'mongodb';
import { z } from 'zod';
import { announcement } from '../events/event.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid, Problem } from '../problem.ts';
import { type Link, type LinkKind, linkKey, linkKinds } from './activity.ts';

export const collectionOf: Record<LinkKind, string> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
  deal: 'deals',
};

/** A record in an address: `deal:665f1f77bcf86cd799439011`. */
export const linkParameter = z
  .string()
  .regex(new RegExp(`^(${linkKinds.join('|')}):[0-9a-f]{24}$`))
  .transform((text) => {
    const [entity, id] = text.split(':');
    return { entity, id } as Link;
  });

/** The record of a link, if the principal may read it. */
export async function linkedRecord(
  { db }: Mongo,
  principal: Principal,
  link: Link,
  session?: ClientSession,
): Promise<AnyDocument | null> {
  const visible = { ...policy(principal, 'read', link.entity), _id: link.id, deletedAt: null } as AnyFilter;
  return db.collection<AnyDocument>(collectionOf[link.entity]).findOne(visible, { session });
}

/** Refuses to show anything of a record that is out of reach. */
export async function mustSee(mongo: Mongo, principal: Principal, link: Link): Promise<AnyDocument> {
  const record = await linkedRecord(mongo, principal, link);
  if (!record) throw new Problem('not-found');
  return record;
}

/**
 * The links given, all of which the writer must see, and what they imply: a deal's company and contacts, a contact's
 * company, so that one call shows on all of them.
 */
export async function expandLinks(
  mongo: Mongo,
  principal: Principal,
  links: readonly Link[],
  session?: ClientSession,
): Promise<Link[]> {
  const all = new Map<string, Link>();
  for (const link of links) {
    const record = await linkedRecord(mongo, principal, link, session);
    if (!record) throw invalid('#/links', 'links.unknown', `There is no such ${link.entity}.`);
    for (const one of [link, ...impliedBy(link, record)]) all.set(linkKey(one), one);
  }
  return [...all.values()];
}

function impliedBy({ entity }: Link, record: AnyDocument): Link[] {
  const company: Link[] =
    typeof record.companyId === 'string' ? [{ entity: 'company', id: record.companyId }] : [];
  if (entity === 'contact') return company;
  if (entity !== 'deal') return [];
  return [
    ...company,
    ...(record.contacts as { contactId: string }[]).map(({ contactId }) => ({
      entity: 'contact' as const,
      id: contactId,
    })),
  ];
}

/** Notes on linked records that something happened: when last, and when somebody first answered a lead. */
export async function touchLinked(
  { db }: Mongo,
  orgId: string,
  links: readonly Link[],
  { at, answered }: { at: Date; answered: boolean },
  session: ClientSession,
): Promise<void> {
  for (const { entity, id } of links) {
    const records = db.collection<AnyDocument>(collectionOf[entity]);
    await records.updateOne({ _id: id, orgId }, { $max: { lastActivityAt: at } }, { session });
    if (entity === 'lead' && answered)
      await records.updateOne(
        { _id: id, orgId, firstResponseAt: null },
        { $set: { firstResponseAt: at } },
        { session },
      );
  }
}

/** One announcement for each linked record, to whoever may see that record. */
export async function tellLinked(
  { db }: Mongo,
  about: { _id: string; orgId: string; links: readonly Link[]; actorId: string | null },
  happening: { type: string; entity: string },
  { session, tell }: { session: ClientSession; tell: (...messages: Message[]) => void },
): Promise<void> {
  const { _id, orgId, links, actorId } = about;
  for (const link of links) {
    const record = await db
      .collection<AnyDocument>(collectionOf[link.entity])
      .findOne({ _id: link.id, orgId }, { session, projection: { ownerId: 1 } });
    if (!record) continue;
    const audience = { orgId, kind: link.entity, ownerId: (record.ownerId as string | null) ?? null };
    tell({
      announcement: announcement(audience, {
        ...happening,
        entityId: _id,
        changed: [linkKey(link)],
        actorId,
      }),
    });
  }
}
