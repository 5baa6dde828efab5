import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Ai } from '../ai/ai.ts';
import type { CompanyStore } from '../companies/company.ts';
import type { ContactStore } from '../contacts/contact.ts';
import { dealSchema } from '../deals/deal.ts';
import type { DealStore } from '../deals/store.ts';
import { line } from '../fields/text.ts';
import { ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import { assignBody, assignedSchema } from './assignment.ts';
import { convertBody, convertLead } from './convert.ts';
import { leadCreate, leadPatch, leadQuery, leadRowSchema, leadSchema } from './schema.ts';
import type { LeadStore } from './store.ts';

interface LeadRouteNeeds {
  mongo: Mongo;
  outbox: Outbox;
  leads: LeadStore;
  contacts: ContactStore;
  companies: CompanyStore;
  deals: DealStore;
  ai: Ai;
}

/** Leads over HTTP: the usual paths, conversion, and scores set by hand. */
export async function leadRoutes(app: FastifyInstance, needs: LeadRouteNeeds): Promise<void> {
  const { leads } = needs;
  const api = app.withTypeProvider<ZodTypeProvider>();
  const config = { access: 'user' } as const;
  const tags = ['leads'];
  recordRoutes(app, leads, {
    path: 'leads',
    view: leadSchema,
    row: leadRowSchema,
    create: leadCreate,
    patch: leadPatch,
    query: leadQuery,
  });

  api.post(
    '/leads/:id/convert',
    {
      config,
      schema: {
        tags,
        params: idParams,
        headers: ifMatchHeaders,
        body: convertBody,
        response: {
          200: z.object({
            lead: leadSchema,
            contactId: idSchema,
            companyId: idSchema.nullable(),
            deal: dealSchema.nullable(),
          }),
        },
      },
    },
    async ({ principal, params, headers, body }) =>
      convertLead(needs, principal, params.id, requiredVersion(headers['if-match']), body),
  );

  api.post(
    '/leads/assign',
    { config, schema: { tags, body: assignBody, response: { 200: assignedSchema } } },
    async ({ principal, body }) => leads.assign(principal, body),
  );

  api.post(
    '/leads/:id/score-override',
    {
      config,
      schema: {
        tags,
        params: idParams,
        headers: ifMatchHeaders,
        body: z.strictObject({ value: z.number().int().min(0).max(100), reason: line(300, 3) }).nullable(),
        response: { 200: leadSchema },
      },
    },
    async ({ principal, params, headers, body }) =>
      leads.overrideScore(principal, params.id, requiredVersion(headers['if-match']), body),
  );

  api.post(
    '/leads/:id/qualify',
    { config, schema: { tags, params: idParams, response: { 200: leadSchema } } },
    async ({ principal, params }) => needs.ai.qualifyLead(principal, params.id),
  );
}
