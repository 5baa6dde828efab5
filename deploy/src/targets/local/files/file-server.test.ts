import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Files, fileServer } from './file-server.ts';

let outside: string;
let folder: string;
let server: Server | undefined;
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'conductor-files-'));
  folder = join(outside, 'dist');
  await write({
    'dist/index.html': '<h1>Start</h1>',
    'dist/about.html': '<h1>About</h1>',
    'dist/docs/index.html': '<h1>Docs</h1>',
    'dist/docs/a.css': 'a {}',
    'dist/empty/.keep': '',
    'dist/assets/index-BkX3a9Qz.js': 'export {}',
    'dist/ä b.svg': '<svg/>',
    'dist/.env': 'SECRET=1',
    'dist/.git/config': 'secret',
    'dist/.well-known/security.txt': 'Contact: mailto:security@example.com',
    'secret.txt': 'secret',
  });
  await symlink(join(outside, 'secret.txt'), join(folder, 'link.txt'));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(outside, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(outside, name)), { recursive: true });
    await writeFile(join(outside, name), text);
  }
}

async function serve(more: Partial<Files> = {}): Promise<void> {
  server = createServer(fileServer({ folder, paths: ['/'], ...more })).listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Asks for a path as it is written: `fetch` would tidy it up. */
async function ask(path: string, method = 'GET', headers: Record<string, string> = {}) {
  const { port } = server!.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, path, method, headers });
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode, headers: answer.headers, body };
}

describe('files', () => {
  it('are found as visitors and browsers ask for them, with their types', async () => {
    await serve();
    for (const [path, type, body] of [
      ['/', 'text/html; charset=utf-8', '<h1>Start</h1>'],
      ['/?from=letter', 'text/html; charset=utf-8', '<h1>Start</h1>'],
      ['/about', 'text/html; charset=utf-8', '<h1>About</h1>'],
      ['/docs/', 'text/html; charset=utf-8', '<h1>Docs</h1>'],
      ['/docs/a.css', 'text/css; charset=utf-8', 'a {}'],
      ['/assets/index-BkX3a9Qz.js', 'text/javascript; charset=utf-8', 'export {}'],
      ['/%C3%A4%20b.svg', 'image/svg+xml', '<svg/>'],
      ['/.well-known/security.txt', 'text/plain; charset=utf-8', 'Contact: mailto:security@example.com'],
    ] as const) {
      const answer = await ask(path);
      expect([path, answer.status, answer.headers['content-type'], answer.body]).toEqual([
        path,
        200,
        type,
        body,
      ]);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
    const folderOnly = await ask('/docs?x=1');
    expect([folderOnly.status, folderOnly.headers.location]).toEqual([301, '/docs/?x=1']);
    expect((await ask('//docs')).headers.location).toBe('/docs/');
  });

  it('are asked for again each time, but those with a hash in their name for a year', async () => {
    await serve();
    expect((await ask('/')).headers['cache-control']).toBe('no-cache');
    expect((await ask('/assets/index-BkX3a9Qz.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    );
    const { etag } = (await ask('/')).headers;
    expect(etag).toBeTruthy();
    const again = await ask('/', 'GET', { 'if-none-match': etag! });
    expect([again.status, again.body]).toEqual([304, '']);
    await write({ 'dist/index.html': '<h1>Another</h1>' });
    expect(await ask('/', 'GET', { 'if-none-match': etag! })).toMatchObject({
      status: 200,
      body: '<h1>Another</h1>',
    });
  });

  it('are answered to HEAD without a body, and to nothing that would change them', async () => {
    await serve();
    const head = await ask('/docs/a.css', 'HEAD');
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '4', '']);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refused = await ask('/', method);
      expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD']);
    }
  });

  it.each([
    '/../secret.txt',
    '/docs/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%5csecret.txt',
    '/.env',
    '/%2eenv',
    '/.git/config',
    '/docs/.well-known/../../../secret.txt',
    '/link.txt',
    '/empty/',
    '/empty',
    '/missing.js',
  ])('do not include %s', async (path) => {
    await serve();
    const answer = await ask(path);
    expect(answer.status).toBe(404);
    expect(answer.body).toBe('Not found\n');
  });

  it('refuse a path that cannot be read', async () => {
    await serve();
    expect((await ask('/%')).status).toBe(400);
    expect((await ask('/a%00b')).status).toBe(404);
  });
});

it('what there is not is answered by 404.html, where there is one', async () => {
  await write({ 'dist/404.html': '<h1>Nothing here</h1>' });
  await serve();
  const { etag } = (await ask('/404.html')).headers;
  const missing = await ask('/no/such/page', 'GET', { 'if-none-match': etag! });
  expect(missing).toMatchObject({ status: 404, body: '<h1>Nothing here</h1>' });
  expect(missing.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  });
});

it('a fallback answers pages that there is no file for, and no missing file', async () => {
  await serve({ fallback: 'index.html' });
  const page = await ask('/leads/42?tab=notes');
  expect([page.status, page.headers['cache-control'], page.body]).toEqual([
    200,
    'no-cache',
    '<h1>Start</h1>',
  ]);
  expect((await ask('/docs/')).body).toBe('<h1>Docs</h1>');
  expect((await ask('/assets/index-old12345.js')).status).toBe(404);
  expect((await ask('/.env')).status).toBe(404);
});

it('below a path of its own files are found with it and without it', async () => {
  await serve({ paths: ['/docs', '/app'], fallback: 'index.html' });
  expect((await ask('/docs/a.css')).body).toBe('a {}');
  expect((await ask('/app/docs/a.css')).body).toBe('a {}');
  expect((await ask('/app')).body).toBe('<h1>Start</h1>');
  expect((await ask('/app/')).body).toBe('<h1>Start</h1>');
  expect((await ask('/app/../../secret.txt')).status).toBe(404);
});
