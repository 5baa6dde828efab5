import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { filterContext } from '../http/filter-context.ts';
import { etag, ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { idSchema } from '../mongo/id.ts';
import { leadCreate, leadPage, leadPatch, leadQuery, leadSchema } from './schema.ts';
import type { LeadStore } from './store.ts';

const config = { access: 'user' } as const;
const tags = ['leads'];
const params = z.strictObject({ id: idSchema });
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((word) => word === 'true');

/** Leads over HTTP. */
export const leadRoutes: FastifyPluginAsyncZod<{ leads: LeadStore }> = async (app, { leads }) => {
  app.get(
    '/leads',
    { config, schema: { tags, querystring: leadQuery, response: { 200: leadPage } } },
    async (request) => leads.list(request.principal, request.query, filterContext(request.principal)),
  );

  app.post(
    '/leads',
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({ allowDuplicate: flag }),
        body: leadCreate,
        response: { 201: leadSchema },
      },
    },
    async (request, reply) => {
      const lead = await leads.create(request.principal, request.body, request.query);
      return reply
        .code(201)
        .header('location', `/api/v1/leads/${lead.id}`)
        .header('etag', etag(lead.version))
        .send(lead);
    },
  );

  app.get(
    '/leads/:id',
    { config, schema: { tags, params, response: { 200: leadSchema } } },
    async (request, reply) => {
      const lead = await leads.get(request.principal, request.params.id);
      return reply.header('etag', etag(lead.version)).send(lead);
    },
  );

  app.patch(
    '/leads/:id',
    {
      config,
      schema: { tags, params, headers: ifMatchHeaders, body: leadPatch, response: { 200: leadSchema } },
    },
    async (request, reply) => {
      const version = requiredVersion(request.headers['if-match']);
      const lead = await leads.update(request.principal, request.params.id, version, request.body);
      return reply.header('etag', etag(lead.version)).send(lead);
    },
  );

  app.delete(
    '/leads/:id',
    { config, schema: { tags, params, response: { 204: z.null() } } },
    async (request, reply) => {
      await leads.remove(request.principal, request.params.id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/leads/:id/restore',
    { config, schema: { tags, params, response: { 200: leadSchema } } },
    async (request) => leads.restore(request.principal, request.params.id),
  );
};
