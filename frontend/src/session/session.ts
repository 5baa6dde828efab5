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
    const next = location.href === '/' ? '' : `?${new URLSearchParams({ next: location.href })}`;
    window.location.replace((await needsSetup()) ? '/setup' : `/login${next}`);
    // Until that page is there, none of this one's screens is shown.
    await new Promise(() => {});
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
