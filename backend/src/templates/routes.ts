import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { linkSchema } from '../activities/activity.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import { render, renderedSchema } from './render.ts';
import type { TemplateStore } from './store.ts';
import { templateCreate, templatePatch, templateQuery, templateSchema } from './template.ts';

/** Templates over HTTP, and what one says about a real record. */
export async function templateRoutes(
  app: FastifyInstance,
  { templates, mongo }: { templates: TemplateStore; mongo: Mongo },
): Promise<void> {
  recordRoutes(app, templates, {
    path: 'templates',
    view: templateSchema,
    create: templateCreate,
    patch: templatePatch,
    query: templateQuery,
  });
  app.withTypeProvider<ZodTypeProvider>().post(
    '/templates/:id/render',
    {
      config: { access: 'user' },
      schema: {
        tags: ['templates'],
        params: idParams,
        body: z
          .strictObject({ links: z.array(linkSchema).max(10).default([]) })
          .describe('The records whose values are filled in'),
        response: { 200: renderedSchema },
      },
    },
    async ({ principal, params, body }) => {
      const { subject, body: html } = await templates.get(principal, params.id);
      return render(mongo, principal, { subject, html, links: body.links });
    },
  );
}
