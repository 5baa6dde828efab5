import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { pageOf, pageParameters } from '../http/list.ts';
import type { Letters } from '../mail/letters.ts';
import { idSchema } from '../mongo/id.ts';
import type { Mongo } from '../mongo/mongo.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { noticeView } from './notice.ts';
import { NoticeStore } from './store.ts';

const unread = z.number().int().describe('At most 100');

/** One's own notifications, and what was read of them. */
export const noticeRoutes: FastifyPluginAsyncZod<{ mongo: Mongo; outbox: Outbox; letters: Letters }> = async (
  app,
  { letters, ...needs },
) => {
  const notices = new NoticeStore(needs);
  const config = { access: 'user' } as const;
  const tags = ['notifications'];
  app.get(
    '/notifications',
    {
      config,
      schema: {
        tags,
        querystring: z.strictObject({ limit: pageParameters.limit, cursor: pageParameters.cursor }),
        response: {
          200: pageOf(noticeView).extend({
            unread,
            mailed: z.boolean().describe('Whether e-mail leaves this installation at all'),
          }),
        },
      },
    },
    async ({ principal, query }) => ({
      ...(await notices.list(principal, query)),
      mailed: letters.able,
    }),
  );
  app.post(
    '/notifications/read',
    {
      config,
      schema: {
        tags,
        body: z.strictObject({ ids: z.array(idSchema).min(1).max(100) }),
        response: { 200: z.object({ unread }) },
      },
    },
    async ({ principal, body }) => ({ unread: await notices.read(principal, body.ids) }),
  );
  app.post(
    '/notifications/read-all',
    { config, schema: { tags, response: { 200: z.object({ unread }) } } },
    async ({ principal }) => ({ unread: await notices.read(principal) }),
  );
};
