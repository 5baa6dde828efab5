import type { FastifyInstance } from 'fastify';
import { recordRoutes } from '../records/record-routes.ts';
import { type CompanyStore, companyCreate, companyPatch, companyQuery, companySchema } from './company.ts';

/** Companies over HTTP. */
export async function companyRoutes(
  app: FastifyInstance,
  { companies }: { companies: CompanyStore },
): Promise<void> {
  recordRoutes(app, companies, {
    path: 'companies',
    view: companySchema,
    create: companyCreate,
    patch: companyPatch,
    query: companyQuery,
  });
}
