import { afterEach, expect, it } from 'vitest';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { password } from '../../test/person.ts';
import { needsLink, requireLink } from './setup.ts';

const token = 'a-setup-token-of-this-installation';
const anyone = { authorization: '' };
const body = { organisation: 'Acme', name: 'Ana Admin', email: 'ana@example.com', password };

let crm: TestCrm | undefined;
afterEach(async () => {
  await crm?.close();
  crm = undefined;
});

const setUp = (more: object = {}) => crm!.call('POST', '/setup', { ...body, ...more }, anyone);
const about = async () => (await crm!.call('GET', '/setup', undefined, anyone)).body;

it('is open to whoever has the link, and to nobody else', async () => {
  crm = await openCrm({ SETUP_TOKEN: token, CONDUCTOR_ENVIRONMENT: 'staging' });
  expect(await about()).toEqual({ needed: true, link: true, environment: 'staging' });
  for (const wrong of [{}, { token: '' }, { token: `${token}x` }, { token: token.slice(1) }]) {
    expect(await setUp(wrong)).toMatchObject({
      status: 403,
      body: {
        code: 'setup-link',
        detail: expect.stringContaining('conductor run staging backend setup-link'),
      },
    });
  }
  expect(await about()).toMatchObject({ needed: true });
  expect((await setUp({ token })).status).toBe(201);
  expect(await about()).toMatchObject({ needed: false });
  // Who comes later learns that it is over, with the link and without.
  for (const late of [{}, { token }])
    expect(await setUp(late)).toMatchObject({ status: 409, body: { code: 'conflict' } });
});

it('is closed in production where no link has a secret', () => {
  const settings = {
    ENVIRONMENT: 'production',
    SETUP_TOKEN: undefined,
    CONDUCTOR_ENVIRONMENT: 'production',
  } as const;
  expect(needsLink(settings)).toBe(true);
  for (const guess of [undefined, '', 'undefined', token])
    expect(() => requireLink(settings, guess)).toThrow('has no SETUP_TOKEN');
  expect(() => requireLink({ ...settings, SETUP_TOKEN: token }, token)).not.toThrow();
});

it('needs no link for trying the server out', async () => {
  crm = await openCrm();
  expect(await about()).toMatchObject({ needed: true, link: false });
  expect((await setUp()).status).toBe(201);
});
