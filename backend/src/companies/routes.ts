import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { filterContext } from '../http/filter-context.ts';
import { idSchema } from '../mongo/id.ts';
import { recordRoutes } from '../records/record-routes.ts';
import { type CompanyStore, companyCreate, companyPatch, companyQuery, companySchema } from './company.ts';

const mostSuggested = 10;
const suggestion = z
  .object({
    id: idSchema,
    name: z.string(),
    domain: z.string().nullable(),
    cnpj: z.string().nullable(),
  })
  .meta({ id: 'CompanySuggestion' });

/** Companies over HTTP: the usual paths, and those that fit what is being typed. */
export async function companyRoutes(
  app: FastifyInstance,
  { companies }: { companies: CompanyStore },
): Promise<void> {
  app.withTypeProvider<ZodTypeProvider>().get(
    '/companies/lookup',
    {
      config: { access: 'user' },
      schema: {
        tags: ['companies'],
        querystring: z.strictObject({
          q: z.string().trim().min(1).max(100).describe('Starts of words of name or domain, or of the CNPJ'),
        }),
        response: { 200: z.object({ data: z.array(suggestion) }) },
      },
    },
    async ({ principal, query }) => {
      const page = { q: query.q, limit: mostSuggested, sort: 'name' };
      const { data } = await companies.list(principal, page, filterContext(principal));
      return { data: data.map(({ id, name, domain, cnpj }) => ({ id, name, domain, cnpj })) };
    },
  );
  recordRoutes(app, companies, {
    path: 'companies',
    view: companySchema,
    create: companyCreate,
    patch: companyPatch,
    query: companyQuery,
  });
}
