import { VirtualClock } from '../../../backup/test/virtual-clock.ts';
import type { TargetContext } from '../../src/targets/kind.ts';
import { type RenderSettings, renderTarget } from '../../src/targets/render/index.ts';
import { createRender } from '../../src/targets/render/target.ts';
import { contextOf, type Platform } from './crm.ts';
import { RenderTwin } from './render-twin.ts';

export interface RenderPlatform extends Platform {
  readonly twin: RenderTwin;
}

export async function openRender(
  settings: Record<string, unknown> = {},
  part: Partial<TargetContext<RenderSettings>> = {},
  credentials: Record<string, string> = { RENDER_API_KEY: 'render-key' },
): Promise<RenderPlatform> {
  const clock = new VirtualClock();
  const twin = (await new RenderTwin(clock).start()).addOthers();
  const parsed = renderTarget.settings.parse({
    repository: 'https://github.com/example/crm',
    workspace: 'tea-1',
    mongodb: {},
    api: `${twin.url}/v1`,
    ...settings,
  });
  return {
    twin,
    target: (surroundings = {}) =>
      createRender(contextOf(parsed, credentials, part), { clock, ...surroundings }),
    inventory: () => ({
      projects: twin.ours.projects.map(({ name, environments }) => ({
        name,
        environments: environments.length,
      })),
      groups: twin.ours.groups.length,
      stores: twin.ours.keyValues.map(({ name }) => name),
      services: twin.ours.services.map(
        ({ name, type, body, details, autoDeploy, suspended, variables, numInstances }) => {
          const { CONDUCTOR_MEMORY: _, ...others } = variables;
          const ours = name.replace('crm-production-', '');
          return {
            name,
            type,
            source: body.image ?? body.repo,
            details: JSON.stringify(details).replace(/127\.0\.0\.1:\d+/g, 'address'),
            autoDeploy,
            suspended,
            variables: JSON.stringify(others).replace(/127\.0\.0\.1:\d+/g, 'address'),
            numInstances,
            serving: twin.serving(ours),
            underWay: ours === 'mongodb' ? 0 : twin.underWay(ours),
          };
        },
      ),
    }),
    rude: {
      addStrangeService: (name) => {
        const environmentId = twin.service('backend').environmentId;
        twin.addService(
          `crm-production-${name}`,
          { THEIRS: 'theirs' },
          environmentId ? { environmentId } : {},
        );
      },
      strangers: () => structuredClone(twin.strangers()),
      fall: (service) => {
        twin.service(service).suspended = true;
      },
      redeploy: (service) => twin.redeploy(service),
      made: () => {
        const { services, keyValues, projects } = twin.ours;
        const names = [...services, ...keyValues, ...projects].map(({ name }) => String(name));
        return names.filter((name) => name !== 'crm-production-shop');
      },
    },
    drift: (service, name, value) => twin.drift(service, name, value),
    isEmpty: () => Object.values(twin.ours).every((things) => things.length === 0),
    close: () => twin.close(),
  };
}
