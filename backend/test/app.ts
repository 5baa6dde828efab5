import type { FastifyInstance, InjectOptions } from 'fastify';
import { buildApp } from '../src/app.ts';
import { createLog } from '../src/log.ts';
import { connectRedisPatiently } from '../src/redis.ts';
import { type ApiServices, openApiServices } from '../src/services.ts';
import { undescribed } from './described.ts';
import { testSettings, testToken } from './settings.ts';

/** The API as a test uses it: injected into, with the access token unless said otherwise. */
export interface TestApp {
  app: FastifyInstance;
  services: ApiServices;
  call(
    method: InjectOptions['method'],
    url: string,
    payload?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
  body: any;
  headers: Record<string, string | undefined>;
}

export async function openApp(over: Record<string, string> = {}): Promise<TestApp> {
  const settings = testSettings(over);
  const services = await openApiServices(settings);
  const subscriber = connectRedisPatiently(settings.REDIS_URL);
  const app = await buildApp({ settings, services, subscriber, log: createLog(settings, 'api') });
  await app.ready();
  const fault = undescribed(app);
  return {
    app,
    services,
    async call(method, url, payload, headers = {}) {
      const whole = /^\/(api\/|docs|openapi|metrics)/.test(url) ? url : `/api/v1${url}`;
      const answer = await app.inject({
        method,
        url: whole,
        headers: present({ host: 'localhost', authorization: `Bearer ${testToken}`, ...headers }),
        ...(payload !== undefined && { payload: payload as object }),
      });
      // What no test has met is not known; what one has met, the description has.
      const wrong = fault(String(method), whole, answer.statusCode);
      if (wrong) throw new Error(wrong);
      const type = String(answer.headers['content-type'] ?? '');
      return {
        status: answer.statusCode,
        body: type.includes('json') ? answer.json() : answer.body,
        headers: answer.headers as Record<string, string | undefined>,
      };
    },
    async close() {
      await app.close();
      subscriber.disconnect();
      await services.close();
    },
  };
}

/** Headers without the empty ones, by which a test leaves out what is sent by default. */
function present(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
}
