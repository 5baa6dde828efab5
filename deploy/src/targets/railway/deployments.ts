import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { State } from '../../model/state.ts';
import { type Memory, versionOf } from '../memory.ts';
import type { Evidence, Reading } from '../rollout.ts';
import { type Asked, nextAfter, type ServiceDeployments, type Standing } from '../service-venue.ts';
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
  // Not in Railway's schema, and seen in its answers all the same.
  CANCELLED: 'canceled',
  CANCELED: 'canceled',
};

const details: Readonly<Record<string, string>> = {
  WAITING: 'WAITING: for the checks of the repository on GitHub',
  NEEDS_APPROVAL: 'NEEDS_APPROVAL: someone has to approve it in the dashboard',
  SKIPPED: 'SKIPPED: its checks failed on GitHub, or no watched file changed',
};

/** A replica in one of these states has ended; a deployment that says SUCCESS all the same does not serve. */
const dead = ['CRASHED', 'EXITED', 'STOPPED'];
/** A replica that has made room for another one: it says nothing of the deployment. */
const replaced = ['REMOVING', 'REMOVED'];

export function readingOf({ status, deploymentStopped, instances, staticUrl }: Deployment): Reading {
  const detail = details[status] ?? status;
  const url = staticUrl ? { url: addressOf(staticUrl) } : {};
  const state = words[status] ?? 'unknown';
  if (state !== 'live') return { state, detail, ...url };
  // SUCCESS stays when the process has ended with 0, so the word alone proves nothing.
  if (deploymentStopped) return { state: 'failed', detail: `${detail}, but its process has ended`, ...url };
  // What sleeps has no replica that runs: a request wakes it.
  if (status === 'SLEEPING') return { state, detail: 'SLEEPING: the next request wakes it', ...url };
  const counted = instances.filter((instance) => !replaced.includes(instance.status));
  const ended = counted.filter((instance) => dead.includes(instance.status));
  if (ended.length) {
    return { state: 'failed', detail: `${detail}, but ${ended.length} of its replicas ended`, ...url };
  }
  const ready = counted.filter((instance) => instance.status === 'RUNNING').length;
  if (ready < counted.length || (counted.length === 0 && instances.length > 0)) {
    return { state: 'starting', detail: `${ready} of ${counted.length} replicas run`, ...url };
  }
  return { state: 'live', detail, ...url };
}

/** The release whose deployment serves, of those that a service has active. */
export const versionServed = (
  memory: Memory,
  service: string,
  active: readonly Deployment[],
): string | null =>
  versionOf(memory, service, active.find((one) => readingOf(one).state === 'live')?.id ?? null);

/** The deployments of an environment on Railway. */
export class RailwayDeployments implements ServiceDeployments {
  readonly platform = 'Railway';
  readonly #api: Api;
  readonly #place: Place;
  readonly #environment: Environment;
  /** Ids by name, from the last look. */
  #ids: ReadonlyMap<string, string> = new Map();
  /** Ids of deployments that were seen to be built. */
  readonly #built = new Set<string>();

  constructor(api: Api, place: Place, environment: Environment) {
    this.#api = api;
    this.#place = place;
    this.#environment = environment;
  }

  async look({ within }: Asked = {}) {
    const { memory, services } = await this.#environment.read(within);
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

  async read(service: string, id: string): Promise<Reading> {
    const deployment = await this.#shown(service, id);
    if (['BUILDING', 'DEPLOYING', 'SUCCESS'].includes(deployment.status)) this.#built.add(id);
    return readingOf(deployment);
  }

  /** With the whole environment, which one request shows: that is one for all services that are read together. */
  async #shown(service: string, id: string): Promise<Deployment> {
    const on = (await this.#environment.read()).services.find(({ name }) => name === service);
    const found = [on?.latest, ...(on?.active ?? [])].find((one) => one?.id === id);
    return found ?? (await this.#api(operations.deployment, { id })).deployment;
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
    const { deploymentEvents: events, deployment } = await this.#api(operations.events, { id });
    const failed = events.find(({ payload }) => payload?.error);
    const built = events.some(({ step }) => step === 'CREATE_CONTAINER' || step === 'HEALTHCHECK');
    const lines = built
      ? (await this.#api(operations.logs, { id, limit: 20 })).deploymentLogs
      : (await this.#api(operations.buildLogs, { id, limit: 20 })).buildLogs;
    if (deployment.status === 'FAILED' && events.length === 0 && lines.length === 0 && !this.#built.has(id)) {
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
