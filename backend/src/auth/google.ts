import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Problem } from '../problem.ts';
import type { Settings } from '../settings.ts';
import type { UserDocument } from '../users/user.ts';
import { beginSession } from './begin-session.ts';
import { cookieOptions } from './cookie.ts';
import type { AuthNeeds } from './routes.ts';
import { Sealer } from './signed-cookie.ts';

const flowCookie = 'google-flow';
const flowMs = 10 * 60_000;
const flowSchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });
const claimsSchema = z.object({
  sub: z.string(),
  email: z.string().toLowerCase(),
  email_verified: z.literal(true),
  name: z.string().optional(),
});

/**
 * Signing in with Google: OpenID Connect, authorization code with PKCE. What was begun is kept in a sealed cookie of the
 * same browser, so nobody can end it in another's. Only people who are here or invited get in.
 */
export const googleRoutes: FastifyPluginAsyncZod<AuthNeeds> = async (app, needs) => {
  const { settings } = needs;
  const sealer = new Sealer(settings, 'google-flow');
  const tags = ['auth'];
  const config = { access: 'open', rateLimit: { max: 30, timeWindow: '15 minutes' } } as const;
  const cookie = { ...cookieOptions(settings), path: '/api/v1/auth/google' };
  const redirectUri = `${settings.BACKEND_URL}/api/v1/auth/google/callback`;

  app.get(
    '/auth/google/start',
    { config: { ...config, refuses: [404] }, schema: { tags, response: { 302: z.null() } } },
    async (_request, reply) => {
      const { client, configuration } = await provider(settings);
      const flow = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const address = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
      });
      return reply
        .setCookie(flowCookie, sealer.seal(flow, flowMs), { ...cookie, maxAge: flowMs / 1000 })
        .redirect(address.href, 302);
    },
  );

  app.get(
    '/auth/google/callback',
    { config, schema: { tags, response: { 302: z.null() } } },
    async (request, reply) => {
      reply.clearCookie(flowCookie, cookie);
      const flow = flowSchema.safeParse(sealer.open(request.cookies[flowCookie] ?? ''));
      const user = flow.success
        ? await signedInBy(needs, flow.data, new URL(request.url, settings.BACKEND_URL)).catch((error) => {
            request.log.warn({ err: error }, 'sign-in with Google failed');
            return undefined;
          })
        : undefined;
      if (!user) return reply.redirect(`${settings.FRONTEND_URL}/login?error=google`, 302);
      await beginSession(needs, request, reply, user);
      return reply.redirect(settings.FRONTEND_URL, 302);
    },
  );
};

type OpenId = typeof import('openid-client');

/** The provider's own description, fetched when first needed; a failure is tried again at the next sign-in. */
async function provider(
  settings: Settings,
): Promise<{ client: OpenId; configuration: import('openid-client').Configuration }> {
  if (settings.GOOGLE_CLIENT_ID === undefined)
    throw new Problem('not-found', { detail: 'Sign-in with Google is not configured.' });
  const client = await import('openid-client');
  const issuer = new URL(settings.GOOGLE_ISSUER);
  const insecure =
    settings.ENVIRONMENT !== 'production' && issuer.protocol === 'http:'
      ? { execute: [client.allowInsecureRequests] }
      : undefined;
  const configuration = await client.discovery(
    issuer,
    settings.GOOGLE_CLIENT_ID,
    settings.GOOGLE_CLIENT_SECRET,
    undefined,
    insecure,
  );
  return { client, configuration };
}

async function signedInBy(
  { settings, mongo, invites }: AuthNeeds,
  flow: z.infer<typeof flowSchema>,
  address: URL,
): Promise<UserDocument | undefined> {
  const { client, configuration } = await provider(settings);
  const tokens = await client.authorizationCodeGrant(configuration, address, {
    expectedState: flow.state,
    expectedNonce: flow.nonce,
    pkceCodeVerifier: flow.verifier,
    idTokenExpected: true,
  });
  const { sub, email, name } = claimsSchema.parse(tokens.claims());
  const users = mongo.db.collection<UserDocument>('users');
  const known = await users.findOne({ googleSub: sub });
  if (known) return known.status === 'active' ? known : undefined;
  // The address is proved by Google, so a user who signed in by password until now may be linked to it.
  const linked = await users.findOneAndUpdate(
    { email, status: 'active', googleSub: { $exists: false } },
    { $set: { googleSub: sub } },
    { returnDocument: 'after' },
  );
  return linked ?? (await invites.acceptByGoogle(email, { name: name ?? email, googleSub: sub }));
}
