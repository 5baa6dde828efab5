import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { idParams } from '../records/record-routes.ts';
import { type PipelineStore, pipelineBody, pipelineView } from './pipeline.ts';

/** Pipelines over HTTP: everyone sees them, admins shape them. */
export const pipelineRoutes: FastifyPluginAsyncZod<{ pipelines: PipelineStore }> = async (
  app,
  { pipelines },
) => {
  const tags = ['pipelines'];
  const config = { access: 'configure' } as const;
  app.get(
    '/pipelines',
    {
      config: { access: 'user' },
      schema: { tags, response: { 200: z.object({ data: z.array(pipelineView) }) } },
    },
    async ({ principal }) => ({
      data: await pipelines.list(principal.orgId),
    }),
  );
  app.post(
    '/pipelines',
    { config, schema: { tags, body: pipelineBody, response: { 201: pipelineView } } },
    async ({ principal, body }, reply) => reply.code(201).send(await pipelines.create(principal, body)),
  );
  app.put(
    '/pipelines/:id',
    {
      config,
      schema: {
        tags,
        params: idParams,
        headers: ifMatchHeaders,
        body: pipelineBody,
        response: { 200: pipelineView },
      },
    },
    async ({ principal, params, headers, body }) =>
      pipelines.update(principal, params.id, requiredVersion(headers['if-match']), body),
  );
};
