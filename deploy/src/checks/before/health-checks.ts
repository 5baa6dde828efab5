import { type Check, good, warning } from '../check.ts';

export const healthChecks: Check = {
  id: 'health-checks',
  title: 'Every service has a health check',
  section: 'Monitoring',
  about:
    'Each service names the path that tells whether it can take work. One without is a warning: with public paths it counts as healthy once it answers the first of them with anything below 500, without any once it has stayed up for 3 s.',
  applies: () => true,
  async run({ services }) {
    const asked = services.filter(({ static: files }) => !files);
    const without = asked.filter(({ health }) => !health).map(({ name }) => name);
    if (without.length === 0)
      return good(asked.map(({ name, health }) => `${name} ${health!.path}`).join(', '));
    return warning(
      `Without one: ${without.join(', ')}. Whether they can do their work shows only once they are asked to.`,
      `Give services.${without[0]}.health in conductor.config.ts.`,
    );
  },
};
