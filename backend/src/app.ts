import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { activityRoutes } from './activities/routes.ts';
import { Ai } from './ai/ai.ts';
import { aiRoutes } from './ai/routes.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { auditRoutes } from './audit/routes.ts';
import { authRoutes } from './auth/routes.ts';
import { automationRoutes } from './automations/routes.ts';
import { companyRoutes } from './companies/routes.ts';
import { contactRoutes } from './contacts/routes.ts';
import { dashboardRoutes } from './dashboard/routes.ts';
import { dealRoutes } from './deals/routes.ts';
import { letterRoutes } from './emails/public-routes.ts';
import { emailRoutes } from './emails/routes.ts';
import { suppressionRoutes } from './emails/suppression-routes.ts';
import { live } from './events/socket.ts';
import { fileRoutes } from './files/routes.ts';
import { storeProbes } from './health/probes.ts';
import { healthRoutes } from './health/routes.ts';
import { answerClientError, answerFrameworkError } from './http/client-error.ts';
import { idempotency } from './http/idempotency.ts';
import { parseQuery } from './http/query.ts';
import { writeJson } from './http/rows.ts';
import { inviteRoutes } from './invites/routes.ts';
import { leadRoutes } from './leads/routes.ts';
import { mailRoutes } from './mail/routes.ts';
import { noticeRoutes } from './notices/routes.ts';
import { orgRoutes } from './org/routes.ts';
import { passwordResetRoutes } from './password-resets/routes.ts';
import { pipelineRoutes } from './pipelines/routes.ts';
import { access } from './plugins/access.ts';
import { frontDoor } from './plugins/front-door.ts';
import { createMetrics, type Metrics, metricsRoutes } from './plugins/metrics.ts';
import { openapi } from './plugins/openapi.ts';
import { problems } from './plugins/problems.ts';
import { rateLimits } from './plugins/rate-limit.ts';
import { queueRoutes } from './queue/routes.ts';
import { recordNameRoutes } from './records/names.ts';
import { searchRoutes } from './search/routes.ts';
import { secondFactorRoutes } from './second-factor/routes.ts';
import { demoRoutes } from './seed/routes.ts';
import type { ApiServices } from './services.ts';
import { allowedOrigins, type Settings, trustedProxies } from './settings.ts';
import { taskRoutes } from './tasks/routes.ts';
import { teamRoutes } from './teams/routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { trashRoutes } from './trash/routes.ts';
import { userRoutes } from './users/routes.ts';

const megabyte = 1024 * 1024;

interface AppOptions {
  settings: Settings;
  services: ApiServices;
  log: Logger;
  /** A connection of its own for hearing announcements. */
  subscriber: Redis;
  metrics?: Metrics;
  collectMetrics?: () => Promise<string>;
  /** Told of errors that nobody expected. */
  report?: (error: unknown) => void;
}

/** The API, ready to be listened with or injected into. It never listens by itself. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const {
    settings,
    services,
    log,
    subscriber,
    metrics = createMetrics(settings, 'api'),
    report = () => {},
  } = options;
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: trustedProxies(settings),
    bodyLimit: megabyte,
    // Longer than the idle time of proxies in front, so that it is never us who closes a connection under a request.
    keepAliveTimeout: 75_000,
    // Time for a file of 10 MB from a phone with little signal (300 kbit/s).
    requestTimeout: 300_000,
    routerOptions: { querystringParser: parseQuery, maxParamLength: 200 },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError(settings),
    frameworkErrors: answerFrameworkError(settings),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Tests and developers have every answer checked against its schema; elsewhere it is written as the views made it.
  const checked = settings.ENVIRONMENT === 'test' || settings.ENVIRONMENT === 'development';
  // Fastify takes bytes as well as text, which its types do not say.
  app.setSerializerCompiler(checked ? serializerCompiler : () => writeJson as (answer: unknown) => string);

  const origins = allowedOrigins(settings);
  const ai = new Ai({ settings, log, ...services });

  await app.register(problems, { base: settings.BACKEND_URL, report });
  await app.register(metricsRoutes, { settings, metrics, collect: options.collectMetrics });
  await app.register(frontDoor, { settings });
  await app.register(cookie);
  await app.register(rateLimits, { settings, redis: services.redis });
  await app.register(access, {
    authenticate: (request) => services.authenticator.authenticate(request),
    origins,
  });
  await app.register(openapi, { settings });
  await app.register(live, { redis: services.redis, subscriber, authenticator: services.authenticator });
  await app.register(letterRoutes, services);
  await app.register(
    async (api) => {
      await api.register(idempotency, { redis: services.redis });
      await api.register(healthRoutes, {
        settings,
        mongo: services.mongo,
        redis: services.redis,
        probes: storeProbes(services, settings),
      });
      await api.register(authRoutes, { settings, ...services });
      await api.register(passwordResetRoutes, { settings, ...services });
      await api.register(secondFactorRoutes, services);
      await api.register(orgRoutes, services);
      await api.register(mailRoutes, { settings, mongo: services.mongo });
      await api.register(userRoutes, services);
      await api.register(teamRoutes, services);
      await api.register(inviteRoutes, { settings, ...services });
      await api.register(apiKeyRoutes, services);
      await api.register(auditRoutes, services);
      await api.register(automationRoutes, services);
      await api.register(queueRoutes, { queues: services.queues });
      await api.register(leadRoutes, { ...services, ai });
      await api.register(contactRoutes, services);
      await api.register(companyRoutes, services);
      await api.register(activityRoutes, services);
      await api.register(fileRoutes, services);
      await api.register(taskRoutes, { settings, ...services });
      await api.register(templateRoutes, services);
      await api.register(emailRoutes, { settings, ...services });
      await api.register(suppressionRoutes, services);
      await api.register(recordNameRoutes, services);
      await api.register(noticeRoutes, services);
      await api.register(searchRoutes, services);
      await api.register(trashRoutes, services);
      await api.register(pipelineRoutes, services);
      await api.register(dealRoutes, { ...services, ai });
      await api.register(dashboardRoutes, { settings, ...services });
      await api.register(aiRoutes, { ai });
      await api.register(demoRoutes, services);
    },
    { prefix: '/api/v1' },
  );
  return app as unknown as FastifyInstance;
}
