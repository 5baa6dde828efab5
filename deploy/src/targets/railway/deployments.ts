import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { State } from '../../model/state.ts';
import type { Memory } from '../memory.ts';
import type { Evidence, Reading } from '../rollout.ts';
import { nextAfter, type ServiceDeployments, type Standing } from '../service-venue.ts';
import { addressOf } from '../variables.ts';
import type { Place } from './account.ts';
import type { Api } from './api.ts';
import type { Environment } from './environment.ts';
import { type Deployment, operations } from './operations.ts';

/** Railway's words for a deployment in ours. Any other word is `unknown`: asked again until the time is up, never success. */
const words: Readonly<Record<string, State>> = {
  QUEUED: 'pending',
  WAITING: 'pending',
  NEEDS_APPROVAL: 'pending',
  INITIALIZING: 'building',
  BUILDING: 'building',
  DEPLOYING: 'starting',
  SUCCESS: 'live',
  SLEEPING: 'live',
  FAILED: 'failed',
  CRASHED: 'failed',
  SKIPPED: 'failed',
  REMOVING: 'starting',
  REMOVED: 'superseded',
};

const details: Readonly<Record<string, string>> = {
  WAITING: 'WAITING: for the checks of the repository on GitHub',
  NEEDS_APPROVAL: 'NEEDS_APPROVAL: someone has to approve it in the dashboard',
  SKIPPED: 'SKIPPED: its checks failed on GitHub, or no watched file changed',
};

/** Instances in these states are gone; a deployment that says SUCCESS all the same does not serve. */
const dead = ['CRASHED', 'EXITED', 'STOPPED'];

export function readingOf({ status, deploymentStopped, instances, staticUrl }: Deployment): Reading {
  const detail = details[status] ?? status;
  const url = staticUrl ? { url: addressOf(staticUrl) } : {};
  const state = words[status] ?? 'unknown';
  if (state !== 'live') return { state, detail, ...url };
  // SUCCESS stays when the process has ended with 0, so the word alone proves nothing.
  if (deploymentStopped) return { state: 'failed', detail: `${detail}, but its process has ended`, ...url };
  const ended = instances.filter((instance) => dead.includes(instance.status));
  if (ended.length) {
    return { state: 'failed', detail: `${detail}, but ${ended.length} of its replicas ended`, ...url };
  }
  const ready = instances.filter((instance) => instance.status === 'RUNNING').length;
  if (status === 'SUCCESS' && ready < instances.length) {
    return { state: 'starting', detail: `${ready} of ${instances.length} replicas run`, ...url };
  }
  return { state: 'live', detail, ...url };
}

/** The deployments of an environment on Railway. */
export class RailwayDeployments implements ServiceDeployments {
  readonly platform = 'Railway';
  readonly #api: Api;
  readonly #place: Place;
  readonly #environment: Environment;
  /** Ids by name, from the last look. */
  #ids: ReadonlyMap<string, string> = new Map();

  constructor(api: Api, place: Place, environment: Environment) {
    this.#api = api;
    this.#place = place;
    this.#environment = environment;
  }

  async look() {
    const { memory, services } = await this.#environment.read();
    this.#ids = new Map(services.map(({ name, id }) => [name, id]));
    const standings = services.map(({ name, latest, active }): [string, Standing] => {
      const serving = active.find((one) => readingOf(one).state === 'live');
      return [name, { newest: latest?.id ?? null, active: serving?.id ?? null }];
    });
    return { memory, services: new Map(standings) };
  }

  remember(memory: Memory): Promise<void> {
    return this.#environment.remember(memory);
  }

  async read(_service: string, id: string): Promise<Reading> {
    return readingOf((await this.#api(operations.deployment, { id })).deployment);
  }

  /** Builds or pulls what the settings say, at the release's commit if it comes from a repository. */
  async begin({ name, image }: Service, { commit }: Release): Promise<string> {
    const { serviceInstanceDeployV2 } = await this.#api(operations.deploy, {
      service: this.#id(name),
      environment: this.#place.environment,
      commit: image ? null : commit,
    });
    return serviceInstanceDeployV2;
  }

  /** By rollback, whose id Railway does not tell; where the image is no longer kept by building the same once more. */
  async again(_service: string, id: string): Promise<string | null> {
    const { deployment } = await this.#api(operations.deployment, { id });
    if (deployment.canRollback) {
      await this.#api(operations.rollback, { id });
      return null;
    }
    return (await this.#api(operations.redeploy, { id })).deploymentRedeploy.id;
  }

  async after(service: string, newest: string | null): Promise<string | null> {
    const { deployments } = await this.#api(operations.deployments, {
      input: {
        projectId: this.#place.project,
        environmentId: this.#place.environment,
        serviceId: this.#id(service),
      },
    });
    return nextAfter(deployments, newest);
  }

  async cancel(_service: string, id: string): Promise<void> {
    await this.#api(operations.cancel, { id });
  }

  async remove(_service: string, id: string): Promise<void> {
    await this.#api(operations.remove, { id });
  }

  /** Nothing to do: a deployment of Railway keeps the settings that it began with, and going back to one restores them. */
  async restoreSettings(): Promise<void> {}
  async forgetSettings(): Promise<void> {}

  async evidence(_service: string, id: string): Promise<Evidence> {
    const { deploymentEvents: events } = await this.#api(operations.events, { id });
    const failed = events.find(({ payload }) => payload?.error);
    const built = events.some(({ step }) => step === 'CREATE_CONTAINER' || step === 'HEALTHCHECK');
    const lines = built
      ? (await this.#api(operations.logs, { id, limit: 20 })).deploymentLogs
      : (await this.#api(operations.buildLogs, { id, limit: 20 })).buildLogs;
    if (!failed && lines.length === 0) {
      const reason =
        'Railway rejected it before the build, without a log: look at the billing and the limits of the workspace.';
      return { reasons: [reason], lines: [] };
    }
    const reasons = failed ? [`${failed.step}: ${failed.payload?.error}`] : [];
    return { reasons, lines: lines.map(({ message }) => message) };
  }

  #id(service: string): string {
    const id = this.#ids.get(service);
    if (!id) throw new Error(`there is no service "${service}" on Railway any more`);
    return id;
  }
}
