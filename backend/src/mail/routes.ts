import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Mongo } from '../mongo/mongo.ts';
import type { OrgDocument } from '../org/org.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import type { UserDocument } from '../users/user.ts';
import { Mailer } from './mailer.ts';

const statusSchema = z
  .object({
    configured: z.boolean(),
    reason: z.string().nullable().describe('What is missing and how to mend it'),
    host: z.string().nullable(),
    port: z.number().int(),
    secure: z.boolean().describe('TLS from the first byte; otherwise STARTTLS where offered'),
    from: z.string().nullable(),
  })
  .meta({ id: 'EmailStatus' });

const words = {
  'pt-BR': { subject: 'Teste de e-mail', text: 'O envio de e-mail está funcionando.' },
  en: { subject: 'E-mail test', text: 'Sending e-mail works.' },
};

/** Whether e-mail can leave, and a letter to oneself that proves it. */
export const mailRoutes: FastifyPluginAsyncZod<{ settings: Settings; mongo: Mongo }> = async (
  app,
  { settings, mongo },
) => {
  const mailer = new Mailer(settings);
  const tags = ['settings'];
  const config = { access: 'administer' } as const;

  app.get('/settings/email', { config, schema: { tags, response: { 200: statusSchema } } }, async () => ({
    configured: mailer.obstacle === undefined,
    reason: mailer.reason ?? null,
    host: settings.SMTP_HOST ?? null,
    port: settings.SMTP_PORT,
    secure: mailer.secure,
    from: mailer.from ?? null,
  }));

  app.post(
    '/settings/email/test',
    {
      config: { ...config, rateLimit: { max: 10, timeWindow: '15 minutes' } },
      schema: { tags, response: { 200: z.object({ sentTo: z.string() }) } },
    },
    async ({ principal }) => {
      mailer.mustBeAble();
      const [org, person] = await Promise.all([
        mongo.db.collection<OrgDocument>('orgs').findOne({ _id: principal.orgId }),
        principal.userId === null
          ? null
          : mongo.db.collection<UserDocument>('users').findOne({ _id: principal.userId }),
      ]);
      if (!person)
        throw new Problem('forbidden', { detail: 'The test goes to whoever asks: sign in as a person.' });
      if (org?.isDemo || person.isDemo)
        throw new Problem('conflict', { detail: 'An organisation of example data sends no e-mail.' });
      await mailer.send({
        fromName: org?.name ?? 'Conductor CRM',
        to: [person.email],
        ...words[person.locale],
      });
      return { sentTo: person.email };
    },
  );
};
