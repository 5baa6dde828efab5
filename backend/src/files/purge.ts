import type { ClientSession } from 'mongodb';
import { type Link, linkKey } from '../activities/activity.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { Contents } from './contents.ts';
import type { FileDocument } from './file.ts';

/** An upload that has not come to its end by then never will. */
const longestUploadMs = 86_400_000;

/** Frees files from records that go for good; those that belong to nothing else are gone with the next purge. */
export async function letGoOfFiles(
  { db }: Mongo,
  orgId: string,
  records: readonly Link[],
  session?: ClientSession,
): Promise<void> {
  const keys = records.map(linkKey);
  await db
    .collection<FileDocument>('files')
    .updateMany(
      { orgId, linkKeys: { $in: keys } },
      { $pull: { linkKeys: { $in: keys }, links: { id: { $in: records.map(({ id }) => id) } } } },
      { session },
    );
}

/** Takes out for good what was deleted before a moment, what belongs to no record any more, and uploads that were cut off. */
export async function purgeFiles(mongo: Mongo, deletedBefore: Date, now: Date): Promise<void> {
  const contents = new Contents(mongo);
  const files = mongo.db.collection<FileDocument>('files');
  const begun = new Date(now.getTime() - longestUploadMs);
  const gone = files
    .find({
      $or: [
        { deletedAt: { $lt: deletedBefore, $ne: null } },
        { linkKeys: [] },
        { storedAt: null, createdAt: { $lt: begun } },
      ],
    })
    .project<{ _id: string }>({ _id: 1 });
  for await (const { _id } of gone) {
    // A letter keeps what went with it.
    if (await mongo.db.collection('emails').findOne({ 'files.id': _id }, { projection: { _id: 1 } }))
      continue;
    await contents.drop(_id);
    await files.deleteOne({ _id });
  }
}
