import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inlineScriptHashes, securityHeaders } from './headers.ts';

/**
 * The same headers for nginx, as lines to include in a `server` block. `$CONNECT_ORIGINS` stands for the other origins
 * that the client talks to (of API_URL, WS_URL and SENTRY_DSN) and `$CONDUCTOR_RELEASE` for the version; the container
 * fills both in with envsubst when it starts, as it makes `/config.js`.
 */
export function nginxHeaders(pages: string, analytics: boolean): string {
  const headers = securityHeaders({
    connect: ['$CONNECT_ORIGINS'],
    scripts: inlineScriptHashes(pages),
    analytics,
  });
  return Object.entries({ ...headers, 'X-Release': '$CONDUCTOR_RELEASE' })
    .map(([name, value]) => `add_header ${name} "${value}" always;\n`)
    .join('');
}

// `node frontend/server/nginx.ts [--analytics]` prints them for the build in dist.
if (import.meta.main) {
  const pages = await Promise.all(
    ['index.html', 'door.html'].map((name) =>
      readFile(fileURLToPath(new URL(`../dist/${name}`, import.meta.url)), 'utf8'),
    ),
  );
  process.stdout.write(nginxHeaders(pages.join(''), process.argv.includes('--analytics')));
}
