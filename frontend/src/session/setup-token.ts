let token: string | null = null;

/**
 * Takes the secret of the setup link (`/setup#token=…`) out of the address bar and keeps it for this page: it is for nobody's screenshot,
 * history or bookmark.
 */
export function takeSetupToken(): void {
  const { pathname, search, hash } = window.location;
  if (pathname !== '/setup') return;
  const found = new URLSearchParams(hash.slice(1)).get('token');
  if (!found) return;
  token = found;
  window.history.replaceState(window.history.state, '', pathname + search);
}

/** Null where nobody has come by the setup link. */
export const setupToken = (): string | null => token;
