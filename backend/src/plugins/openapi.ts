import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Settings } from '../settings.ts';
import { describedRefusal, problemComponent, refusalsOf } from './problem-answers.ts';

/** The API described by its own schemas: `/openapi.json` for programs, `/docs` for people. */
export const openapi = plugin(
  async (app: FastifyInstance, { settings }: { settings: Settings }) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Conductor CRM',
          version: settings.CONDUCTOR_RELEASE,
          description:
            'Errors are problems (RFC 9457, application/problem+json). Updates name the version they were made from in If-Match.',
        },
        servers: [{ url: settings.BACKEND_URL }],
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer' },
            cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
          },
        },
      },
      transform: (route) => {
        const transformed = jsonSchemaTransform(route);
        const access = route.route.config?.access;
        return {
          ...transformed,
          schema: {
            ...transformed.schema,
            security: (access === 'open' ? [] : [{ bearer: [] }, { cookie: [] }]) as Record<
              string,
              string[]
            >[],
            ...(access && { 'x-access': access }),
            'x-refusals': refusalsOf({ ...route.route, url: route.url }),
          },
        };
      },
      transformObject: (input) => withRefusals(jsonSchemaTransformObject(input) as Description),
    });
    app.get('/openapi.json', { schema: { hide: true }, config: { rateLimit: false } }, async () =>
      app.swagger(),
    );
    await app.register(docs, { secure: settings.BACKEND_URL.startsWith('https:') });
  },
  { name: 'openapi' },
);

interface Description {
  paths?: Record<string, Record<string, { responses?: Record<string, object>; 'x-refusals'?: number[] }>>;
  components?: { schemas?: Record<string, object> };
}

/** Writes down beside each operation's answers with what it refuses. */
function withRefusals<D extends Description>(description: D): D {
  for (const operations of Object.values(description.paths ?? {}))
    for (const operation of Object.values(operations)) {
      for (const status of operation['x-refusals'] ?? [])
        operation.responses = { [status]: describedRefusal(status), ...operation.responses };
      delete operation['x-refusals'];
    }
  description.components = {
    ...description.components,
    schemas: { ...description.components?.schemas, ...problemComponent },
  };
  return description;
}

/** The readable docs. */
async function docs(app: FastifyInstance, { secure }: { secure: boolean }): Promise<void> {
  const { default: swaggerUi } = await import('@fastify/swagger-ui');
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Where the API is served over plain http, as locally, there is nothing to upgrade to.
    transformStaticCSP: (header) => (secure ? header : header.replace('upgrade-insecure-requests;', '')),
    uiConfig: { deepLinking: true, persistAuthorization: false },
  });
}
