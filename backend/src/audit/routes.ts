import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { field, filterSchema, toMongoFilter } from '../http/filter.ts';
import { filterContext } from '../http/filter-context.ts';
import { pageOf, pageParameters } from '../http/list.ts';
import { idSchema } from '../mongo/id.ts';
import { auditEntities } from './actions.ts';
import { type Audit, auditEntrySchema } from './audit.ts';

const { limit, cursor } = pageParameters;
const auditFilters = {
  actorId: field.id('actor.userId'),
  entity: field.word(auditEntities),
  at: field.date(),
};
const query = z.strictObject({
  limit,
  cursor,
  actorId: idSchema.optional(),
  filter: filterSchema(auditFilters),
  entity: z
    .string()
    .regex(/^[a-z-]{1,30}:[0-9a-f]{24}$/)
    .optional()
    .meta({ description: 'One record, such as lead:665f1f77bcf86cd799439011' }),
});

/** The audit log. */
export const auditRoutes: FastifyPluginAsyncZod<{ audit: Audit }> = async (app, { audit }) => {
  app.get(
    '/audit',
    {
      config: { access: 'administer' },
      schema: { tags: ['audit'], querystring: query, response: { 200: pageOf(auditEntrySchema) } },
    },
    async ({ principal, query: { actorId, entity, filter, ...page } }) =>
      audit.list(
        principal.orgId,
        {
          $and: [
            toMongoFilter(filter, auditFilters, filterContext(principal)),
            { ...(actorId && { 'actor.userId': actorId }), ...(entity && { entityKey: entity }) },
          ],
        },
        page,
      ),
  );
};
