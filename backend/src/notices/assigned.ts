import type { ClientSession } from 'mongodb';
import type { Mongo } from '../mongo/mongo.ts';
import type { Message } from '../outbox/outbox.ts';
import type { Principal } from '../policy/principal.ts';
import { notify } from './notify.ts';

/** Tells somebody that another person, or a rule, gave them a record: each time that they are given it, of many at once by one notice. */
export async function notifyAssigned(
  mongo: Mongo,
  by: Pick<Principal, 'userId' | 'name'>,
  entity: 'lead' | 'deal',
  record: { _id: string; orgId: string; ownerId: string; version: number; isDemo?: boolean | undefined },
  within: { session: ClientSession; tell: (...messages: Message[]) => void },
): Promise<void> {
  const { _id: id, orgId, ownerId, version, isDemo } = record;
  await notify(
    mongo,
    {
      orgId,
      kind: `${entity}_assigned`,
      to: [ownerId],
      actorId: by.userId,
      occasion: `${entity}_assigned:${id}:${version}`,
      record: { entity, id, ownerId, isDemo },
      together: true,
      data: { actor: by.userId === null ? null : by.name },
    },
    within,
  );
}
