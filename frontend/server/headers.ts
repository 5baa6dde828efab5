import { createHash } from 'node:crypto';
import type { Settings } from './settings.ts';

/** What the security headers depend on: other origins the client talks to, and the page's inline scripts. */
export interface HeaderSources {
  /** Origins of the API, live updates and Sentry where they differ from the client's own. */
  connect: string[];
  /** `sha256-…` of each inline script in index.html. */
  scripts: string[];
  analytics: boolean;
}

/** Google's own list for the CSP of Analytics 4, in effect only when it is configured. */
const analytics = {
  script: ['https://www.googletagmanager.com'],
  connect: [
    'https://*.google-analytics.com',
    'https://*.analytics.google.com',
    'https://www.googletagmanager.com',
  ],
  image: ['https://*.google-analytics.com', 'https://www.googletagmanager.com'],
};

/**
 * The headers of every answer, as data: Fastify sends them here, and `nginx.ts` writes them for nginx, so both agree.
 *
 * Scripts run only from our own origin or by hash. Styles need 'unsafe-inline' because Mantine and the scroll lock
 * write style elements at run time; a style can't run code, and `connect-src`/`img-src` stop it from sending anything.
 */
export function securityHeaders(sources: HeaderSources): Record<string, string> {
  const ga = sources.analytics ? analytics : { script: [], connect: [], image: [] };
  const policy: Record<string, string[]> = {
    'default-src': ["'none'"],
    'script-src': ["'self'", ...sources.scripts.map((hash) => `'${hash}'`), ...ga.script],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'blob:', ...ga.image],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...sources.connect, ...ga.connect],
    'manifest-src': ["'self'"],
    'worker-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    'object-src': ["'none'"],
  };
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map(([name, values]) => [name, ...values].join(' '))
      .join('; '),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    'Strict-Transport-Security': 'max-age=31536000',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  };
}

/** How long each kind of file may be kept: names with a content hash for ever, all others asked for every time. */
export const caching = {
  immutable: { prefix: '/assets/', value: 'public, max-age=31536000, immutable' },
  revalidate: 'no-cache',
  never: 'no-store',
} as const;

/** `sha256-…` of each inline script of a page, as the Content-Security-Policy wants it. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, text]) => `sha256-${createHash('sha256').update(text!).digest('base64')}`,
  );
}

/** The other origins that the client's settings make it talk to. A path (`/api`) is on its own origin and adds none. */
export function connectOrigins(settings: Settings): string[] {
  const addresses = [settings.API_URL, settings.WS_URL, settings.SENTRY_DSN];
  const origins = addresses.filter((value) => /^\w+:\/\//.test(value)).map((value) => new URL(value));
  return [...new Set(origins.map(({ protocol, host }) => `${protocol}//${host}`))];
}
