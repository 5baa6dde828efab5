import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pageOf, pageParameters } from '../http/list.ts';
import { idParams } from '../records/record-routes.ts';
import { systemKinds, writtenKinds } from './activity.ts';
import { linkParameter } from './links.ts';
import { type ActivityStore, activityCreate, activityPatch, activityView } from './store.ts';

const allKinds: readonly string[] = [...writtenKinds, ...systemKinds];
const timelineQuery = z.strictObject({
  link: linkParameter.describe('Whose timeline: deal:665f1f77bcf86cd799439011'),
  kinds: z
    .string()
    .max(200)
    .transform((text) => text.split(','))
    .refine((kinds) => kinds.every((kind) => allKinds.includes(kind)), `must be of ${allKinds.join(', ')}`)
    .optional(),
  limit: pageParameters.limit,
  cursor: pageParameters.cursor,
});

/** Timelines, and what people write into them. */
export const activityRoutes: FastifyPluginAsyncZod<{ activities: ActivityStore }> = async (
  app,
  { activities },
) => {
  const config = { access: 'user' } as const;
  const tags = ['activities'];
  app.get(
    '/timeline',
    {
      config: { ...config, refuses: [404] },
      schema: { tags, querystring: timelineQuery, response: { 200: pageOf(activityView) } },
    },
    async ({ principal, query: { link, ...query } }) => activities.timeline(principal, link, query),
  );
  app.post(
    '/activities',
    { config, schema: { tags, body: activityCreate, response: { 201: activityView } } },
    async ({ principal, body }, reply) => reply.code(201).send(await activities.create(principal, body)),
  );
  app.patch(
    '/activities/:id',
    { config, schema: { tags, params: idParams, body: activityPatch, response: { 200: activityView } } },
    async ({ principal, params, body }) => activities.update(principal, params.id, body),
  );
  app.post(
    '/activities/:id/pin',
    {
      config,
      schema: {
        tags,
        params: idParams,
        body: z.strictObject({ pinned: z.boolean() }),
        response: { 200: activityView },
      },
    },
    async ({ principal, params, body }) => activities.update(principal, params.id, body, { anyone: true }),
  );
  app.delete(
    '/activities/:id',
    { config, schema: { tags, params: idParams, response: { 204: z.null() } } },
    async ({ principal, params }, reply) => {
      await activities.remove(principal, params.id);
      return reply.code(204).send(null);
    },
  );
};
