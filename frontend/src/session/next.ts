export interface SignInSearch {
  /** Where to go after signing in: a path of this client. */
  next?: string;
  /** Signing in with Google came back without a session. */
  error?: 'google';
}

/** Keeps `next` only when it is a path on our own origin, so that a link cannot send people elsewhere. */
export function parseSignInSearch({ next, error }: Record<string, unknown>): SignInSearch {
  return {
    ...(typeof next === 'string' && /^\/(?![/\\])/.test(next) && { next }),
    ...(error === 'google' && { error }),
  };
}
