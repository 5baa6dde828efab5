import { ConductorError, exitCode } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import type { RenderSettings } from './index.ts';
import type { RenderService } from './operations.ts';

/** Only what takes public requests is a web service: Render checks the health of those alone. */
export const serviceType = ({ paths }: Service): 'web_service' | 'background_worker' =>
  paths.length > 0 ? 'web_service' : 'background_worker';

/** Fails for a release that Render cannot get the code of. */
export function requireSource(release: Release, service: Service, settings: RenderSettings): void {
  if (service.image || (release.commit && settings.repository)) return;
  throw new ConductorError({
    code: 'render.no-source',
    message: `Render cannot get the code of ${service.name}: ${
      release.commit ? 'no repository is named' : 'the release has no commit'
    }, and it has no image.`,
    hint: 'Set `repository` in render({ … }) and deploy a commit that is pushed, or give the services images by digest.',
    exit: exitCode.usage,
  });
}

/** Release tasks are left alone when undefined. */
type Task = readonly string[] | null | undefined;

export const taskOf = (release: Release, service: Service, proven: boolean): Task =>
  release.task?.service === service.name && !proven ? release.task.command : null;

function details(service: Service, settings: RenderSettings, task: Task) {
  return {
    envSpecificDetails: {
      dockerCommand: commandLine(imageStart(service)),
      ...(service.image
        ? {}
        : { dockerfilePath: service.dockerfile ?? './Dockerfile', dockerContext: contextOf(service) }),
    },
    plan: settings.plan,
    ...(task === undefined ? {} : { preDeployCommand: task ? commandLine(task) : '' }),
    // Never Render's range: it takes 1 to 300 seconds.
    maxShutdownDelaySeconds: Math.min(300, Math.max(1, Math.round(service.drain))),
    ...(serviceType(service) === 'web_service' && service.health
      ? { healthCheckPath: service.health.path }
      : {}),
  };
}

/** A Dockerfile of the whole repository, or of the service's own folder. */
const contextOf = ({ root }: Service): string => (root === '.' ? '.' : `./${root}`);

const source = (service: Service, settings: RenderSettings, owner: string) =>
  service.image
    ? { image: imageOf(service.image, settings, owner) }
    : { repo: settings.repository, branch: settings.branch };

const imageOf = (imagePath: string, { registryCredential }: RenderSettings, ownerId: string) => ({
  ownerId,
  imagePath,
  ...(registryCredential ? { registryCredentialId: registryCredential } : {}),
});

interface Creation {
  readonly name: string;
  readonly owner: string;
  readonly environment: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Body of `create-service`. Render builds at once, so everything that the service needs is in it. */
export const creation = (
  service: Service,
  settings: RenderSettings,
  task: Task,
  { name, owner, environment, variables }: Creation,
) => ({
  type: serviceType(service),
  name,
  ownerId: owner,
  environmentId: environment,
  autoDeploy: 'no',
  ...source(service, settings, owner),
  envVars: Object.entries(variables).map(([key, value]) => ({ key, value })),
  serviceDetails: {
    ...details(service, settings, task),
    runtime: service.image ? 'image' : 'docker',
    region: settings.region,
    numInstances: service.replicas,
  },
});

/** Body of `update-service`; null when the service is as it should be. */
export function update(there: RenderService, service: Service, settings: RenderSettings, task: Task) {
  const wanted = details(service, settings, task);
  const { serviceDetails: has } = there;
  const same =
    there.autoDeploy === 'no' &&
    (service.image
      ? there.imagePath === service.image
      : there.repo === settings.repository && there.branch === settings.branch) &&
    has.envSpecificDetails.dockerCommand === wanted.envSpecificDetails.dockerCommand &&
    (service.image || has.envSpecificDetails.dockerfilePath === wanted.envSpecificDetails.dockerfilePath) &&
    has.plan === wanted.plan &&
    (task === undefined ||
      (has.envSpecificDetails.preDeployCommand ?? '') === (wanted.preDeployCommand ?? '')) &&
    has.maxShutdownDelaySeconds === wanted.maxShutdownDelaySeconds &&
    (wanted.healthCheckPath === undefined || has.healthCheckPath === wanted.healthCheckPath);
  if (same) return null;
  return {
    autoDeploy: 'no',
    ...source(service, settings, there.ownerId),
    serviceDetails: wanted,
  };
}
