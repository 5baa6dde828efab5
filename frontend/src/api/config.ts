import type { ClientConfig } from '../../server/client-config.ts';

declare global {
  /** Written by `/config.js`, which the server makes from its settings. */
  var conductorConfig: ClientConfig | undefined;
}

/** This environment's addresses and services; all empty (our own origin, nothing else) when there is no `/config.js`. */
export const config: ClientConfig = {
  apiUrl: '',
  wsUrl: '',
  gaMeasurementId: '',
  sentryDsn: '',
  release: 'development',
  environment: 'development',
  ...globalThis.conductorConfig,
};

/** Address of an API path such as `/leads`. */
export const apiAddress = (path: string): string => `${config.apiUrl}/api/v1${path}`;

/** Address of the live updates: WS_URL, with `/ws` where it names only a host; else `/ws` beside the page. */
export function liveAddress(wsUrl: string, page: { protocol: string; host: string }): string {
  const base = wsUrl || `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}`;
  const url = new URL(base, `${page.protocol}//${page.host}`);
  if (url.pathname === '/') url.pathname = '/ws';
  return url.href.replace(/^http/, 'ws');
}
