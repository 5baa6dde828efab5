import type { EventKind } from '../../notify/index.ts';
import { type Check, failure, good } from '../check.ts';

const alarms: readonly EventKind[] = ['failed', 'rolled-back', 'unknown', 'backup-failed', 'backup-alarm'];

export const alerts: Check = {
  id: 'alerts',
  title: 'Somebody is told when something goes wrong',
  section: 'Monitoring',
  about: `At least one notifier is configured for each of: ${alarms.join(', ')}. An event that reaches nobody is a failure.`,
  applies: () => true,
  async run({ notified }) {
    const silent = alarms.filter((kind) => !notified.includes(kind));
    if (silent.length === 0) return good();
    return failure(
      `Nobody is told: ${silent.join(', ')}`,
      'Give `notify` in conductor.config.ts: slack(…), webhook(…) or email(…).',
    );
  },
};
