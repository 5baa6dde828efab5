import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Contents } from '../files/contents.ts';
import { headersOf } from '../files/routes.ts';
import { etag, ifMatchHeaders, requiredVersion } from '../http/version.ts';
import { Mailer } from '../mail/mailer.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import { Problem } from '../problem.ts';
import { idParams, recordRoutes } from '../records/record-routes.ts';
import type { Settings } from '../settings.ts';
import { emailCreate, emailPatch, emailQuery, emailSchemaOut, mustBe } from './email.ts';
import type { EmailStore } from './store.ts';

interface Needs {
  emails: EmailStore;
  settings: Settings;
  mongo: Mongo;
}

/** Letters over HTTP. */
export async function emailRoutes(app: FastifyInstance, { emails, settings, mongo }: Needs): Promise<void> {
  recordRoutes(app, emails, {
    path: 'emails',
    view: emailSchemaOut,
    create: emailCreate,
    patch: emailPatch,
    query: emailQuery,
  });
  const postage = new Mailer(settings);
  const contents = new Contents(mongo);
  const api = app.withTypeProvider<ZodTypeProvider>();
  const config = { access: 'user' } as const;
  api.get(
    '/emails/:id/files/:fileId',
    {
      config,
      schema: {
        tags: ['emails'],
        params: z.strictObject({ id: idSchema, fileId: idSchema }),
        description: 'The bytes of what goes with a letter, for whoever may read the letter',
      },
    },
    async ({ principal, params }, reply) => {
      const { files } = await emails.get(principal, params.id);
      const file = files.find(({ id }) => id === params.fileId);
      if (!file) throw new Problem('not-found');
      return reply.headers(headersOf(file)).send(contents.open(file.id));
    },
  );
  const schema = {
    tags: ['emails'],
    params: idParams,
    headers: ifMatchHeaders,
    response: { 200: emailSchemaOut },
  };

  api.post('/emails/:id/send', { config, schema }, async ({ principal, params, headers }, reply) => {
    const email = await emails.send(principal, params.id, requiredVersion(headers['if-match']), { postage });
    return reply.header('etag', etag(email.version)).send(email);
  });

  api.post(
    '/emails/:id/schedule',
    { config, schema: { ...schema, body: z.strictObject({ at: z.iso.datetime({ offset: true }) }) } },
    async ({ principal, params, headers, body }, reply) => {
      const version = requiredVersion(headers['if-match']);
      const email = await emails.send(principal, params.id, version, { postage, at: new Date(body.at) });
      return reply.header('etag', etag(email.version)).send(email);
    },
  );

  api.post('/emails/:id/cancel', { config, schema }, async ({ principal, params, headers }, reply) => {
    const email = await emails.cancel(principal, params.id, requiredVersion(headers['if-match']));
    return reply.header('etag', etag(email.version)).send(email);
  });

  api.post('/emails/:id/retry', { config, schema }, async ({ principal, params, headers }, reply) => {
    mustBe(await emails.find(principal, 'write', params.id), ['failed', 'bounced']);
    const email = await emails.send(principal, params.id, requiredVersion(headers['if-match']), { postage });
    return reply.header('etag', etag(email.version)).send(email);
  });

  api.post(
    '/emails/:id/mark-replied',
    {
      config,
      schema: { ...schema, body: z.strictObject({ replied: z.boolean() }) },
    },
    async ({ principal, params, headers, body }, reply) => {
      const version = requiredVersion(headers['if-match']);
      const email = await emails.markReplied(principal, params.id, version, body.replied);
      return reply.header('etag', etag(email.version)).send(email);
    },
  );
}
