import { type Check, failure, good } from '../check.ts';

export const healthChecks: Check = {
  id: 'health-checks',
  title: 'Every service has a health check',
  section: 'Monitoring',
  about:
    'Each service names the path that tells whether it can take work. One without is a failure: it would count as healthy at once.',
  applies: () => true,
  async run({ services }) {
    const without = services.filter(({ health }) => !health).map(({ name }) => name);
    if (without.length === 0)
      return good(services.map(({ name, health }) => `${name} ${health!.path}`).join(', '));
    return failure(
      `Without one: ${without.join(', ')}`,
      `Give services.${without[0]}.health in conductor.config.ts.`,
    );
  },
};
