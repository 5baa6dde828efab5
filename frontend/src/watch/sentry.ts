import { config } from '../api/config.ts';

type Sentry = typeof import('./sentry-client.ts');
let sentry: Promise<Sentry> | undefined;

/** Loads Sentry when this environment has a DSN, after the page is usable. Nothing personal is sent. */
export function startSentry(): void {
  if (!config.sentryDsn || sentry) return;
  sentry = import('./sentry-client.ts').then((loaded) => {
    loaded.init({
      dsn: config.sentryDsn,
      release: config.release,
      environment: config.environment,
      dataCollection: {
        userInfo: false,
        cookies: false,
        httpHeaders: false,
        httpBodies: [],
        urlQueryParams: false,
      },
    });
    return loaded;
  });
}

/** Sends an error to Sentry where there is one; the browser's console has it in any case. */
export function reportError(error: unknown): void {
  void sentry?.then((loaded) => loaded.captureException(error));
}
