import { ConductorError } from '../../errors.ts';
import type { Finding } from '../../model/finding.ts';
import type { TargetContext } from '../kind.ts';
import type { Account } from './account.ts';
import type { Api } from './api.ts';
import { costFinding } from './cost.ts';
import type { RailwayState } from './environment.ts';
import type { RailwaySettings } from './index.ts';
import { operations } from './operations.ts';
import type { Site } from './site.ts';
import { filesFinding } from './static-files.ts';
import { findStore } from './store-names.ts';
import { times } from './times.ts';

/** What can be known before a deploy: token, region, limits of spending, what others have left half done. `siteThere` gives the environment that is there. */
export async function railwayFindings(
  api: Api,
  account: Account,
  context: TargetContext<RailwaySettings>,
  siteThere: () => Promise<Site>,
): Promise<Finding[]> {
  const place = await asFinding(() => account.find());
  if ('finding' in place) return [place.finding];
  const found: Finding[] = [{ level: 'ok', title: 'Railway accepts the token' }];

  const region = await asFinding(() => account.checkRegion());
  found.push('finding' in region ? region.finding : { level: 'ok', title: 'The region exists' });
  const workspace = place.value?.workspace ?? (await account.workspaceIfSeen());
  if (workspace) found.push(await spending(api, workspace, context.settings));
  found.push(costFinding(context.services, context.settings));
  if (context.services.some(({ singleton }) => singleton)) found.push(overlapping);
  found.push(...mongoFinding(context), ...filesFinding(context.services));

  if (!place.value) {
    return [
      ...found,
      { level: 'ok', title: 'Nothing is on Railway yet; the first deploy makes the project' },
    ];
  }
  const site = await siteThere();
  // A plan that was made a moment ago has read it already.
  const state = await site.environment.read(10_000);
  found.push(
    state.staged
      ? {
          level: 'failure',
          title: 'Changes are staged on Railway that are not deployed',
          fix: 'Deploy or discard them in the dashboard.',
        }
      : { level: 'ok', title: 'No staged changes on Railway' },
  );
  found.push(...(await autoDeploys(site, state)));
  found.push(...storesUp(state, context));
  return found;
}

/** An error that is meant for people, as a finding; the others stay errors. */
async function asFinding<T>(ask: () => Promise<T>): Promise<{ value: T } | { finding: Finding }> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (!(error instanceof ConductorError)) throw error;
    return {
      finding: { level: 'failure', title: error.message, fix: error.hint ?? 'See the message of Railway.' },
    };
  }
}

async function spending(api: Api, workspace: string, settings: RailwaySettings): Promise<Finding> {
  const { plan, customer } = (await api(operations.spending, { workspace })).workspace;
  const limit = customer.usageLimit;
  const wanted = settings.spending;
  if (!limit) {
    return wanted
      ? { level: 'ok', title: 'The next deploy sets the spending limit on Railway' }
      : {
          level: 'warning',
          title: `No spending limit on Railway (plan ${plan})`,
          fix: 'Set `spending: { warn: 20, stop: 50 }` in railway({ … }), in US dollars a month.',
        };
  }
  const same = !wanted || (limit.softLimit === wanted.warn && limit.hardLimit === (wanted.stop ?? null));
  const detail = `warns at $${limit.softLimit}${limit.hardLimit === null ? '' : `, stops at $${limit.hardLimit}`} a month`;
  return same
    ? { level: 'ok', title: 'A spending limit is set on Railway', detail }
    : {
        level: 'warning',
        title: 'The spending limit on Railway is not the one of the config',
        detail,
        fix: 'The next deploy sets it; or change `spending` in railway({ … }).',
      };
}

const overlapping: Finding = {
  level: 'warning',
  title: 'Railway starts a new replica before it stops the old one, of singletons too',
  detail: 'Two of them run for some seconds while a release goes live.',
  fix: 'Let the service itself hold a lease, as the scheduler of Conductor CRM does.',
};

/** Which MongoDB, and why: said here, because whoever deploys has to know what they rely on. */
function mongoFinding({ stores }: TargetContext): Finding[] {
  const mongo = stores.find(({ kind }) => kind === 'mongodb');
  if (!mongo) return [];
  return [
    mongo.url
      ? {
          level: 'ok',
          title: 'MongoDB is an outside server',
          detail: `${mongo.name} has a \`url\` here, so Railway runs none.`,
        }
      : {
          level: 'ok',
          title: 'MongoDB runs on Railway as a replica set of one',
          detail: `${mongo.name} has no \`url\` here, and Railway manages no MongoDB. It has transactions and no failover: a short pause whenever it restarts; with a \`url\` (Atlas) there is none.`,
        },
  ];
}

async function autoDeploys({ api, place, context, quiet }: Site, state: RailwayState): Promise<Finding[]> {
  const ours = state.services.filter(
    ({ name, config }) => config?.source?.repo && context.services.some((service) => service.name === name),
  );
  if (ours.length === 0) return [];
  const { project, environment } = place;
  const answers = await api(
    ...times(
      operations.autoDeployStatus,
      ours.map(({ id }) => ({ project, environment, service: id })),
    ),
  );
  const on: string[] = [];
  for (const [i, { id, name }] of ours.entries()) {
    if (answers[i]!.serviceInstanceAutoDeployStatus.enabled) on.push(name);
    else quiet.add(id);
  }
  return on.length
    ? [
        {
          level: 'failure',
          title: `Railway deploys ${on.join(', ')} by itself at every push`,
          fix: 'Turn automatic deployments off in the settings of the services.',
        },
      ]
    : [{ level: 'ok', title: 'Automatic deployments are off on Railway' }];
}

function storesUp(state: RailwayState, context: TargetContext<RailwaySettings>): Finding[] {
  return context.stores.flatMap((store): Finding[] => {
    const service = store.url ? undefined : findStore(state.services, store);
    if (!service || service.volumes.length > 0) return [];
    return [
      {
        level: 'failure',
        title: `${service.name} on Railway has no volume: its data is lost at the next deploy`,
        fix: 'Attach a volume to it in the dashboard, or remove it and deploy again.',
      },
    ];
  });
}
