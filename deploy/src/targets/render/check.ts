import type { Finding } from '../../model/finding.ts';
import type { TargetContext } from '../kind.ts';
import { PlatformRefusal } from '../refusal.ts';
import { unservedFinding } from '../static-files.ts';
import { serviceType } from './desired.ts';
import type { RenderSettings } from './index.ts';
import type { RenderService } from './operations.ts';
import type { Workspace } from './workspace.ts';

/** Milliseconds: a plan that was just made has read the same. */
const lately = 10_000;

/** What can be known before a deploy, and what Render does otherwise than one would expect. */
export async function renderFindings(
  workspace: Workspace,
  context: TargetContext<RenderSettings>,
): Promise<Finding[]> {
  try {
    await workspace.assertSeen();
  } catch (error) {
    if (error instanceof PlatformRefusal) return [failure(error)];
    throw error;
  }
  const services = await workspace.list(lately);
  const auto = [...services].filter(([, { autoDeploy }]) => autoDeploy === 'yes').map(([name]) => name);
  const found: Finding[] = [
    { level: 'ok', title: 'Render accepts the key' },
    auto.length
      ? {
          level: 'failure',
          title: `Render deploys ${auto.join(', ')} by itself at every push`,
          fix: 'Turn auto-deploy off in the settings of the services.',
        }
      : { level: 'ok', title: 'Auto-deploy is off on Render' },
    {
      level: 'warning',
      title: 'Render has no spending limit',
      detail: `What ${context.services.reduce((sum, { replicas }) => sum + replicas, 0)} replicas of plan ${context.settings.plan} cost is not known: its API has no prices.`,
      fix: 'Look at the bill in the dashboard now and then.',
    },
  ];
  found.push(...unservedFinding('Render', context.services), ...elsewhere(services, context.settings));
  const blind = context.services.filter(
    (service) => serviceType(service) !== 'web_service' && service.health,
  );
  if (blind.length) {
    found.push({
      level: 'warning',
      title: `Render does not ask the health of ${blind.map(({ name }) => name).join(', ')}`,
      detail: 'It checks services with public paths only; the others are live when their process stays up.',
      fix: 'Nothing to do; their own heartbeat shows whether they work.',
    });
  }
  if (context.services.some(({ singleton }) => singleton)) {
    found.push({
      level: 'warning',
      title: 'Render runs old and new side by side for a minute, of singletons too',
      fix: 'Let the service itself hold a lease, as the scheduler of Conductor CRM does.',
    });
  }
  found.push(...mongo(context));
  return found;
}

/** A region of Render cannot be changed: what exists stays where it is. */
function elsewhere(
  services: ReadonlyMap<string, RenderService>,
  { region: wanted }: RenderSettings,
): Finding[] {
  const placed = [...services].map(([name, { serviceDetails }]) => ({ name, is: serviceDetails.region }));
  const strays = Map.groupBy(placed, ({ is }) => is ?? wanted);
  strays.delete(wanted);
  return [...strays].map(([region, all]) => {
    const names = all.map(({ name }) => name).join(', ');
    return {
      level: 'warning',
      title: `${names} ${all.length === 1 ? 'runs' : 'run'} in ${region}, and the config says ${wanted}`,
      detail: 'A deploy leaves what exists where it is: Render moves nothing to another region.',
      fix: `Set \`region\` in render({ … }) to ${region}.`,
    };
  });
}

function mongo({ stores, settings }: TargetContext<RenderSettings>): Finding[] {
  if (!stores.some(({ kind, url }) => kind === 'mongodb' && !url)) return [];
  return settings.mongodb
    ? [
        {
          level: 'warning',
          title: 'MongoDB runs as a replica set of one on a disk of Render',
          detail:
            'It has transactions but no failover, and is down for some minutes whenever it is changed. Snapshots are daily.',
          fix: 'Give the store a `url` of a managed server, such as Atlas.',
        },
      ]
    : [
        {
          level: 'failure',
          title: 'Render has no MongoDB',
          fix: 'Give the store a `url`, or set `mongodb: {}` in render({ … }).',
        },
      ];
}

const failure = (error: PlatformRefusal): Finding => ({
  level: 'failure',
  title: error.message,
  fix: error.hint ?? 'See what Render says.',
});
