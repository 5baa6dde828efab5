import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { line } from '../fields/text.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import { type CalendarSettings, TaskCalendar } from './calendar.ts';
import type { TaskStore } from './store.ts';
import { taskCreate, taskPatch, taskQuery, taskSchema } from './task.ts';

interface TaskRouteNeeds {
  tasks: TaskStore;
  mongo: Mongo;
  settings: CalendarSettings;
}

/** Tasks over HTTP, and one's own as a calendar. */
export async function taskRoutes(
  app: FastifyInstance,
  { tasks, mongo, settings }: TaskRouteNeeds,
): Promise<void> {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const calendar = new TaskCalendar(mongo, settings);
  const address = z.object({ url: z.string().describe('Whoever knows it reads the calendar') });
  const tags = ['tasks'];
  /** Machines have no tasks of their own. */
  const person = ({ userId }: Principal): string => {
    if (userId === null)
      throw new Problem('forbidden', { detail: 'Only a person has a calendar of their own.' });
    return userId;
  };
  api.get(
    '/tasks/calendar',
    { config: { access: 'user' }, schema: { tags, response: { 200: address } } },
    async ({ principal }) => ({ url: await calendar.address(person(principal)) }),
  );
  api.post(
    '/tasks/calendar/renew',
    { config: { access: 'user' }, schema: { tags, response: { 200: address } } },
    async ({ principal }) => ({ url: await calendar.renew(person(principal)) }),
  );
  api.get(
    '/tasks/calendar.ics',
    {
      config: { access: 'open', refuses: [404], rateLimit: { max: 120, timeWindow: '15 minutes' } },
      schema: { tags, querystring: z.strictObject({ token: z.string().max(100) }) },
    },
    async ({ query }, reply) =>
      reply
        .type('text/calendar; charset=utf-8')
        .header('cache-control', 'private, no-store')
        .send(await calendar.read(query.token)),
  );

  recordRoutes(app, tasks, {
    path: 'tasks',
    view: taskSchema,
    create: taskCreate,
    patch: taskPatch,
    query: taskQuery,
  });
  api.post(
    '/tasks/:id/complete',
    {
      config: { access: 'user' },
      schema: {
        tags,
        params: idParams,
        body: z.strictObject({ outcome: line(500).nullable().default(null), next: taskCreate.optional() }),
        response: { 200: z.object({ task: taskSchema, next: taskSchema.nullable() }) },
      },
    },
    async ({ principal, params, body }) => tasks.complete(principal, params.id, body.outcome, body.next),
  );
}
