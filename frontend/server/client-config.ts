import type { Settings } from './settings.ts';

/** What the client in the browser knows of its environment; nothing in it is secret. */
export interface ClientConfig {
  apiUrl: string;
  wsUrl: string;
  gaMeasurementId: string;
  sentryDsn: string;
  release: string;
  environment: string;
}

/**
 * The text of `/config.js`, made from the settings when the service starts, so that one build serves every
 * environment. `<` is escaped because the text could otherwise end a script element it is pasted into.
 */
export function clientConfigScript(settings: Settings): string {
  const config: ClientConfig = {
    apiUrl: settings.API_URL === '/' ? '' : settings.API_URL,
    wsUrl: settings.WS_URL,
    gaMeasurementId: settings.GA_MEASUREMENT_ID,
    sentryDsn: settings.SENTRY_DSN,
    release: settings.CONDUCTOR_RELEASE,
    environment: settings.CONDUCTOR_ENVIRONMENT,
  };
  return `window.conductorConfig = Object.freeze(${JSON.stringify(config).replaceAll('<', '\\u003c')});\n`;
}
