import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mayReadMetrics } from '../plugins/metrics.ts';
import { problemLanguage } from '../problem.ts';
import type { Settings } from '../settings.ts';
import { type Probe, probeAll } from './probes.ts';
import { reasonsOf } from './store-failures.ts';

/** Where each of the server's processes says that it is alive, whatever its stores do: the API's own address for it. */
export const alivePath = '/api/v1/health/simple';

/**
 * The small server by which a worker or a scheduler answers for itself:
 * `/health` is 200 when it can do its work and 503 when it cannot; {@link alivePath} is 200 for as long as it runs; `/metrics` shows what it counted to who has METRICS_TOKEN.
 */
export async function serveHealth(
  settings: Pick<Settings, 'METRICS_TOKEN' | 'HOST' | 'PORT' | 'CONDUCTOR_RELEASE'>,
  probes: Record<string, Probe>,
  metrics?: () => Promise<string>,
): Promise<{ server: Server; port: number }> {
  const server = createServer(async (request, response) => {
    response.setHeader('x-release', settings.CONDUCTOR_RELEASE);
    const path = request.url?.split('?')[0];
    if (path === '/metrics' && metrics && settings.METRICS_TOKEN !== undefined) {
      if (!mayReadMetrics(settings, request.headers.authorization)) {
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(await metrics());
      return;
    }
    if (path === alivePath) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    if (path !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const services = await probeAll(probes);
    const ready = Object.values(services).every((word) => word === 'healthy');
    response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' }).end(
      JSON.stringify({
        status: ready ? 'ready' : 'not ready',
        version: settings.CONDUCTOR_RELEASE,
        services,
        reasons: reasonsOf(services, problemLanguage(request.headers['accept-language'])),
      }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.PORT, settings.HOST, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}
