import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import { type DigitalOceanSettings, digitaloceanTarget } from '../../src/targets/digitalocean/index.ts';
import { createDigitalOcean } from '../../src/targets/digitalocean/target.ts';
import type { TargetContext } from '../../src/targets/kind.ts';
import { contextOf, type Platform } from './crm.ts';
import { DigitalOceanTwin } from './digitalocean-twin.ts';

export interface DigitalOceanPlatform extends Platform {
  readonly twin: DigitalOceanTwin;
}

export async function openDigitalOcean(
  settings: Record<string, unknown> = {},
  part: Partial<TargetContext<DigitalOceanSettings>> = {},
  credentials: Record<string, string> = { DIGITALOCEAN_TOKEN: 'do-token' },
): Promise<DigitalOceanPlatform> {
  const clock = new VirtualClock();
  const twin = (await new DigitalOceanTwin(clock).start()).addOthers();
  const parsed = digitaloceanTarget.settings.parse({ api: twin.url, ...settings });
  return {
    twin,
    target: (surroundings = {}) =>
      createDigitalOcean(contextOf(parsed, credentials, part), { clock, ...surroundings }),
    inventory: () => ({
      clusters: twin.ours.clusters.map(({ body, rules }) => ({ name: body.name, rules: rules.length })),
      apps: twin.ours.apps.map(({ spec }) => JSON.parse(JSON.stringify(spec).replace(/EV\[1:\d+:/g, 'EV['))),
      serving: ['backend', 'worker', 'scheduler', 'frontend'].map((name) => twin.serving(name)),
      underWay: twin.underWay(),
    }),
    rude: {
      addStrangeService: (name) => twin.addStrangeService(name),
      strangers: () => structuredClone(twin.strangers()),
      redeploy: () => twin.redeploy(),
      made: () => [
        ...twin.ours.apps.map(({ spec }) => spec.name),
        ...twin.ours.clusters.map(({ body }) => String(body.name)),
      ],
    },
    drift: (service, name, value) => twin.drift(service, name, value),
    isEmpty: () => twin.ours.apps.length + twin.ours.clusters.length === 0,
    close: () => twin.close(),
  };
}
