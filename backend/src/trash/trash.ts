import { z } from 'zod';
import { linkKinds } from '../activities/activity.ts';
import { afterCursor, cursorAfter, mongoSort, orderOf } from '../http/cursor.ts';
import { trashDays } from '../maintenance/purge.ts';
import type { AnyDocument, AnyFilter } from '../mongo/document.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { collectionOf } from '../records/references.ts';
import { recordTitle } from '../records/title.ts';

export const trashKinds = [...linkKinds, 'task', 'template'] as const;
type TrashKind = (typeof trashKinds)[number];

export const trashedSchema = z
  .object({
    entity: z.enum(trashKinds),
    id: idSchema,
    name: z.string(),
    deletedAt: z.iso.datetime(),
    deletedBy: idSchema.nullable(),
    goneAt: z.iso.datetime().describe(`Deleted for good then, ${trashDays} days after it came here`),
  })
  .meta({ id: 'Trashed' });
type Trashed = z.output<typeof trashedSchema>;

const order = orderOf('-deletedAt');

interface TrashQuery {
  kind?: TrashKind | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** What the principal may restore, of all kinds, what was deleted last first. */
export async function listTrash({ db }: Mongo, principal: Principal, { kind, limit, cursor }: TrashQuery) {
  const kinds = kind === undefined ? trashKinds : [kind];
  const found = await Promise.all(
    kinds.map(async (entity) => {
      const inTrash = { ...policy(principal, 'delete', entity), deletedAt: { $ne: null } };
      const filter = cursor === undefined ? inTrash : { $and: [inTrash, afterCursor(order, cursor)] };
      const records = await db
        .collection<AnyDocument>(collectionOf[entity])
        .find(filter as AnyFilter)
        .sort(mongoSort(order))
        .limit(limit + 1)
        .toArray();
      return records.map((record) => ({ entity, record }));
    }),
  );
  const all = found.flat().sort(({ record: a }, { record: b }) => later(a, b));
  const page = all.slice(0, limit);
  const last = page.at(-1);
  return {
    data: page.map(trashed),
    nextCursor: last && all.length > limit ? cursorAfter(order, last.record) : null,
  };
}

/** Nothing of a record changes in the trash, so whoever changed it last put it there. */
function trashed({ entity, record }: { entity: TrashKind; record: AnyDocument }): Trashed {
  const deletedAt = record.deletedAt as Date;
  return {
    entity,
    id: record._id,
    name: recordTitle(record),
    deletedAt: deletedAt.toISOString(),
    deletedBy: record.updatedBy ?? null,
    goneAt: new Date(deletedAt.getTime() + trashDays * 86_400_000).toISOString(),
  };
}

const later = (a: AnyDocument, b: AnyDocument): number =>
  b.deletedAt - a.deletedAt || (a._id < b._id ? 1 : -1);
