import { type Check, combine } from '../check.ts';

export const target: Check = {
  id: 'target',
  title: 'The target is ready',
  section: 'Infrastructure',
  about:
    "The target's own findings: credentials and rights, limits, the platform's automatic deploys off, disk and memory enough. The worst of them is the answer.",
  applies: () => true,
  run: async (context) => combine(await context.target.check()),
};
