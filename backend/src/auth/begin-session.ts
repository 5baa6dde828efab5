import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '../audit/audit.ts';
import { defaultTimezone, type Principal } from '../policy/principal.ts';
import { type SessionStore, sessionMs } from '../sessions/store.ts';
import type { Settings } from '../settings.ts';
import type { UserStore } from '../users/store.ts';
import type { UserDocument } from '../users/user.ts';
import { ipPrefix } from './authenticate.ts';
import { cookieOptions, sessionCookieName } from './cookie.ts';

interface SessionNeeds {
  settings: Settings;
  sessions: SessionStore;
  users: UserStore;
  audit: Audit;
}

/** Begins a session for somebody who has just proved who they are, and gives its cookie to the browser. */
export async function beginSession(
  { settings, sessions, users, audit }: SessionNeeds,
  request: FastifyRequest,
  reply: FastifyReply,
  user: UserDocument,
): Promise<void> {
  const from = { userAgent: request.headers['user-agent'] ?? '', ipPrefix: ipPrefix(request.ip) };
  const token = await sessions.begin({ orgId: user.orgId, userId: user._id }, from);
  await users.signedIn(user);
  const principal = { ...personAsPrincipal(user), request: { id: request.id, ipPrefix: from.ipPrefix } };
  await audit.record(principal, { action: 'user.signed-in', entity: 'user', entityId: user._id });
  reply.setCookie(sessionCookieName(settings), token, {
    ...cookieOptions(settings),
    maxAge: sessionMs / 1000,
  });
}

/** A person as the author of what they do to their own account; not for reaching records. */
export function personAsPrincipal({ orgId, _id, name, role }: UserDocument): Principal {
  return {
    orgId,
    userId: _id,
    name,
    role,
    via: 'session',
    teamUserIds: [],
    repVisibility: 'own',
    timezone: defaultTimezone,
  };
}
