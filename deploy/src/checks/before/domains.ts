import { type Check, combine } from '../check.ts';

export const domains: Check = {
  id: 'domains',
  title: 'DNS and certificates are as the domains need',
  section: 'Infrastructure',
  about:
    "Each domain of the environment: its DNS records as the public name servers and the zone's own answer them, its certificate's names and age, TLS, redirects, and whether the live release answers, through a proxy too. The worst finding is the answer; what the running release itself answers is a warning, since a deploy is what fixes it, and so is everything about a domain that the platform does not serve yet.",
  applies: (context) =>
    context.domains
      ? true
      : context.firstLive
        ? 'the environment has no domains'
        : 'no domain is asked for before the first deploy',
  run: async (context) => combine(await context.domains!()),
};
