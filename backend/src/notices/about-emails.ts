import type { ClientSession } from 'mongodb';
import { linkedRecord } from '../activities/links.ts';
import type { EmailDocument } from '../emails/email.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import { principalOf } from '../users/principal-of.ts';
import type { UserDocument } from '../users/user.ts';
import { notify } from './notify.ts';
import { adminsOf } from './people.ts';

type Within = { session: ClientSession; tell: (...messages: Message[]) => void };

/** Tells who wrote a letter that somebody opened a link of it: of the first one. */
export const notifyClicked = (mongo: Mongo, email: EmailDocument, within: Within): Promise<void> =>
  tellAuthor(mongo, email, 'email_clicked', `email_clicked:${email._id}`, within);

/** Tells who wrote a letter that it did not leave or was refused; and the admins, once a day, where the mail server is why. */
export async function notifyUndelivered(mongo: Mongo, email: EmailDocument, within: Within): Promise<void> {
  const { _id, orgId, status, version, error } = email;
  if (status !== 'failed' && status !== 'bounced') return;
  await tellAuthor(mongo, email, `email_${status}`, `email_${status}:${_id}:${version}`, within);
  if (status === 'failed') await notifyMailFailing(mongo, orgId, error?.code, within);
}

/** Tells the admins that no letter leaves: once a day (of UTC), whatever number of letters fails. */
export async function notifyMailFailing(
  mongo: Mongo,
  orgId: string,
  code: string | undefined,
  within: Within,
): Promise<void> {
  if (code !== 'unavailable' && code !== 'not-configured') return;
  const to = await adminsOf(mongo, orgId);
  const occasion = `mail_failing:${new Date().toISOString().slice(0, 10)}`;
  await notify(mongo, { orgId, kind: 'mail_failing', to, actorId: null, occasion, data: { code } }, within);
}

/** A letter is its author's, also where what it is about is out of their reach by now: then that is left out. */
async function tellAuthor(
  mongo: Mongo,
  { orgId, ownerId, links: [link], subject, to, error, isDemo }: EmailDocument,
  kind: 'email_clicked' | 'email_failed' | 'email_bounced',
  occasion: string,
  within: Within,
): Promise<void> {
  const author =
    ownerId === null || isDemo
      ? null
      : await mongo.db.collection<UserDocument>('users').findOne({ _id: ownerId, orgId });
  if (!author) return;
  const visible = link && (await linkedRecord(mongo, await principalOf(mongo, author), link));
  const record = visible ? { ...link, ownerId: (visible.ownerId as string | null) ?? null } : null;
  const data = { subject, to: to.join(', '), code: error?.code ?? null };
  await notify(mongo, { orgId, kind, to: [author._id], actorId: null, occasion, record, data }, within);
}
