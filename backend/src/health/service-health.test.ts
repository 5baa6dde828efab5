import { afterEach, describe, expect, it } from 'vitest';
import { testSettings } from '../../test/settings.ts';
import { createLog } from '../log.ts';
import { createMetrics } from '../plugins/metrics.ts';
import { alivePath, serveHealth } from './service-health.ts';

const token = 'metrics-token-for-tests';

describe('the server of a worker', () => {
  const closing: (() => unknown)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function start(environment: Record<string, string> = { METRICS_TOKEN: token }) {
    const settings = testSettings({ LOG_LEVEL: 'info', ...environment });
    const metrics = createMetrics(settings, 'worker');
    const log = createLog(settings, 'worker', {
      destination: { write: () => {} },
      onError: () => metrics.errorLines.inc(),
    });
    const { server, port } = await serveHealth(settings, {}, () => metrics.registry.metrics());
    closing.push(() => server.close());
    const ask = (authorization?: string) =>
      fetch(`http://127.0.0.1:${port}/metrics`, { headers: authorization ? { authorization } : {} });
    return { metrics, log, ask };
  }

  it('shows what it counted to whoever has the token, and to nobody else', async () => {
    const { metrics, log, ask } = await start();
    metrics.jobs.inc({ job: 'leads.score', outcome: 'failed' });
    log.warn('not an error');
    log.child({ part: 1 }).error('an error');
    const answer = await ask(`Bearer ${token}`);
    expect(answer.headers.get('x-release')).toBe('v20261123_210405');
    const text = await answer.text();
    expect(text).toContain('conductor_jobs_total{job="leads.score",outcome="failed"} 1');
    expect(text).toMatch(/^conductor_log_errors_total 1$/m);
    for (const wrong of [undefined, 'Bearer undefined', `Bearer ${token}x`, `Basic ${token}`])
      expect((await ask(wrong)).status).toBe(401);
  });

  it('has no metrics where nobody has a token', async () => {
    const { ask } = await start({});
    expect((await ask('Bearer undefined')).status).toBe(404);
  });

  it('is alive while its stores are not, which is another question', async () => {
    const away = async () => {
      throw new Error('connect ECONNREFUSED');
    };
    const settings = testSettings({});
    const { server, port } = await serveHealth(settings, { redis: away });
    closing.push(() => server.close());
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await ask('/health')).status).toBe(503);
    const alive = await ask(alivePath);
    expect([alive.status, await alive.json()]).toEqual([200, { status: 'ok' }]);
  });
});
