import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compressFolder } from '../build/compress.ts';
import { createApp } from './app.ts';
import { readSettings } from './settings.ts';

const page = '<!doctype html><title>Conductor</title><script>const theme = 1;</script><div id="root"></div>';
const door = '<!doctype html><title>Sign in</title><script>const locale = 2;</script><div id="root"></div>';
let dist: string;
let app: FastifyInstance;

const serve = (environment: Record<string, string> = {}) =>
  createApp(readSettings({ CONDUCTOR_RELEASE: 'v20260102_030405', ...environment }), dist);

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'frontend-'));
  await mkdir(join(dist, 'assets'));
  await writeFile(join(dist, 'index.html'), page);
  await writeFile(join(dist, 'door.html'), door);
  await writeFile(join(dist, 'assets', 'main-abc.js'), 'export const text = "lead";'.repeat(100));
  await writeFile(join(dist, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"></svg>');
  await compressFolder(dist);
  app = await serve();
});

afterAll(async () => {
  await app.close();
  await rm(dist, { recursive: true });
});

describe('files', () => {
  it('serves the page for every screen, never kept without asking', async () => {
    for (const url of [
      '/',
      '/leads',
      '/leads/0123456789abcdef',
      '/leads?q=ana.souza@example.com',
      '/companies/acme.com',
      '/companies/v1.2',
    ]) {
      const response = await app.inject({ url });
      expect(response.statusCode, url).toBe(200);
      expect(response.body).toBe(page);
      expect(response.headers['cache-control']).toBe('no-cache');
    }
  });

  it('serves the page before the door for signing in, the first run and the links of letters, and only there', async () => {
    for (const url of [
      '/login',
      '/login?next=%2Fleads',
      '/forgot',
      '/setup',
      '/setup/',
      '/reset/a_B-1',
      '/invite/a_B-1',
    ]) {
      const response = await app.inject({ url });
      expect(response.body, url).toBe(door);
      expect(response.headers['cache-control']).toBe('no-cache');
    }
    for (const url of ['/loginx', '/reset', '/invite/', '/invite/a/b', '/leads/login'])
      expect((await app.inject({ url })).body, url).toBe(page);
  });

  it('answers 404 for a file that is missing, not the page under its name', async () => {
    for (const url of [
      '/assets/old-release.js',
      '/missing.png',
      '/foo.JS',
      '/missing.webmanifest',
      '/assets/nothing',
    ]) {
      expect((await app.inject({ url })).statusCode, url).toBe(404);
    }
    expect((await app.inject({ method: 'POST', url: '/leads' })).statusCode).toBe(404);
  });

  it('never leaves its folder', async () => {
    for (const url of ['/../package.json', '/%2e%2e/package.json', '/assets/..%2f..%2fpackage.json']) {
      const response = await app.inject({ url });
      expect(response.body, url).not.toContain('@conductor');
    }
  });

  it('lets files with a content hash be kept for ever', async () => {
    const response = await app.inject({ url: '/assets/main-abc.js' });
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(response.headers['content-type']).toMatch(/javascript/);
  });

  it.each([
    ['br, gzip', 'br'],
    ['gzip', 'gzip'],
    ['identity', undefined],
  ])('answers %s with the copy compressed by the build', async (accepted, encoding) => {
    const response = await app.inject({
      url: '/assets/main-abc.js',
      headers: { 'accept-encoding': accepted },
    });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-encoding']).toBe(encoding);
    expect(response.headers.vary).toMatch(/accept-encoding/i);
    expect(response.headers['content-type']).toMatch(/javascript/);
  });

  it('compresses the page of a screen too', async () => {
    const response = await app.inject({ url: '/leads', headers: { 'accept-encoding': 'br' } });
    expect(response.headers['content-encoding']).toBe('br');
    expect(response.headers['content-type']).toMatch(/html/);
  });
});

describe('every answer', () => {
  it('names the release and carries the security headers, also on errors', async () => {
    for (const url of ['/', '/config.js', '/health', '/missing.js']) {
      const { headers } = await app.inject({ url });
      expect(headers['x-release'], url).toBe('v20260102_030405');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
    }
  });

  it('allows the inline scripts of both pages by their hashes only', async () => {
    const policy = String((await app.inject({ url: '/' })).headers['content-security-policy']);
    const scripts = policy.split('; ').find((rule) => rule.startsWith('script-src'));
    expect(scripts).toMatch(/^script-src 'self'( 'sha256-[A-Za-z0-9+/]{43}='){2}$/);
  });
});

describe('/config.js', () => {
  it('is made from the settings and never kept', async () => {
    const other = await serve({
      API_URL: 'https://api.example.com/',
      WS_URL: 'wss://live.example.com/ws',
      SENTRY_DSN: 'https://key@errors.example.com/7',
      GA_MEASUREMENT_ID: 'G-ABCD1234',
    });
    const response = await other.inject({ url: '/config.js' });
    const window: Record<string, unknown> = {};
    new Function('window', response.body)(window);
    expect(window.conductorConfig).toMatchObject({
      apiUrl: 'https://api.example.com',
      wsUrl: 'wss://live.example.com/ws',
      release: 'v20260102_030405',
    });
    expect(response.headers['cache-control']).toBe('no-store');
    const policy = String(response.headers['content-security-policy']);
    expect(policy).toContain(
      "connect-src 'self' https://api.example.com wss://live.example.com https://errors.example.com",
    );
    expect(policy).toContain('https://www.googletagmanager.com');
    await other.close();
  });

  it('cannot be made to end the script element it may be pasted into', async () => {
    const other = await serve({ CONDUCTOR_ENVIRONMENT: '</script><script>alert(1)</script>' });
    expect((await other.inject({ url: '/config.js' })).body).not.toContain('<');
    await other.close();
  });
});

describe('start', () => {
  it('is healthy', async () => {
    const response = await app.inject({ url: '/health' });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ status: 'ok' });
  });

  it('says how to make the build that is missing', async () => {
    const nowhere = createApp(readSettings({}), join(dist, 'assets'));
    await expect(nowhere).rejects.toMatchObject({
      code: 'BUILD_MISSING',
      hint: expect.stringContaining('npm run'),
    });
  });

  it('lists every wrong setting at once, without the values', () => {
    const wrong = {
      PORT: '70000',
      API_URL: 'javascript:alert(1)',
      GA_MEASUREMENT_ID: 'UA-1',
      SENTRY_DSN: 'secret',
    };
    const read = () => readSettings(wrong);
    expect(read).toThrow(/PORT[\s\S]*API_URL[\s\S]*GA_MEASUREMENT_ID[\s\S]*SENTRY_DSN/);
    expect(read).not.toThrow(/secret|alert/);
  });
});
