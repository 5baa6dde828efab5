import { type Check, failure, good } from '../check.ts';

export const errorTracking: Check = {
  id: 'error-tracking',
  title: 'Error tracking is configured',
  section: 'Monitoring',
  about: 'Each setting of `errorTracking` (SENTRY_DSN) has a URL as its value. One without is a failure.',
  applies: ({ policy }) =>
    policy.errorTracking.length > 0 ? true : 'the config has no checks.errorTracking',
  async run({ settings, policy: { errorTracking: names }, environment }) {
    const missing = names.filter(
      (name) => !settings.some((fact) => fact.name === name && fact.value && URL.canParse(fact.value)),
    );
    if (missing.length === 0) return good(names.join(', '));
    return failure(
      `Without a value: ${missing.join(', ')}`,
      `conductor secrets set ${environment} ${missing[0]}`,
    );
  },
};
