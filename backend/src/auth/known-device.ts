import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Settings } from '../settings.ts';
import { cookieOptions } from './cookie.ts';
import { Sealer } from './signed-cookie.ts';
import { newToken } from './token.ts';

const cookieName = 'device';
const lifetimeMs = 180 * 86_400_000;
const deviceSchema = z.object({ account: z.string(), id: z.string() });

/**
 * Browsers in which somebody signed in before: their wrong tries at that account are counted by themselves, so that a stranger who guesses at it
 * keeps the person out nowhere that they know. Source of the idea: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
 */
export class KnownDevices {
  readonly #sealer: Sealer;
  readonly #options: object;

  constructor(settings: Settings) {
    this.#sealer = new Sealer(settings, 'known-device');
    this.#options = { ...cookieOptions(settings), path: '/api/v1/auth' };
  }

  /** What wrong tries at the account are counted by. */
  counterOf(request: FastifyRequest, email: string): string {
    const device = deviceSchema.safeParse(this.#sealer.open(request.cookies[cookieName] ?? ''));
    return device.success && device.data.account === nameOf(email) ? `${email} ${device.data.id}` : email;
  }

  /** Remembers that the account was signed in to with this browser. */
  remember(reply: FastifyReply, email: string): void {
    const sealed = this.#sealer.seal({ account: nameOf(email), id: newToken() }, lifetimeMs);
    reply.setCookie(cookieName, sealed, { ...this.#options, maxAge: lifetimeMs / 1000 });
  }
}

/** The cookie shows nobody's address. */
const nameOf = (email: string): string => createHash('sha256').update(email).digest('base64url');
