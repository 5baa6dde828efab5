/** Words of names of secrets that nobody outside knows. */
const ownWords =
  /^(APP|SESSIONS?|COOKIES?|JWT|AUTH|NEXTAUTH|BETTER|CSRF|XSRF|DJANGO|FLASK|EXPRESS|RAILS|FASTIFY|NUXT|NEXT|ACCESS|REFRESH|TOKEN|TOKENS|SECRET|SECRETS|KEY|KEYS|BASE|SIGNING|SIGN|HASH|SALT|SERVER|INTERNAL|CRON|SETUP|METRICS|PAYLOAD|ADMIN|PASSPORT|EMAIL|VERIFICATION|RESET|ENCRYPTION|UTILS|SIGNUP|LOGIN|SERVICE|INVITE)$/;

/** A secret that the project may choose by itself: a random one will do. */
export function ownSecret(name: string): boolean {
  const words = name
    .toUpperCase()
    .split('_')
    .filter((word) => !/^\d*$/.test(word));
  if (!words.every((word) => ownWords.test(word))) return false;
  if (words.some((word) => /^(SECRETS?|SALT)$/.test(word))) return true;
  return /^(JWT|SESSION|COOKIE|SIGNING|CSRF|METRICS|SETUP|INTERNAL|CRON)_(.*_)?(KEYS?|TOKEN)$/.test(
    name.toUpperCase(),
  );
}

/** What says how a project fares: it works without. */
export const isTelemetry = (name: string): boolean =>
  /SENTRY|POSTHOG|DATADOG|(^|_)DD_|NEW_?RELIC|GOOGLE_ANALYTICS|(^|_)GA_|GTM|MIXPANEL|LOGTAIL|HONEYCOMB|ROLLBAR|BUGSNAG|PLAUSIBLE|UMAMI|LOGROCKET|AMPLITUDE/.test(
    name.toUpperCase(),
  );

/** What looks like a secret whatever its name is: an address with a password, a token of a known form, a long random text. */
export function isSecretValue(value: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/\s@]*:[^/\s@]+@/i.test(value)) return true;
  if (
    /^([sprw]k_(live|test)_|gh[pousr]_|github_pat_|glpat-|xox[abp]-|AKIA|ASIA|eyJ|SG\.|sk-|rk-|-----BEGIN)/.test(
      value,
    )
  )
    return true;
  return (
    /^[A-Za-z0-9+/_=-]{24,}$/.test(value) &&
    [/[a-z]/, /[A-Z]/, /\d/].every((kind) => kind.test(value)) &&
    !/[-_/]/.test(value.slice(0, 12))
  );
}
