import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { TaskDocument } from '../tasks/task.ts';
import { notify } from './notify.ts';

/** The longest time that a reminder may be set before its task. */
const longestMs = 7 * 86_400_000;
/** Of what was due longer ago, as when the worker was away, the morning speaks. */
const pastMs = 86_400_000;

/** Reminds people of their tasks when the time has come that they set, once. */
export async function remindOfTasks(
  { mongo, outbox }: { mongo: Mongo; outbox: Outbox },
  now = new Date(),
): Promise<void> {
  const tasks = mongo.db.collection<TaskDocument>('tasks');
  const soon = tasks.find({
    status: 'open',
    remindedAt: null,
    dueAt: { $gte: new Date(now.getTime() - pastMs), $lte: new Date(now.getTime() + longestMs) },
    deletedAt: null,
    reminderMin: { $ne: null },
  } as object);
  for await (const task of soon) {
    const { _id, orgId, dueAt, reminderMin, assigneeId, title, version } = task;
    if (reminderMin === null || dueAt.getTime() - reminderMin * 60_000 > now.getTime()) continue;
    await outbox.commit(async (session, tell) => {
      // A reminder is nobody's edit: no new version. A task that was changed meanwhile is looked at in the next minute.
      const { modifiedCount } = await tasks.updateOne(
        { _id, version, remindedAt: null, status: 'open', deletedAt: null },
        { $set: { remindedAt: now } },
        { session },
      );
      if (modifiedCount === 0 || task.isDemo) return;
      await notify(
        mongo,
        {
          orgId,
          kind: 'task_due',
          to: [assigneeId],
          actorId: null,
          occasion: `task_due:${_id}:${dueAt.getTime()}:${reminderMin}`,
          taskId: _id,
          data: { title, dueAt: dueAt.toISOString() },
        },
        { session, tell },
      );
    });
  }
}
