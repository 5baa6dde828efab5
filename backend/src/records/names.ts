import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { type Link, linkKinds } from '../activities/activity.ts';
import { collectionOf } from '../activities/links.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { policy } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { recordTitle } from './title.ts';

const mostAtOnce = 100;

export const recordNameSchema = z
  .object({
    entity: z.enum(linkKinds),
    id: idSchema,
    name: z.string(),
    deleted: z.boolean().describe('In the trash, or gone'),
  })
  .meta({ id: 'RecordName' });
export type RecordName = z.infer<typeof recordNameSchema>;

interface Named {
  _id: string;
  deletedAt?: Date | null;
}

/** What the records are called that the principal may see; others are left out. One question for each kind. */
export async function namesOf(
  { db }: Mongo,
  principal: Principal,
  links: readonly Link[],
): Promise<RecordName[]> {
  const byKind = Map.groupBy(links, ({ entity }) => entity);
  const found = await Promise.all(
    [...byKind].map(async ([entity, of]) => {
      const ids = [...new Set(of.map(({ id }) => id))];
      const records = await db
        .collection<Named>(collectionOf[entity])
        .find({ ...policy(principal, 'read', entity), _id: { $in: ids } } as never)
        .project<Named>({ name: 1, title: 1, firstName: 1, lastName: 1, deletedAt: 1 })
        .toArray();
      return records.map((record) => ({
        entity,
        id: record._id,
        name: recordTitle(record),
        deleted: record.deletedAt != null,
      }));
    }),
  );
  return found.flat();
}

const linksText = z
  .string()
  .max(mostAtOnce * 40)
  .transform((text) =>
    text.split(',').map((each) => {
      const [entity, id] = each.split(':');
      return { entity, id };
    }),
  )
  .pipe(z.array(z.strictObject({ entity: z.enum(linkKinds), id: idSchema })).max(mostAtOnce));

/** Names of records that are known by their ids only, as tasks and activities know them. */
export const recordNameRoutes: FastifyPluginAsyncZod<{ mongo: Mongo }> = async (app, { mongo }) => {
  app.get(
    '/records/names',
    {
      config: { access: 'user' },
      schema: {
        tags: ['records'],
        querystring: z.strictObject({ of: linksText.describe('`lead:<id>,deal:<id>`, at most 100') }),
        response: { 200: z.object({ data: z.array(recordNameSchema) }) },
      },
    },
    async ({ principal, query }) => ({ data: await namesOf(mongo, principal, query.of) }),
  );
};
