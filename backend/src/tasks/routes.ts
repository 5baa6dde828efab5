import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { line } from '../fields/text.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import type { TaskStore } from './store.ts';
import { taskCreate, taskPatch, taskQuery, taskSchema } from './task.ts';

/** Tasks over HTTP. */
export async function taskRoutes(app: FastifyInstance, { tasks }: { tasks: TaskStore }): Promise<void> {
  recordRoutes(app, tasks, {
    path: 'tasks',
    view: taskSchema,
    create: taskCreate,
    patch: taskPatch,
    query: taskQuery,
  });
  app.withTypeProvider<ZodTypeProvider>().post(
    '/tasks/:id/complete',
    {
      config: { access: 'user' },
      schema: {
        tags: ['tasks'],
        params: idParams,
        body: z.strictObject({ outcome: line(500).nullable().default(null), next: taskCreate.optional() }),
        response: { 200: z.object({ task: taskSchema, next: taskSchema.nullable() }) },
      },
    },
    async ({ principal, params, body }) => tasks.complete(principal, params.id, body.outcome, body.next),
  );
}
