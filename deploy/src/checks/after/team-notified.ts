import { type Check, good, warning } from '../check.ts';

export const teamNotified: Check = {
  id: 'team-notified',
  title: 'The team was notified',
  section: 'After the deploy',
  about: 'Every notifier took the news. One that did not is a warning: a deploy never fails because of it.',
  applies: ({ cutover, notified }) => {
    if (!cutover) return 'nothing was deployed just now';
    return notified.includes('live') ? true : 'nobody wants to be told about a release going live';
  },
  async run({ cutover }) {
    const { deliveries } = cutover!;
    const failed = deliveries.filter(({ delivered }) => !delivered);
    if (deliveries.length === 0) return warning('No notifier was asked.', 'Tell the team yourself.');
    if (failed.length === 0) return good(deliveries.map(({ notifier }) => notifier).join(', '));
    return warning(
      failed.map(({ notifier, problem }) => `${notifier}: ${problem}`).join('\n'),
      "Fix the notifier's settings, and tell the team yourself.",
    );
  },
};
