import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const start = (env: Record<string, string>) => {
  const { status, stderr } = spawnSync('sh', [join(import.meta.dirname, 'start.sh')], {
    // Without nginx on it, so that nothing is ever started.
    env: { PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
  });
  return { status, stderr };
};

it('refuses settings that are not usable, all at once and without their values', () => {
  const secret = 'sk-in-the-wrong-place';
  const { status, stderr } = start({
    PORT: 'eighty',
    API_UPSTREAM: 'backend:8080',
    API_URL: 'api.example.com',
    WS_URL: 'https://api.example.com/ws',
    SENTRY_DSN: secret,
    GA_MEASUREMENT_ID: 'UA-1',
    CONDUCTOR_RELEASE: 'v1; return 200',
  });
  expect(status).toBe(78);
  expect(stderr).toBe(`The settings are not usable, and nothing was started:
  - PORT must be the number of a port
  - API_UPSTREAM must be an address that begins with http:// or https://
  - API_URL must be empty, a path, or an address that begins with http:// or https://
  - WS_URL must be empty, a path, or an address that begins with ws:// or wss://
  - SENTRY_DSN must be empty, or like https://key@host/project
  - GA_MEASUREMENT_ID must be empty, or like G-ABC123DEF4
  - CONDUCTOR_RELEASE holds a character that no address has
`);
});

it.each([
  ['two lines', 'https://api.example.com\nx'],
  ['a quote', 'https://api.example.com/"'],
  ['a variable of nginx', 'https://$host'],
])('refuses an address with %s', (_name, value) => {
  expect(start({ API_URL: value })).toEqual({
    status: 78,
    stderr: expect.stringContaining('- API_URL holds a character that no address has'),
  });
});
