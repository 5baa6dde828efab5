export interface SignInSearch {
  /** Where to go after signing in: a path of this client. */
  next?: string;
  /** Signing in with Google came back without a session. */
  error?: 'google';
  /** A new password was saved, and signing in takes more than that. */
  saved?: 'password';
}

/** Keeps `next` only when it is a path on our own origin, so that a link cannot send people elsewhere. */
export function parseSignInSearch({ next, error, saved }: Record<string, unknown>): SignInSearch {
  return {
    ...(typeof next === 'string' && /^\/(?![/\\])/.test(next) && { next }),
    ...(error === 'google' && { error }),
    ...(saved === 'password' && { saved }),
  };
}
