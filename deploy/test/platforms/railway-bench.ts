import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import type { TargetContext } from '../../src/targets/kind.ts';
import { type RailwaySettings, railwayTarget } from '../../src/targets/railway/index.ts';
import { createRailway } from '../../src/targets/railway/target.ts';
import type { Surroundings } from '../../src/targets/surroundings.ts';
import type { Target } from '../../src/targets/target.ts';
import { contextOf, type Platform } from './crm.ts';
import { RailwayTwin } from './railway-twin.ts';

export interface RailwayPlatform extends Platform {
  readonly twin: RailwayTwin;
  /** A target for it, with other settings, credentials or surroundings of the project where they are given. */
  target(
    surroundings?: Surroundings,
    settings?: Record<string, unknown>,
    credentials?: Record<string, string>,
    part?: Partial<TargetContext<RailwaySettings>>,
  ): Promise<Target>;
}

/** Variables without the values that are made at random, which no two runs have in common. */
const withoutRandom = (variables: Readonly<Record<string, object | null>>) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [
      name,
      ['MONGO_PASSWORD', 'MONGO_REPLICA_SET_KEY'].includes(name)
        ? { ...variable, value: 'random' }
        : variable,
    ]),
  );

/** One replica where the workspace prefers is what a service has that was never placed. */
const placed = (deploy: Readonly<Record<string, unknown>> | null | undefined) => {
  const { multiRegionConfig, ...others } = deploy ?? {};
  const usual = JSON.stringify(multiRegionConfig) === '{"us-west2":{"numReplicas":1}}';
  return multiRegionConfig && !usual ? { ...others, multiRegionConfig } : others;
};

export async function openRailway(
  settings: Record<string, unknown> = {},
  part: Partial<TargetContext<RailwaySettings>> = {},
  credentials: Record<string, string> = { RAILWAY_API_TOKEN: 'railway-token' },
): Promise<RailwayPlatform> {
  const clock = new VirtualClock();
  const twin = await new RailwayTwin(clock).start();
  const parsed = (more: Record<string, unknown> = {}) =>
    railwayTarget.settings.parse({ repository: 'example/crm', api: `${twin.url}/`, ...settings, ...more });
  return {
    twin,
    target: (surroundings = {}, more = {}, others = credentials, otherPart = {}) =>
      createRailway(contextOf(parsed(more), others, { ...part, ...otherPart }), { clock, ...surroundings }),
    inventory: () => ({
      projects: twin.projects.filter(({ deletedAt }) => deletedAt === null).length,
      services: twin.project?.services.map(({ name, config, autoDeploy, customDomains }) => ({
        name,
        config: {
          ...config,
          source: config.source,
          deploy: placed(config.deploy),
          variables: withoutRandom(config.variables ?? {}),
        },
        autoDeploy,
        domains: customDomains.map(({ domain }) => domain),
        serving: twin.serving(name),
        underWay: twin.underWay(name),
      })),
    }),
    rude: {
      addStrangers: () => twin.addStrangers(),
      addStrangeService: (name) => twin.addStrangeService(name),
      strangers: () => structuredClone(twin.strangers()),
      fall: (service) => twin.fell(service, 'CRASHED'),
      redeploy: (service) => twin.redeploy(service),
      made: () => [
        ...twin.projects
          .filter(({ deletedAt, stranger }) => deletedAt === null && !stranger)
          .map(({ name }) => `project ${name}`),
        ...(twin.project?.services ?? []).map(({ name }) => name),
        ...(twin.project?.services ?? []).flatMap(({ domains }) => domains.map(({ host }) => host)),
      ],
    },
    drift: (service, name, value) => twin.drift(service, name, value),
    isEmpty: () => twin.project === undefined,
    close: () => twin.close(),
  };
}
