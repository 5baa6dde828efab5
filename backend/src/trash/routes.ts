import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pageParameters } from '../http/list.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { listTrash, trashedSchema, trashKinds } from './trash.ts';

/** What was deleted and can still be restored, by `POST /{noun}/{id}/restore`. */
export const trashRoutes: FastifyPluginAsyncZod<{ mongo: Mongo }> = async (app, { mongo }) => {
  app.get(
    '/trash',
    {
      config: { access: 'user' },
      schema: {
        tags: ['trash'],
        querystring: z.strictObject({
          kind: z.enum(trashKinds).optional(),
          limit: pageParameters.limit,
          cursor: pageParameters.cursor,
        }),
        response: { 200: z.object({ data: z.array(trashedSchema), nextCursor: z.string().nullable() }) },
      },
    },
    async ({ principal, query }) => listTrash(mongo, principal, query),
  );
};
