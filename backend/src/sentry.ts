import type { Settings } from './settings.ts';

/** Where errors that nobody expected are reported. */
export interface ErrorReports {
  report(error: unknown): void;
  close(): Promise<void>;
}

/** Opens Sentry when SENTRY_DSN is set; its library is loaded only then. Personal data stays here. */
export async function openSentry(settings: Settings): Promise<ErrorReports | undefined> {
  if (!settings.SENTRY_DSN) return undefined;
  const sentry = await import('@sentry/node');
  sentry.init({
    dsn: settings.SENTRY_DSN,
    release: settings.CONDUCTOR_RELEASE,
    environment: settings.ENVIRONMENT,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
    },
    beforeSend: (event) => ({ ...event, request: undefined, user: undefined }),
  });
  return {
    report: (error) => void sentry.captureException(error),
    close: async () => void (await sentry.close(2000)),
  };
}
