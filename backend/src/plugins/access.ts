import type { FastifyInstance, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { type Access, can } from '../policy/capabilities.ts';
import type { Principal } from '../policy/principal.ts';
import { Problem } from '../problem.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Sent by our client; a foreign page cannot send it without asking CORS first. */
const ownHeader = 'x-requested-with';

interface AccessOptions {
  authenticate: (request: FastifyRequest) => Promise<Principal | undefined> | Principal | undefined;
  origins: ReadonlySet<string>;
}

/**
 * Who may call what. Every route of the API says it (`config.access`); a route that does not keeps the server from
 * starting. Requests that change something with a cookie must come from our own pages (CSRF).
 */
export const access = plugin(
  async (app: FastifyInstance, { authenticate, origins }: AccessOptions) => {
    app.decorateRequest('principal', null as unknown as Principal);

    app.addHook('onRoute', ({ url, method, config }) => {
      if (config?.access === undefined && /^\/(api|ws)\b/.test(url))
        throw new Error(`${method} ${url} does not say who may call it`);
    });

    app.addHook('onRequest', async (request, reply) => {
      const needed = request.routeOptions.config.access;
      if (needed === undefined) return;
      const carriesCookie =
        request.headers.authorization === undefined && request.headers.cookie !== undefined;
      if (carriesCookie && !safeMethods.has(request.method)) refuseForeign(request, origins);
      if (request.headers.upgrade !== undefined && !mayConnect(request, origins))
        throw new Problem('forbidden', { detail: 'This origin may not connect.' });
      if (needed === 'open') return;
      const principal = await authenticate(request);
      if (!principal) {
        reply.header('www-authenticate', 'Bearer');
        throw new Problem('unauthenticated');
      }
      if (needed !== 'user' && !can(principal.role, needed)) throw new Problem('forbidden');
      if (principal.readOnly && !safeMethods.has(request.method))
        throw new Problem('forbidden', { detail: 'This key may only read.' });
      request.principal = principal;
    });
  },
  { name: 'access' },
);

/** Browsers always say where a live connection comes from; only a machine with its own token may leave it out. */
function mayConnect({ headers }: FastifyRequest, origins: ReadonlySet<string>): boolean {
  return headers.origin === undefined ? headers.authorization !== undefined : origins.has(headers.origin);
}

function refuseForeign(request: FastifyRequest, origins: ReadonlySet<string>): void {
  const { origin } = request.headers;
  if (request.headers[ownHeader] === undefined || (origin !== undefined && !origins.has(origin)))
    throw new Problem('forbidden', {
      detail: 'This request did not come from our own pages (Origin and X-Requested-With are checked).',
    });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set on every route that is not open. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    access?: Access;
    /** Answered under any host name, as load balancers ask by address. */
    anyHost?: boolean;
  }
}
