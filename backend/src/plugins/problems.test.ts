import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';

describe('errors of the API', () => {
  let crm: TestCrm;
  beforeAll(async () => {
    crm = await openCrm();
  });
  afterAll(() => crm.close());

  it('are problems, also for an address that does not exist', async () => {
    const { status, body, headers } = await crm.call('GET', '/nowhere?secret=1');
    expect(status).toBe(404);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['x-release']).toBe('v20261123_210405');
    expect(body).toMatchObject({
      type: 'http://localhost:8080/problems/not-found',
      title: 'Nothing was found here',
      instance: '/api/v1/nowhere',
      code: 'not-found',
      requestId: headers['x-request-id'],
    });
  });

  it('speak Portuguese to whoever prefers it', async () => {
    const { body } = await crm.call('GET', '/nowhere', undefined, { 'accept-language': 'pt-BR,pt;q=0.9' });
    expect(body.title).toBe('Nada foi encontrado aqui');
  });

  it('say in clear words that a store takes no changes, in both languages, and when to ask again', async () => {
    const refuse = (mode: 'alwaysOn' | 'off') =>
      crm.services.mongo.db.admin().command({
        configureFailPoint: 'failCommand',
        mode,
        // OutOfDiskSpace
        ...(mode !== 'off' && { data: { failCommands: ['insert'], errorCode: 14031 } }),
      });
    await refuse('alwaysOn');
    const lead = { name: 'Maria', email: 'maria@example.com' };
    const { status, body, headers } = await crm.call('POST', '/leads', lead, { 'accept-language': 'pt-BR' });
    await refuse('off');
    expect({ status, code: body.code, title: body.title, again: headers['retry-after'] }).toEqual({
      status: 503,
      code: 'not-writable',
      title: 'Nada pode ser salvo no momento',
      again: '30',
    });
    expect(body.detail).toContain('A leitura continua');
  });

  it.each([
    ['malformed JSON', '{"name":', 'application/json', 400, 'bad-request'],
    ['an empty body', '', 'application/json', 400, 'bad-request'],
    ['a poisoned prototype', '{"__proto__":{"admin":true}}', 'application/json', 400, 'bad-request'],
    ['another content type', '<lead/>', 'application/xml', 415, 'unsupported-media-type'],
    ['a body over 1 MB', `{"name":"${'x'.repeat(1_100_000)}"}`, 'application/json', 413, 'payload-too-large'],
    [
      '100,000 nested arrays',
      `{"custom":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      'application/json',
      422,
      'validation',
    ],
  ])('refuse %s', async (_name, payload, type, status, code) => {
    const answer = await crm.app.inject({
      method: 'POST',
      url: '/api/v1/leads',
      payload,
      headers: {
        'content-type': type,
        host: 'localhost',
        authorization: 'Bearer test-token-0123456789-0123456789-abc',
      },
    });
    expect({ status: answer.statusCode, code: answer.json().code }).toEqual({ status, code });
  });

  it('point to each invalid value', async () => {
    const { status, body } = await crm.call('POST', '/leads', {
      name: 'M',
      email: 'nobody',
      phone: '12',
      admin: true,
    });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/',
      '#/email',
      '#/name',
      '#/phone',
    ]);
  });

  it('refuse an address that is no address', async () => {
    const { status, body, headers } = await crm.call('GET', '/leads/%zz');
    expect({ status, code: body.code, release: headers['x-release'] }).toEqual({
      status: 400,
      code: 'bad-request',
      release: 'v20261123_210405',
    });
  });

  it('answer bytes that are no HTTP with a problem', async () => {
    await crm.app.listen({ port: 0, host: '127.0.0.1' });
    const address = crm.app.server.address() as { port: number };
    const text = await new Promise<string>((resolve, reject) => {
      let received = '';
      const socket = connect(address.port, '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      socket.on('data', (chunk) => {
        received += chunk;
      });
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('x-release: v20261123_210405');
    expect(JSON.parse(text.split('\r\n\r\n')[1]!)).toMatchObject({ status: 400, code: 'bad-request' });
  });
});

describe('the front door', () => {
  let crm: TestCrm;
  beforeAll(async () => {
    crm = await openCrm({ METRICS_TOKEN: 'metrics-token-for-tests' });
  });
  afterAll(() => crm.close());

  it('does not answer under a foreign host name', async () => {
    expect(await crm.call('GET', '/leads', undefined, { host: 'evil.example.com' })).toMatchObject({
      status: 400,
      body: { code: 'host-not-allowed' },
    });
  });

  it.each([
    ['no token', ''],
    ['a wrong token', 'Bearer test-token-0123456789-0123456789-abd'],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
  ])('asks for the access token when there is %s', async (_name, authorization) => {
    const { status, body, headers } = await crm.call('GET', '/leads', undefined, { authorization });
    expect({ status, code: body.code, challenge: headers['www-authenticate'] }).toEqual({
      status: 401,
      code: 'unauthenticated',
      challenge: 'Bearer',
    });
  });

  it('lets our own pages call with credentials and no others', async () => {
    const preflight = (origin: string) =>
      crm.call('OPTIONS', '/leads', undefined, { origin, 'access-control-request-method': 'PATCH' });
    expect((await preflight('http://localhost:8080')).headers['access-control-allow-origin']).toBe(
      'http://localhost:8080',
    );
    expect(
      (await preflight('https://evil.example.com')).headers['access-control-allow-origin'],
    ).toBeUndefined();
  });

  it('gives security headers, on the docs with a policy under which they work', async () => {
    const api = await crm.call('GET', '/health/simple');
    expect(api.headers['content-security-policy']).toContain("default-src 'none'");
    expect(api.headers['x-content-type-options']).toBe('nosniff');
    const docs = await crm.call('GET', '/docs/');
    expect(docs.status).toBe(200);
    expect(docs.headers['content-security-policy']).toContain("script-src 'self'");
  });

  it('describes itself, with who may call each path', async () => {
    const { body } = await crm.call('GET', '/openapi.json');
    expect(body.info).toMatchObject({ title: 'Conductor CRM', version: 'v20261123_210405' });
    for (const [path, methods] of Object.entries<Record<string, { 'x-access'?: string }>>(body.paths))
      for (const [method, operation] of Object.entries(methods))
        expect(operation['x-access'], `${method} ${path}`).toBeTruthy();
  });

  it('shows metrics to whoever has their token only', async () => {
    expect((await crm.call('GET', '/metrics')).status).toBe(401);
    const { status, body } = await crm.call('GET', '/metrics', undefined, {
      authorization: 'Bearer metrics-token-for-tests',
    });
    expect(status).toBe(200);
    expect(body).toMatch(/conductor_http_requests_total\{method="GET",status="4xx"\} [1-9]/);
    // How we are asked each second, by machines, is no part of how people are answered.
    await crm.call('GET', '/health/ready');
    const { body: later } = await crm.call('GET', '/metrics', undefined, {
      authorization: 'Bearer metrics-token-for-tests',
    });
    const counted = (text: string) => text.match(/^conductor_http_requests_total.*$/gm);
    expect(counted(later)).toEqual(counted(body));
    expect(body).toContain('release="v20261123_210405"');
  });
});
