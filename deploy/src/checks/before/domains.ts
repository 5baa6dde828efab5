import { type Check, combine } from '../check.ts';

export const domains: Check = {
  id: 'domains',
  title: 'DNS and certificates are as the domains need',
  section: 'Infrastructure',
  about:
    "Each domain of the environment: its DNS records as the public name servers and the zone's own answer them, its certificate's names and age, TLS, redirects, and whether the live release answers, through a proxy too. The worst finding is the answer; what the running release itself answers is a warning, since a deploy is what mends it.",
  applies: (context) => (context.domains ? true : 'the environment has no domains'),
  run: async (context) => combine(await context.domains!()),
};
