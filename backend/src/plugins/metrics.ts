import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { sameText } from '../auth/signed-cookie.ts';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';

/** What one process counts. */
export function createMetrics(
  settings: Pick<Settings, 'CONDUCTOR_RELEASE' | 'CONDUCTOR_COMMIT'>,
  service: string,
) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'conductor_process_info',
    help: 'One for each running process, labelled with what it runs',
    labelNames: ['service', 'release', 'commit'],
    registers,
  }).set({ service, release: settings.CONDUCTOR_RELEASE, commit: settings.CONDUCTOR_COMMIT }, 1);
  return {
    registry,
    requests: new Counter({
      name: 'conductor_http_requests_total',
      help: 'Answered requests by class of status',
      labelNames: ['method', 'status'],
      registers,
    }),
    duration: new Histogram({
      name: 'conductor_http_request_duration_seconds',
      help: 'Time to answer a request',
      labelNames: ['route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    jobs: new Counter({
      name: 'conductor_jobs_total',
      help: 'Tries of jobs by their outcome: completed or failed',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    errorLines: new Counter({
      name: 'conductor_log_errors_total',
      help: 'Lines logged at level error or worse',
      registers,
    }),
  };
}
export type Metrics = ReturnType<typeof createMetrics>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Left out of the counts of requests. */
    measured?: false;
  }
}

interface MetricsOptions {
  settings: Settings;
  metrics: Metrics;
  /** The text of all processes together; this process alone unless given. */
  collect?: () => Promise<string>;
}

/** Whether a request's `Authorization` opens the metrics. Compares in constant time; without METRICS_TOKEN nothing does. */
export function mayReadMetrics(
  settings: Pick<Settings, 'METRICS_TOKEN'>,
  authorization: string | undefined,
): boolean {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  return (
    token !== undefined && settings.METRICS_TOKEN !== undefined && sameText(token, settings.METRICS_TOKEN)
  );
}

/** Counts requests, and shows the counts at `/metrics` to whoever has METRICS_TOKEN. */
export const metricsRoutes = plugin(
  async (
    app: FastifyInstance,
    { settings, metrics, collect = () => metrics.registry.metrics() }: MetricsOptions,
  ) => {
    app.addHook('onResponse', async (request, reply) => {
      // What machines ask each second to know how we are would only dilute how people are answered.
      if (request.routeOptions.config.measured === false) return;
      metrics.requests.inc({ method: request.method, status: `${Math.floor(reply.statusCode / 100)}xx` });
      metrics.duration.observe({ route: request.routeOptions.url ?? 'none' }, reply.elapsedTime / 1000);
    });
    app.get(
      '/metrics',
      { schema: { hide: true }, config: { rateLimit: false, anyHost: true, measured: false } },
      async (request, reply) => {
        if (settings.METRICS_TOKEN === undefined) throw new Problem('not-found');
        if (!mayReadMetrics(settings, request.headers.authorization)) throw new Problem('unauthenticated');
        return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await collect());
      },
    );
  },
  { name: 'metrics' },
);
