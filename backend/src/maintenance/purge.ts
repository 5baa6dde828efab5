import type { Mongo } from '../mongo/mongo.ts';
import type { Handler } from '../queue/work.ts';

/** How long what is deleted can be restored. */
export const trashDays = 30;
/** Collections whose records go to the trash first. */
const withTrash = ['leads', 'contacts', 'companies', 'deals', 'tasks', 'templates', 'emails'] as const;

/** Deletes for good what has been in the trash for 30 days. */
export function purgeTrash({ db }: Mongo, now: () => Date = () => new Date()): Handler<'maintenance.purge'> {
  return async () => {
    const before = new Date(now().getTime() - trashDays * 86_400_000);
    for (const name of withTrash)
      await db.collection(name).deleteMany({ deletedAt: { $lt: before, $ne: null } });
  };
}
