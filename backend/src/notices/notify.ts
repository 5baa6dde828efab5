import type { ClientSession } from 'mongodb';
import type { Link } from '../activities/activity.ts';
import { announcement } from '../events/event.ts';
import { guard } from '../mongo/guard.ts';
import { newId } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import { permits } from '../policy/policy.ts';
import { job } from '../queue/jobs.ts';
import { principalOf } from '../users/principal-of.ts';
import { preferencesOf, type UserDocument } from '../users/user.ts';
import { type NoticeData, type NoticeDocument, noticesIn } from './notice.ts';
import type { NoticeKind } from './wishes.ts';

/** What happens in a moment becomes one e-mail. */
const gatherMs = 5000;
/** What joins a notice comes at most so long after the one before. */
const togetherMs = 60_000;
/** So many records a notice tells of; the next begins another. */
const mostTogether = 100;

export interface Occasion {
  orgId: string;
  kind: NoticeKind;
  /** Who is told. Whoever did it, left, is of the example data or may not see the record is passed over. */
  to: readonly (string | null)[];
  actorId: string | null;
  /** The same is told to a person once. */
  occasion: string;
  record?: (Link & { ownerId: string | null; isDemo?: boolean | undefined }) | null;
  taskId?: string;
  data?: NoticeData;
  /** Whether many of these at once are one notice: of the same kind and by the same person, within a minute, while it is unread. */
  together?: true;
}

/** Tells people of something, in the transaction of what causes it. Gives who was told. */
export async function notify(
  mongo: Mongo,
  { orgId, kind, to, actorId, occasion, record = null, taskId, data = {}, together }: Occasion,
  { session, tell }: { session: ClientSession; tell: (...messages: Message[]) => void },
): Promise<string[]> {
  const ids = [...new Set(to)].filter((id): id is string => id !== null && id !== actorId);
  if (ids.length === 0 || record?.isDemo) return [];
  const people = await mongo.db
    .collection<UserDocument>('users')
    .find({ _id: { $in: ids }, orgId, status: 'active', isDemo: { $ne: true } }, { session })
    .toArray();
  const now = new Date();
  const told: string[] = [];
  for (const person of people) {
    const channel = preferencesOf(person).notifications.channels[kind];
    if (channel === 'off') continue;
    if (record && !permits(await principalOf(mongo, person), 'read', record.entity, { ...record, orgId }))
      continue;
    const link = record && { entity: record.entity, id: record.id };
    const mail = { mailAt: channel === 'email' ? now : null, forDigest: channel === 'digest' };
    const joins = together && link ? `${kind}:${actorId}` : undefined;
    const joined = joins && link && (await join(mongo, person._id, { joins, link, now, mail }, session));
    const notice: Omit<NoticeDocument, 'userId' | 'occasion'> = {
      _id: newId(),
      orgId,
      kind,
      record: link,
      ...(joins && { joins }),
      taskId: taskId ?? null,
      data,
      at: now,
      readAt: null,
      channel,
      ...mail,
    };
    if (!joined) {
      const of = { userId: person._id, occasion };
      const { upsertedCount } = await noticesIn(mongo).updateOne(
        of,
        { $setOnInsert: notice },
        { upsert: true, session },
      );
      if (upsertedCount === 0) continue;
    }
    told.push(person._id);
    tell(
      joined
        ? announceNotice(joined, person._id, 'notification.updated')
        : announceNotice(notice, person._id, 'notification.created'),
    );
    if (channel === 'email')
      tell({
        job: job('notices.mail', { userId: person._id }, { debounce: { id: person._id, ms: gatherMs } }),
      });
  }
  return told;
}

interface Joining {
  joins: string;
  link: Link;
  now: Date;
  mail: Pick<NoticeDocument, 'mailAt' | 'forDigest'>;
}

/** Lets a notice that is there already tell of one record more; nothing where there is none to join. */
async function join(
  mongo: Mongo,
  userId: string,
  { joins, link, now, mail }: Joining,
  session: ClientSession,
): Promise<NoticeDocument | null> {
  // Two that come at the same moment would each begin one of their own.
  await guard(mongo, `notice:${userId}:${joins}`, session);
  const open = {
    userId,
    joins,
    readAt: null,
    at: { $gte: new Date(now.getTime() - togetherMs) },
    [`more.${mostTogether - 2}`]: { $exists: false },
  };
  // What it tells of already, it tells of once.
  const known = await noticesIn(mongo).findOne(
    { ...open, $or: [{ record: link }, { more: link }] },
    { session },
  );
  if (known) return known;
  return noticesIn(mongo).findOneAndUpdate(
    open,
    { $push: { more: link }, $set: { at: now, ...mail } },
    { session, returnDocument: 'after' },
  );
}

/** The announcement of somebody's notice, to that person alone. */
export const announceNotice = (
  { _id, orgId }: Pick<NoticeDocument, '_id' | 'orgId'>,
  userId: string,
  type: 'notification.created' | 'notification.updated',
): Message => ({
  announcement: announcement(
    { orgId, ownerId: null, userId },
    { type, entity: 'notification', entityId: _id },
  ),
});
