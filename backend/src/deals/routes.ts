import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Ai } from '../ai/ai.ts';
import { moneyShape } from '../fields/money.ts';
import { line, prose } from '../fields/text.ts';
import { filterSchema } from '../http/filter.ts';
import { filterContext } from '../http/filter-context.ts';
import { etag, ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { idSchema } from '../mongo/id.ts';
import { pipelineView } from '../pipelines/pipeline.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import { dealCreate, dealFilters, dealPatch, dealQuery, dealSchema } from './deal.ts';
import type { DealStore } from './store.ts';

const placeSchema = z.strictObject({
  stageId: idSchema,
  beforeId: idSchema.optional().describe('The card directly above the new place'),
  afterId: idSchema.optional().describe('The card directly below it; without either, the top of the stage'),
});
const boardSchema = z
  .object({
    pipeline: pipelineView,
    columns: z.array(
      z.object({
        stageId: idSchema,
        count: z.number().int(),
        sums: z
          .array(
            z.object({
              ...moneyShape,
              weightedCents: z.number().int().describe('Each deal times its chance'),
            }),
          )
          .describe('One for each currency of its deals'),
        deals: z.array(dealSchema).describe('The first 30'),
        nextCursor: z
          .string()
          .nullable()
          .describe(
            'Of the rest: GET /deals with this stage and filter, status open, sort=rank and this cursor',
          ),
      }),
    ),
  })
  .meta({ id: 'Board' });

/** Deals over HTTP: the usual paths, the board, and how a deal goes through its pipeline. */
export async function dealRoutes(
  app: FastifyInstance,
  { deals, ai }: { deals: DealStore; ai: Ai },
): Promise<void> {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const config = { access: 'user' } as const;
  const tags = ['deals'];

  api.get(
    '/deals/board',
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({ pipelineId: idSchema.optional(), filter: filterSchema(dealFilters) }),
        response: { 200: boardSchema },
      },
    },
    async ({ principal, query }) =>
      deals.board(principal, query.pipelineId, query.filter, filterContext(principal)),
  );

  recordRoutes(app, deals, {
    path: 'deals',
    view: dealSchema,
    create: dealCreate as never,
    patch: dealPatch,
    query: dealQuery,
  });

  const step = <Body extends z.ZodType>(
    name: string,
    body: Body,
    take: (request: {
      principal: Parameters<DealStore['win']>[0];
      id: string;
      version: number;
      body: z.output<Body>;
    }) => Promise<z.infer<typeof dealSchema>>,
  ) =>
    api.post(
      `/deals/:id/${name}`,
      {
        config,
        schema: { tags, params: idParams, headers: ifMatchHeaders, body, response: { 200: dealSchema } },
      },
      async (request, reply) => {
        const { principal, params, headers } = request;
        const deal = await take({
          principal,
          id: params.id,
          version: requiredVersion(headers['if-match']),
          body: request.body as z.output<Body>,
        });
        return reply.header('etag', etag(deal.version)).send(deal);
      },
    );
  const nothing = z.strictObject({}).default({});
  step('move', placeSchema, ({ principal, id, version, body }) => deals.move(principal, id, version, body));
  step('win', nothing, ({ principal, id, version }) => deals.win(principal, id, version));
  step(
    'lose',
    z.strictObject({ reason: line(100), note: prose(2000).nullable().default(null) }),
    ({ principal, id, version, body }) => deals.lose(principal, id, version, body),
  );
  step('reopen', nothing, ({ principal, id, version }) => deals.reopen(principal, id, version));

  api.post(
    '/deals/:id/predict',
    { config, schema: { tags, params: idParams, response: { 200: dealSchema } } },
    async ({ principal, params }) => ai.predictDeal(principal, params.id),
  );
}
