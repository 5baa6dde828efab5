import type { ActivityDocument, Link } from '../activities/activity.ts';
import { linkKey } from '../activities/activity.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { Problem } from '../problem.ts';

/** Refuses to use AI on what is about somebody who does not want that. */
export async function refuseOptedOut(
  mongo: Mongo,
  orgId: string,
  link: Link,
  record: AnyDocument,
): Promise<void> {
  const people: Link[] = [
    link,
    ...(link.entity === 'deal' && record.leadId ? [{ entity: 'lead' as const, id: record.leadId }] : []),
    ...(link.entity === 'deal'
      ? (record.contacts as { contactId: string }[]).map(({ contactId }) => ({
          entity: 'contact' as const,
          id: contactId,
        }))
      : []),
  ];
  if ((await optedOut(mongo, orgId, people)).size > 0) throw new Problem('ai-opted-out');
}

/** Those of the links that are people who opted out, as link keys. */
export async function optedOut({ db }: Mongo, orgId: string, links: readonly Link[]): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const [entity, collection] of [
    ['lead', 'leads'],
    ['contact', 'contacts'],
  ] as const) {
    const ids = links.filter((link) => link.entity === entity).map(({ id }) => id);
    if (ids.length === 0) continue;
    const people = await db
      .collection<AnyDocument>(collection)
      .find({ _id: { $in: ids }, orgId, 'consent.aiOptOut': true } as AnyFilter)
      .project<{ _id: string }>({ _id: 1 })
      .toArray();
    for (const { _id } of people) keys.add(linkKey({ entity, id: _id }));
  }
  return keys;
}

/** One happening as models are told of it. */
export interface Recent {
  id: string;
  kind: string;
  at: string;
  direction: string | null;
  text: string;
}

/** What happened last with a record, newest first, without what also concerns somebody who opted out. */
export async function recentOf(mongo: Mongo, orgId: string, link: Link, limit: number): Promise<Recent[]> {
  const activities = await mongo.db
    .collection<ActivityDocument>('activities')
    .find({ orgId, linkKeys: linkKey(link) })
    .sort({ occurredAt: -1, _id: -1 })
    .limit(limit)
    .toArray();
  const out = await optedOut(
    mongo,
    orgId,
    activities.flatMap(({ links }) => links),
  );
  return activities
    .filter(({ links }) => !links.some((one) => out.has(linkKey(one))))
    .map(({ _id, kind, occurredAt, direction, body, meta }) => ({
      id: _id,
      kind,
      at: occurredAt.toISOString(),
      direction,
      text: (plain(body) || Object.values(meta).filter(Boolean).join(' → ')).slice(0, 500),
    }));
}

/** The words of sanitised HTML. */
function plain(html: string): string {
  return html
    .replace(/<(br|\/p|\/li)\s*\/?>/g, '\n')
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim();
}
