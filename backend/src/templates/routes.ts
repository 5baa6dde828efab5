import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { linkSchema } from '../activities/activity.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import { render, renderedSchema } from './render.ts';
import type { TemplateStore } from './store.ts';
import { templateCreate, templatePatch, templateQuery, templateSchema, templateText } from './template.ts';
import { refuseUnknownVariables } from './variables.ts';

const links = z.array(linkSchema).max(10).default([]);

/** Templates over HTTP, and what one says about a real record, also while it is still being written. */
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
  const api = app.withTypeProvider<ZodTypeProvider>();
  api.post(
    '/templates/:id/render',
    {
      config: { access: 'user' },
      schema: {
        tags: ['templates'],
        params: idParams,
        body: z.strictObject({ links }).describe('The records whose values are filled in'),
        response: { 200: renderedSchema },
      },
    },
    async ({ principal, params, body }) => {
      const { subject, body: html } = await templates.get(principal, params.id);
      return render(mongo, principal, { subject, html, links: body.links });
    },
  );
  api.post(
    '/templates/preview',
    {
      config: { access: 'user' },
      schema: {
        tags: ['templates'],
        body: z
          .strictObject({ ...templateText, links })
          .describe('A text that is not saved, and such records'),
        response: { 200: renderedSchema },
      },
    },
    async ({ principal, body }) => {
      refuseUnknownVariables('#/subject', body.subject);
      refuseUnknownVariables('#/body', body.body);
      return render(mongo, principal, { subject: body.subject, html: body.body, links: body.links });
    },
  );
}
