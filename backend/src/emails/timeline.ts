import type { ClientSession } from 'mongodb';
import { type ActivityDocument, type Link, newActivity } from '../activities/activity.ts';
import { tellLinked, touchLinked } from '../activities/links.ts';
import { newId } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import type { EmailDocument } from './email.ts';

interface Within {
  session: ClientSession;
  tell: (...messages: Message[]) => void;
}

/** What a timeline says of a letter; its text is for whoever may read the letter. */
const metaOf = (email: EmailDocument): ActivityDocument['meta'] => ({
  emailId: email._id,
  subject: email.subject,
  to: [...email.to, ...email.cc].join(', '),
  files: (email.files ?? []).map(({ name }) => name).join(', ') || null,
  status: email.status,
  error: email.error?.code ?? null,
  scheduledAt: email.scheduledAt?.toISOString() ?? null,
  openCountEst: email.openCountEst,
  clickCount: email.clickCount,
  repliedAt: email.repliedAt?.toISOString() ?? null,
});

/** Puts a letter on the timelines of what it is linked to. It has the letter's own id there. */
export async function enterTimeline(
  mongo: Mongo,
  principal: Principal,
  email: EmailDocument,
  links: Link[],
  within: Within,
): Promise<void> {
  if (links.length === 0) return;
  const activities = mongo.db.collection<ActivityDocument>('activities');
  const entry = newActivity(principal, {
    _id: email._id,
    kind: 'email',
    direction: 'out',
    links,
    meta: metaOf(email),
    occurredAt: email.scheduledAt ?? new Date(),
  });
  await activities.replaceOne({ _id: email._id }, entry, { session: within.session, upsert: true });
  await tellLinked(mongo, entry, { type: 'activity.created', entity: 'activity' }, within);
}

/** Takes one that was never sent off them again. */
export async function leaveTimeline(mongo: Mongo, email: EmailDocument, within: Within): Promise<void> {
  const gone = await mongo.db
    .collection<ActivityDocument>('activities')
    .findOneAndDelete({ _id: email._id, kind: 'email' }, { session: within.session });
  if (gone) await tellLinked(mongo, gone, { type: 'activity.deleted', entity: 'activity' }, within);
}

/** Keeps what the timelines say as the letter is; a letter that was sent is an answer to its lead. */
export async function keepTimeline(mongo: Mongo, email: EmailDocument, within: Within): Promise<void> {
  const { session } = within;
  const entry = await mongo.db
    .collection<ActivityDocument>('activities')
    .findOneAndUpdate(
      { _id: email._id, kind: 'email' },
      { $set: { meta: metaOf(email), ...(email.sentAt && { occurredAt: email.sentAt }) } },
      { session, returnDocument: 'after' },
    );
  if (!entry) return;
  if (email.status === 'sent' && email.sentAt)
    await touchLinked(mongo, email.orgId, entry.links, { at: email.sentAt, answered: true }, session);
  await tellLinked(mongo, entry, { type: 'activity.updated', entity: 'activity' }, within);
}

/** Remembers that an answer came, which only whoever got it knows. */
export async function rememberReply(
  mongo: Mongo,
  principal: Principal,
  email: EmailDocument,
  within: Within,
): Promise<void> {
  const activities = mongo.db.collection<ActivityDocument>('activities');
  const { session } = within;
  const sent = await activities.findOne({ _id: email._id, kind: 'email' }, { session });
  if (!sent?.linkKeys[0]) return;
  const reply = { kind: 'email', direction: 'in', 'meta.emailId': email._id } as const;
  await activities.deleteMany({ orgId: email.orgId, linkKeys: sent.linkKeys[0], ...reply }, { session });
  if (!email.repliedAt) return;
  const entry = newActivity(principal, {
    _id: newId(),
    kind: 'email',
    direction: 'in',
    links: sent.links,
    occurredAt: email.repliedAt,
    meta: { emailId: email._id, subject: email.subject, status: 'replied' },
  });
  await activities.insertOne(entry, { session });
  await touchLinked(mongo, email.orgId, sent.links, { at: email.repliedAt, answered: false }, session);
  await tellLinked(mongo, entry, { type: 'activity.created', entity: 'activity' }, within);
}
