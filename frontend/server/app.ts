import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import Fastify, { type FastifyInstance } from 'fastify';
import { clientConfigScript } from './client-config.ts';
import { doorPath } from './door-paths.ts';
import { filePath } from './file-paths.ts';
import { caching, connectOrigins, inlineScriptHashes, securityHeaders } from './headers.ts';
import type { Settings } from './settings.ts';

/** The build is missing, so there is nothing to serve. */
export class BuildMissingError extends Error {
  readonly code = 'BUILD_MISSING';
  readonly hint = 'Make it with: npm run build -w frontend';
}

/**
 * The server of the built web client: its files (compressed when they were built), `/config.js`, `/health`, and the
 * page itself for every other path that a person may open (`door.html` before signing in). It doesn't listen, so that tests can inject requests.
 */
export async function createApp(settings: Settings, dist: string): Promise<FastifyInstance> {
  const pages = await Promise.all(
    ['index.html', 'door.html'].map((name) =>
      readFile(join(dist, name), 'utf8').catch((cause: unknown) => {
        throw new BuildMissingError(`There is no ${name} in ${dist}`, { cause });
      }),
    ),
  );
  const headers = securityHeaders({
    connect: connectOrigins(settings),
    scripts: inlineScriptHashes(pages.join('')),
    analytics: settings.GA_MEASUREMENT_ID !== '',
  });
  const app = Fastify({
    forceCloseConnections: 'idle',
    trustProxy: true,
    routerOptions: { ignoreTrailingSlash: true },
  });

  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ ...headers, 'X-Release': settings.CONDUCTOR_RELEASE });
  });

  const config = clientConfigScript(settings);
  app.get('/config.js', async (_request, reply) =>
    reply.header('Cache-Control', caching.never).type('text/javascript; charset=utf-8').send(config),
  );
  app.get('/health', async (_request, reply) =>
    reply.header('Cache-Control', caching.never).send({ status: 'ok' }),
  );

  await app.register(fastifyStatic, {
    root: dist,
    preCompressed: true,
    wildcard: false,
    cacheControl: false,
    globIgnore: ['**/*.br', '**/*.gz'],
    setHeaders(reply, path) {
      const kept = path.startsWith(join(dist, caching.immutable.prefix));
      reply.header('Cache-Control', kept ? caching.immutable.value : caching.revalidate);
      reply.header('Vary', 'Accept-Encoding');
    },
  });

  app.setNotFoundHandler(async (request, reply) => {
    if (!isPage(request.method, request.url)) {
      return reply.code(404).header('Cache-Control', caching.never).send({ title: 'Not found', status: 404 });
    }
    return reply.sendFile(doorPath.test(pathOf(request.url)) ? 'door.html' : 'index.html');
  });
  return app;
}

/** Whether a path may be a screen of the client. A missing file is a 404, never the page under a file's name. */
function isPage(method: string, url: string): boolean {
  const path = pathOf(url);
  return (method === 'GET' || method === 'HEAD') && !filePath.test(path) && !path.startsWith('/assets/');
}

const pathOf = (url: string) => url.split('?', 1)[0]!;
