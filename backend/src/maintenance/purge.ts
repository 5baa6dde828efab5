import { linkKinds } from '../activities/activity.ts';
import { collectionOf } from '../activities/links.ts';
import { letGoOfFiles, purgeFiles } from '../files/purge.ts';
import type { AnyDocument } from '../mongo/document.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Handler } from '../queue/work.ts';

/** How long what is deleted can be restored. */
export const trashDays = 30;
/** Collections whose records go to the trash first. */
const withTrash = ['leads', 'contacts', 'companies', 'deals', 'tasks', 'templates', 'emails'] as const;

/** Deletes for good what has been in the trash for 30 days, with its files. */
export function purgeTrash(mongo: Mongo, now: () => Date = () => new Date()): Handler<'maintenance.purge'> {
  return async () => {
    const { db } = mongo;
    const before = new Date(now().getTime() - trashDays * 86_400_000);
    for (const entity of linkKinds) {
      const going = db
        .collection<AnyDocument>(collectionOf[entity])
        .find({ deletedAt: { $lt: before, $ne: null } })
        .project<{ _id: string; orgId: string }>({ orgId: 1 });
      for await (const { _id, orgId } of going) await letGoOfFiles(mongo, orgId, [{ entity, id: _id }]);
    }
    await purgeFiles(mongo, before, now());
    for (const name of withTrash)
      await db.collection(name).deleteMany({ deletedAt: { $lt: before, $ne: null } });
  };
}
