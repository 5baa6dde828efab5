import type { Settings } from '../settings.ts';

/** `__Host-` binds the cookie to this host over TLS; plain http, as locally, cannot have it. */
export function sessionCookieName(settings: Settings): string {
  return isSecure(settings) ? '__Host-sid' : 'sid';
}

export function cookieOptions(settings: Settings) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(settings) } as const;
}

function isSecure(settings: Settings): boolean {
  return settings.FRONTEND_URL.startsWith('https:');
}
