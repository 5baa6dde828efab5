import type { Clock } from '../poll.ts';
import { poll } from '../poll.ts';
import { isRefused } from '../refusal.ts';
import type { Reading } from '../rollout.ts';
import type { State } from '../target.ts';
import { addressOf } from '../variables.ts';
import type { Place } from './account.ts';
import type { Api } from './api.ts';
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
  REMOVING: 'superseded',
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

/** Milliseconds after which a deployment that was begun shows in the list. */
const lag = 20_000;

/** Begins deployments, never twice, and finds those whose id was lost. */
export class Deployments {
  readonly #api: Api;
  readonly #place: Place;
  readonly #clock: Clock;

  constructor(api: Api, place: Place, clock: Clock) {
    this.#api = api;
    this.#place = place;
    this.#clock = clock;
  }

  async read(id: string): Promise<Deployment> {
    return (await this.#api(operations.deployment, { id })).deployment;
  }

  /** Builds or pulls what the service's settings say, at `commit` if it comes from a repository. */
  deploy(service: string, commit: string | null, newest: string | null): Promise<string> {
    return this.#begin(service, newest, async () => {
      const { environment } = this.#place;
      return (await this.#api(operations.deploy, { service, environment, commit })).serviceInstanceDeployV2;
    });
  }

  /** Runs an earlier deployment again, with image, settings and variables of then. */
  async again(service: string, earlier: Deployment, newest: string | null): Promise<string> {
    if (earlier.canRollback) {
      try {
        return await this.#begin(service, newest, async () => {
          await this.#api(operations.rollback, { id: earlier.id });
          return this.#newerThan(service, newest, lag);
        });
      } catch (error) {
        // Its image is no longer kept, or there is another reason: the slow way restores the same.
        if (!isRefused(error)) throw error;
      }
    }
    return this.#begin(service, newest, async () => {
      return (await this.#api(operations.redeploy, { id: earlier.id })).deploymentRedeploy.id;
    });
  }

  /** The deployment that was begun after `newest`, the newest one of then; null when none shows. */
  async #newerThan(service: string, newest: string | null, within: number): Promise<string | null> {
    return poll(
      async () => {
        const { deployments } = await this.#api(operations.deployments, {
          input: {
            projectId: this.#place.project,
            environmentId: this.#place.environment,
            serviceId: service,
          },
        });
        const sorted = [...deployments].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
        const end = newest === null ? sorted.length : sorted.findIndex(({ id }) => id === newest);
        return end > 0 ? sorted[end - 1]!.id : null;
      },
      { clock: this.#clock, within },
    );
  }

  /** Looks for what an interrupted command has begun after `newest`. */
  find(service: string, newest: string | null): Promise<string | null> {
    return this.#newerThan(service, newest, lag);
  }

  async #begin(service: string, newest: string | null, begin: () => Promise<string | null>): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        const id = await begin();
        if (id) return id;
      } catch (error) {
        if (isRefused(error)) throw error;
        const id = await this.#newerThan(service, newest, lag);
        if (id) return id;
        if (attempt === 3) throw error;
        continue;
      }
      if (attempt === 3) {
        throw new Error('Railway accepted a deployment that never showed in its list');
      }
    }
  }

  /** Ends a deployment that is on its way and resolves when it has ended, in whatever state that is. */
  async cancel(id: string): Promise<Deployment> {
    let last = await this.read(id);
    if (onItsWay(last)) {
      try {
        await this.#api(operations.cancel, { id });
      } catch (error) {
        // It may have just ended by itself, which is then seen below.
        if (!isRefused(error)) throw error;
      }
    }
    const ended = await poll(
      async () => {
        last = await this.read(id);
        return onItsWay(last) ? null : last;
      },
      { clock: this.#clock, within: 120_000 },
    );
    if (ended) return ended;
    throw new Error(`it was canceled, but still says ${last.status}`);
  }

  async remove(id: string): Promise<void> {
    await this.#api(operations.remove, { id });
  }

  /** Log lines of the step that failed, or of the process. */
  async evidence(id: string): Promise<string> {
    const { deploymentEvents: events } = await this.#api(operations.events, { id });
    const failed = events.find(({ payload }) => payload?.error);
    const built = events.some(({ step }) => step === 'CREATE_CONTAINER' || step === 'HEALTHCHECK');
    const lines = built
      ? (await this.#api(operations.logs, { id, limit: 20 })).deploymentLogs
      : (await this.#api(operations.buildLogs, { id, limit: 20 })).buildLogs;
    if (!failed && lines.length === 0) {
      return 'Railway rejected it before the build, without a log: look at the billing and the limits of the workspace.';
    }
    return [failed ? `${failed.step}: ${failed.payload?.error}` : '', ...lines.map(({ message }) => message)]
      .filter(Boolean)
      .join('\n');
  }
}

/** It can still come up, as far as we know. */
const onItsWay = (deployment: Deployment): boolean =>
  ['pending', 'building', 'starting', 'unknown'].includes(readingOf(deployment).state) ||
  deployment.status === 'REMOVING';
