import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { connectOrigins, inlineScriptHashes, securityHeaders } from './headers.ts';
import { nginxHeaders } from './nginx.ts';
import { Settings } from './settings.ts';

const page = '<script>\n  go();\n</script><script src="/x.js"></script><script type="module">more()</script>';
const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

it('hashes inline scripts as the browser does, and only those', () => {
  expect(inlineScriptHashes(page)).toEqual([hash('\n  go();\n'), hash('more()')]);
});

it('never allows inline scripts or foreign ones', () => {
  const policy = securityHeaders({ connect: [], scripts: [], analytics: false })['Content-Security-Policy']!;
  const scripts = policy.split('; ').find((rule) => rule.startsWith('script-src'));
  expect(scripts).toBe("script-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
});

it('lets the client talk to the origins of its settings, without a Sentry key or a path', () => {
  const settings = Settings.parse({
    API_URL: 'https://api.example.com',
    WS_URL: 'wss://api.example.com/ws',
    SENTRY_DSN: 'https://key@errors.example.com/7',
  });
  expect(connectOrigins(settings)).toEqual([
    'https://api.example.com',
    'wss://api.example.com',
    'https://errors.example.com',
  ]);
  expect(connectOrigins(Settings.parse({ API_URL: '/', WS_URL: '' }))).toEqual([]);
});

it('writes the same headers for nginx', () => {
  const headers = securityHeaders({
    connect: ['$CONNECT_ORIGINS'],
    scripts: inlineScriptHashes(page),
    analytics: true,
  });
  const lines = nginxHeaders(page, true);
  for (const [name, value] of Object.entries(headers))
    expect(lines).toContain(`add_header ${name} "${value}" always;\n`);
  expect(lines).toContain('add_header X-Release "$CONDUCTOR_RELEASE" always;');
});
