import { i18n } from '@lingui/core';
import { queryOptions } from '@tanstack/react-query';
import { redirect } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/query-client.ts';
import { ask } from '../api/request.ts';
import { storage } from '../browser/storage.ts';
import { activate } from '../i18n/i18n.ts';

/** Who is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => ask('GET /auth/me', { signal }),
  staleTime: 5 * 60_000,
});

/** Lets only people who signed in pass; others go to the sign-in screen and come back here afterwards. */
export async function requireSession({ location }: { location: { href: string } }): Promise<void> {
  try {
    const me = await queryClient.ensureQueryData(meQuery);
    rememberSignedIn(true);
    if (!storage.get('locale') && i18n.locale !== me.locale) await activate(me.locale);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    rememberSignedIn(false);
    if (await needsSetup()) throw redirect({ to: '/setup' });
    throw redirect({ to: '/login', search: location.href === '/' ? {} : { next: location.href } });
  }
}

/** Whether nobody has set this installation up yet. */
const needsSetup = async (): Promise<boolean> => (await ask('GET /setup')).needed;

/** Ends the session here and on the server; what was on the screen is forgotten. */
export async function signOut(): Promise<void> {
  await ask('POST /auth/logout');
  leave();
}

/** Forgets everything that was loaded and shows the sign-in screen. */
export function leave(): void {
  rememberSignedIn(false);
  // What somebody was writing is nobody else's.
  storage.forget('letter.');
  queryClient.clear();
  window.location.assign('/login');
}

/** The static shell of the next visit shows the frame of the screens, or the door. */
function rememberSignedIn(signedIn: boolean): void {
  storage.set('signedIn', signedIn ? '1' : null);
}
