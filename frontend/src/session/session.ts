import { i18n } from '@lingui/core';
import { queryOptions } from '@tanstack/react-query';
import { Problem } from '../api/problem.ts';
import { queryClient } from '../api/query-client.ts';
import { ask } from '../api/request.ts';
import { storage } from '../browser/storage.ts';
import { activate } from '../i18n/i18n.ts';
import { plainKeys } from '../shortcuts/use-shortcuts.ts';
import { rememberSignedIn } from './signed-in.ts';

/** Who is signed in. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => ask('GET /auth/me', { signal }),
  staleTime: 5 * 60_000,
});

/**
 * Lets only people who signed in pass. Others go to the page before the door, which is another one than this, and come back here afterwards;
 * a screen that is only being prepared (`preload`) moves nobody.
 */
export async function requireSession({
  location,
  preload,
}: {
  location: { href: string };
  preload: boolean;
}): Promise<void> {
  try {
    const me = await queryClient.ensureQueryData(meQuery);
    rememberSignedIn(true);
    plainKeys.set(me.prefs.shortcuts);
    if (!storage.get('locale') && i18n.locale !== me.locale) await activate(me.locale);
  } catch (error) {
    if (preload || !(error instanceof Problem) || error.status !== 401) throw error;
    rememberSignedIn(false);
    window.location.replace((await needsSetup()) ? '/setup' : signInAddress(location.href));
    // Until that page is there, none of this one's screens is shown.
    await new Promise(() => {});
  }
}

/** The sign-in screen, which leads back to a path of this client. */
const signInAddress = (path: string): string =>
  path === '/' ? '/login' : `/login?${new URLSearchParams({ next: path })}`;

/** This page is on its way to the sign-in screen. */
let leaving = false;

/**
 * Leads to the sign-in screen as soon as an answer says that nobody is signed in here any more: signed out in another tab, ended by somebody
 * else, or run out. Gives the function that ends it.
 */
export function watchSession(): () => void {
  return queryClient.getQueryCache().subscribe((event) => {
    if (leaving || event.type !== 'updated' || event.action.type !== 'error') return;
    const { error } = event.action;
    if (!(error instanceof Problem && error.status === 401)) return;
    leaving = true;
    rememberSignedIn(false);
    const { pathname, search } = window.location;
    window.location.replace(signInAddress(pathname + search));
  });
}

/** Whether nobody has set this installation up yet. */
const needsSetup = async (): Promise<boolean> => (await ask('GET /setup')).needed;

/** Ends the session here and on the server; what was on the screen is forgotten. */
export async function signOut(): Promise<void> {
  leaving = true;
  try {
    await ask('POST /auth/logout');
  } catch (error) {
    leaving = false;
    throw error;
  }
  leave();
}

/** Forgets everything that was loaded and shows the sign-in screen. */
function leave(): void {
  rememberSignedIn(false);
  // What somebody was writing is nobody else's.
  storage.forget('letter.');
  queryClient.clear();
  window.location.assign('/login');
}
