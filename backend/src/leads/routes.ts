import type { FastifyInstance } from 'fastify';
import { recordRoutes } from '../records/record-routes.ts';
import { leadCreate, leadPatch, leadQuery, leadSchema } from './schema.ts';
import type { LeadStore } from './store.ts';

/** Leads over HTTP. */
export async function leadRoutes(app: FastifyInstance, { leads }: { leads: LeadStore }): Promise<void> {
  recordRoutes(app, leads, {
    path: 'leads',
    view: leadSchema,
    create: leadCreate,
    patch: leadPatch,
    query: leadQuery,
  });
}
