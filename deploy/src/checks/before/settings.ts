import { type Check, failure, good } from '../check.ts';

export const settings: Check = {
  id: 'settings',
  title: 'Every required setting has a value',
  section: 'Security',
  about:
    'Each setting that a service needs is present, not blank and, where it is a secret, can be decrypted. All that are missing are listed at once: a failure.',
  applies: () => true,
  async run({ environment, missing, settings: facts }) {
    if (missing.length === 0) return good(`${new Set(facts.map(({ name }) => name)).size} settings`);
    return failure(
      missing.join('\n'),
      `\`conductor secrets set ${environment} NAME\`, or give it under environments.${environment}.settings in conductor.config.ts.`,
    );
  },
};
