import type { ClientSession } from 'mongodb';
import type { ActivityDocument } from '../activities/activity.ts';
import { linkedRecord } from '../activities/links.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { invalid } from '../problem.ts';
import { principalOf } from '../users/principal-of.ts';
import type { UserDocument } from '../users/user.ts';
import { notify } from './notify.ts';

/**
 * Tells the colleagues whom an activity names. @throws {Problem} `validation` when one of them is not here or may not see
 * what it is about: the writer would wait for an answer that cannot come.
 */
export async function notifyMentioned(
  mongo: Mongo,
  by: Principal,
  { _id, orgId, mentions = [], links: [link] }: ActivityDocument,
  within: { session: ClientSession; tell: (...messages: Message[]) => void },
): Promise<void> {
  if (mentions.length === 0 || !link) return;
  const record = await linkedRecord(mongo, by, link, within.session);
  const wanted = [...new Set(mentions)];
  const people = await mongo.db
    .collection<UserDocument>('users')
    .find({ _id: { $in: wanted }, orgId, status: 'active' })
    .toArray();
  if (people.length < wanted.length)
    throw invalid('#/mentions', 'mentions.unknown', 'There is no such active user.');
  for (const person of people)
    if (!(await linkedRecord(mongo, await principalOf(mongo, person), link)))
      throw invalid('#/mentions', 'mentions.out-of-reach', `${person.name} may not see this ${link.entity}.`);
  await notify(
    mongo,
    {
      orgId,
      kind: 'mention',
      to: wanted,
      actorId: by.userId,
      occasion: `mention:${_id}`,
      record: {
        ...link,
        ownerId: (record?.ownerId as string | null | undefined) ?? null,
        isDemo: record?.isDemo as boolean | undefined,
      },
      data: { actor: by.name },
    },
    within,
  );
}
