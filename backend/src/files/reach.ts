import type { ClientSession } from 'mongodb';
import type { Link } from '../activities/activity.ts';
import { collectionOf } from '../activities/links.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { type Action, policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';

/**
 * Whoever may see one of the records sees its files, and whoever may change it changes them. Out of sight, and in the
 * trash, is `not-found`; what may only be read is `forbidden` to change.
 */
export async function mustReach(
  { db }: Mongo,
  principal: Principal,
  action: Action,
  links: readonly Link[],
  session?: ClientSession,
): Promise<void> {
  const ask = async (wanted: Action): Promise<boolean> => {
    for (const { entity, id } of links) {
      const reached = { ...policy(principal, wanted, entity), _id: id, deletedAt: null } as AnyFilter;
      const records = db.collection<AnyDocument>(collectionOf[entity]);
      if (await records.findOne(reached, { session, projection: { _id: 1 } })) return true;
    }
    return false;
  };
  if (await ask(action)) return;
  throw new Problem(action !== 'read' && (await ask('read')) ? 'forbidden' : 'not-found');
}
