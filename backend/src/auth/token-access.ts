import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../policy/principal.ts';
import type { Settings } from '../settings.ts';
import { Sealer, sameText } from './signed-cookie.ts';

export const sessionCookie = 'sid';
const sessionMs = 30 * 86_400_000;
const sealed = z.object({ kind: z.literal('token'), tokenMark: z.string() });

/** The organisation that the access token opens. */
export const firstOrgId = '000000000000000000000001';

/** Says who a request comes from, by the access token itself or by the cookie that was given for it. */
export class TokenAccess {
  readonly #token: string | undefined;
  readonly #sealer: Sealer;

  constructor(settings: Settings) {
    this.#token = settings.API_TOKEN;
    this.#sealer = new Sealer(settings.SECRET_KEY, 'session');
  }

  /** A cookie value for whoever knows the token; nothing for anyone else. Changing the token ends all of them. */
  open(token: string): { cookie: string; maxAgeSeconds: number } | undefined {
    if (this.#token === undefined || !sameText(token, this.#token)) return undefined;
    return {
      cookie: this.#sealer.seal({ kind: 'token', tokenMark: this.#mark() }, sessionMs),
      maxAgeSeconds: sessionMs / 1000,
    };
  }

  authenticate(request: FastifyRequest): Principal | undefined {
    if (this.#token === undefined) return undefined;
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (bearer !== undefined) return sameText(bearer, this.#token) ? tokenPrincipal('token') : undefined;
    const cookie = request.cookies[sessionCookie];
    const opened = cookie === undefined ? undefined : sealed.safeParse(this.#sealer.open(cookie));
    return opened?.success && opened.data.tokenMark === this.#mark() ? tokenPrincipal('session') : undefined;
  }

  /** A few characters that change with the token and do not reveal it. */
  #mark(): string {
    return this.#sealer.seal({ token: this.#token }, 0, 0).slice(-16);
  }
}

function tokenPrincipal(via: Principal['via']): Principal {
  return {
    orgId: firstOrgId,
    userId: null,
    name: 'Access token',
    role: 'admin',
    via,
    teamUserIds: null,
    repVisibility: 'all',
  };
}
