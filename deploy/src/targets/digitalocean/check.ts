import type { Finding } from '../../model/finding.ts';
import type { TargetContext } from '../kind.ts';
import { PlatformRefusal } from '../refusal.ts';
import { unservedFinding } from '../static-files.ts';
import type { AppSite } from './app.ts';
import type { DigitalOceanSettings } from './index.ts';
import { operations } from './operations.ts';
import { clusterRegion, lookForClusters } from './stores.ts';

/** Milliseconds: a plan that was just made has read the same. */
const lately = 10_000;

/** What can be known before a deploy: token, state of the account, a pinned app, automatic deployments. */
export async function digitaloceanFindings(
  site: AppSite,
  context: TargetContext<DigitalOceanSettings>,
): Promise<Finding[]> {
  const found: Finding[] = [];
  try {
    const { account } = await site.rest(operations.account);
    found.push(
      account.status === 'active'
        ? { level: 'ok', title: 'DigitalOcean accepts the token' }
        : {
            level: 'failure',
            title: `The account on DigitalOcean is ${account.status}`,
            fix: 'See the billing page of DigitalOcean.',
          },
    );
  } catch (error) {
    if (!(error instanceof PlatformRefusal)) throw error;
    return [{ level: 'failure', title: error.message, fix: error.hint ?? 'See what DigitalOcean says.' }];
  }
  const app = await site.read(lately);
  if (app?.pinned_deployment) {
    found.push({
      level: 'failure',
      title: 'The app is pinned to a deployment that someone has rolled back to',
      fix: 'Commit or revert that rollback in the dashboard.',
    });
  }
  found.push(...unservedFinding('DigitalOcean', context.services));
  const bare = context.services.filter(({ image }) => !image).map(({ name }) => name);
  if (bare.length) {
    found.push({
      level: 'warning',
      title: `${bare.join(', ')}: no image is named`,
      detail: 'DigitalOcean cannot deploy a repository at an exact commit, only images by digest.',
      fix: 'Build and push the images, and let the release name them by digest.',
    });
  }
  if (context.services.some(({ singleton }) => singleton)) {
    found.push({
      level: 'warning',
      title: 'DigitalOcean starts new replicas before it stops the old ones, of singletons too',
      fix: 'Let the service itself hold a lease, as the scheduler of Conductor CRM does.',
    });
  }
  if (context.stores.some(({ kind, url }) => kind === 'redis' && !url)) {
    found.push({
      level: 'warning',
      title: 'DigitalOcean makes no backups of Valkey, which serves as redis',
      fix: 'Keep nothing there that cannot be made again.',
    });
  }
  found.push(...(await elsewhere(site, context)));
  if (app) found.push(await cost(site, app.spec, app.id, app.spec.name));
  return found;
}

/** What runs in another region than the config says: nothing is moved. */
async function elsewhere(site: AppSite, context: TargetContext<DigitalOceanSettings>): Promise<Finding[]> {
  const { settings } = context;
  const app = (await site.read(lately))?.spec;
  const clusters = await lookForClusters({ app: site, context }, context.stores, lately);
  const places = [
    { name: 'the app', is: app?.region, wanted: settings.region },
    ...[...clusters].map(([name, { ours }]) => {
      return { name, is: ours?.region, wanted: clusterRegion(settings) };
    }),
  ];
  return places.flatMap(({ name, is, wanted }): Finding[] =>
    is === undefined || is === wanted
      ? []
      : [
          {
            level: 'warning',
            title: `${name} runs in ${is}, and the config says ${wanted}`,
            detail: 'A deploy leaves what exists where it is.',
            fix: `Set the region of the config to ${is}, or move it: a cluster in its settings in the dashboard, an app by making it again.`,
          },
        ],
  );
}

async function cost(site: AppSite, spec: unknown, id: string, name: string): Promise<Finding> {
  const { app_cost: cost } = await site.rest(operations.propose, { body: { spec, app_id: id } });
  return {
    level: 'ok',
    title: cost === undefined ? `DigitalOcean does not price ${name}` : `${name} costs $${cost} a month`,
    detail: 'Clusters and traffic come on top.',
  };
}
