import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../test/app.ts';
import { openCrm, type TestCrm } from '../../test/crm.ts';
import { firstAdmin, type Person } from '../../test/person.ts';
import { type Claims, startGoogleTwin } from '../testing/google-twin.ts';

describe('signing in with Google', () => {
  let google: Awaited<ReturnType<typeof startGoogleTwin>>;
  let crm: TestCrm;
  let admin: Person;
  beforeAll(async () => {
    google = await startGoogleTwin();
    crm = await openCrm({
      GOOGLE_CLIENT_ID: 'client-1',
      GOOGLE_CLIENT_SECRET: 'secret-1',
      GOOGLE_ISSUER: google.url,
    });
    admin = await firstAdmin(crm);
  });
  afterAll(async () => {
    await crm.close();
    await google.close();
  });
  beforeEach(() => crm.services.redis.flushdb());

  const begin = async () => {
    const { status, headers } = await crm.call('GET', '/auth/google/start', undefined, { authorization: '' });
    expect(status).toBe(302);
    return { address: headers.location!, cookie: String(headers['set-cookie']).split(';')[0]! };
  };
  const end = async (address: string, cookie: string) => {
    const { pathname, search } = new URL(address);
    const answer = await crm.call('GET', pathname + search, undefined, { authorization: '', cookie });
    const cookies = [answer.headers['set-cookie'] ?? []].flat();
    const session = cookies.find((one) => one.startsWith('sid=') && !one.startsWith('sid=;'));
    return { location: answer.headers.location, session: session?.split(';')[0] };
  };
  const signIn = async (claims: Claims) => {
    const { address, cookie } = await begin();
    return end(google.agree(address, claims), cookie);
  };
  const refused = { location: 'http://localhost:8080/login?error=google', session: undefined };
  const me = async (session: string | undefined) =>
    (await crm.call('GET', '/auth/me', undefined, { authorization: '', cookie: session ?? '' })).body;

  it('asks with state, nonce and PKCE, and for no more than who somebody is', async () => {
    const asked = new URL((await begin()).address).searchParams;
    expect(asked.get('scope')).toBe('openid email profile');
    expect(asked.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(asked.get(name)!.length).toBeGreaterThan(20);
  });

  it('links somebody who is here by their proved address, and knows them by sub from then on', async () => {
    const first = await signIn({ sub: 'ana-1', email: 'Ana@example.com' });
    expect(first.location).toBe('http://localhost:8080');
    expect((await me(first.session)).id).toBe(admin.id);
    const later = await signIn({ sub: 'ana-1', email: 'ana.new.address@example.com' });
    expect((await me(later.session)).id).toBe(admin.id);
    expect(await signIn({ sub: 'somebody-else', email: 'ana@example.com' })).toEqual(refused);
  });

  it('lets in whom an admin invited, once, with the role of the invite', async () => {
    const { version } = (await admin.call('GET', '/settings')).body;
    await admin.call('PATCH', '/settings', { locale: 'en' }, { 'if-match': `"${version}"` });
    await admin.call('POST', '/invites', { email: 'gil@example.com', role: 'rep', teamId: null });
    const { session } = await signIn({ sub: 'gil-1', email: 'gil@example.com', name: 'Gil Google' });
    expect(await me(session)).toMatchObject({ email: 'gil@example.com', role: 'rep', locale: 'en' });
  });

  it.each<[string, Partial<Claims>]>([
    ['a stranger', { sub: 'x', email: 'stranger@example.com' }],
    ['an address that Google has not verified', { email_verified: false }],
    ['a token for somebody else’s client', { aud: 'client-2' }],
    ['a token of another issuer', { iss: 'https://accounts.example.com' }],
    ['a token that has run out', { exp: Math.floor(Date.now() / 1000) - 3600 }],
    ['a token of another sign-in', { nonce: 'another' }],
  ])('refuses %s', async (_who, wrong) => {
    expect(await signIn({ sub: 'ana-1', email: 'ana@example.com', ...wrong })).toEqual(refused);
  });

  it('refuses what was not begun in the same browser, or was changed on the way', async () => {
    const claims = { sub: 'ana-1', email: 'ana@example.com' };
    const [mine, theirs] = [await begin(), await begin()];
    const back = google.agree(mine.address, claims);
    expect(await end(back, '')).toEqual(refused);
    expect(await end(google.agree(mine.address, claims), theirs.cookie)).toEqual(refused);
    expect(await end(google.agree(mine.address, claims), `${mine.cookie}x`)).toEqual(refused);
    const otherState = new URL(google.agree(mine.address, claims));
    otherState.searchParams.set('state', 'forged');
    expect(await end(otherState.href, mine.cookie)).toEqual(refused);
    const otherChallenge = new URL(mine.address);
    otherChallenge.searchParams.set('code_challenge', 'stolen');
    expect(await end(google.agree(otherChallenge.href, claims), mine.cookie)).toEqual(refused);
    const once = google.agree(mine.address, claims);
    expect((await end(once, mine.cookie)).session).toBeDefined();
    expect(await end(once, mine.cookie)).toEqual(refused);
  });

  it('refuses somebody whose account is off', async () => {
    const found = await crm.services.mongo.db.collection('users').findOne({ email: 'gil@example.com' });
    await admin.call('PATCH', `/users/${found!._id}`, { status: 'disabled' });
    expect(await signIn({ sub: 'gil-1', email: 'gil@example.com' })).toEqual(refused);
  });

  it('is not offered where it is not configured', async () => {
    expect((await crm.call('GET', '/auth/providers')).body.google).toBe(true);
    const bare = await openApp({ ...crm.stores });
    expect((await bare.call('GET', '/auth/providers')).body.google).toBe(false);
    expect((await bare.call('GET', '/auth/google/start')).status).toBe(404);
    await bare.close();
  });
});
