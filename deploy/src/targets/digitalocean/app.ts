import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Foreign } from '../../model/observed.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { State } from '../../model/state.ts';
import { Glance } from '../glance.ts';
import type { Mark } from '../mark.ts';
import { once } from '../once.ts';
import { type Pace, patient, poll } from '../poll.ts';
import { isRefused, PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import type { Evidence, Reading, Unit, Venue } from '../rollout.ts';
import { ourComponents, strangersIn, versionOf } from './marks.ts';
import { type App, type Cluster, type Deployment, operations, type Spec, type Step } from './operations.ts';

/** DigitalOcean's words in ours. */
const words: Readonly<Record<string, State>> = {
  PENDING_BUILD: 'pending',
  BUILDING: 'building',
  PENDING_DEPLOY: 'pending',
  DEPLOYING: 'starting',
  ACTIVE: 'live',
  SUPERSEDED: 'superseded',
  ERROR: 'failed',
  CANCELED: 'canceled',
};

export const stateOf = (phase: string): State => words[phase] ?? 'unknown';
const isComing = (state: State): boolean => ['pending', 'building', 'starting', 'unknown'].includes(state);

const minute = 60_000;

/** What the app of an environment is found by. */
interface Identity extends Mark {
  readonly name: string;
  /** What an earlier version has called it. */
  readonly earlierName: string;
}

/** What is there under the name of our app. */
export interface Look {
  /** Ours; null where it is not made yet. */
  readonly app: App | null;
  /** One that has its name and is somebody else's. */
  readonly stranger: App | null;
}

/** POST in form, and a question all the same. */
const questions: readonly unknown[] = [operations.propose, operations.validateRollback];

/**
 * The one app of an environment: it has its name, and a component in it carries its mark. What is written through `rest` is not
 * remembered as it was before.
 */
export class AppSite {
  readonly rest: Rest;
  readonly mark: Mark;
  /** Names of what was made by others and may be taken over by this command: apps, components and stores. */
  readonly #adopted = new Set<string>();
  readonly #identity: Identity;
  readonly #app: Glance<Look>;
  readonly #clusters: Glance<readonly Cluster[]>;
  #id: string | undefined;

  constructor(rest: Rest, identity: Identity, clock: Clock) {
    this.mark = identity;
    this.#identity = identity;
    this.#app = new Glance(() => this.#look(), clock);
    this.#clusters = new Glance(async () => (await rest(operations.clusters)).databases ?? [], clock);
    this.rest = async (operation, args) => {
      try {
        return await rest(operation, args);
      } finally {
        if (operation.method !== 'GET' && !questions.includes(operation)) this.#changed(operation.path);
      }
    };
  }

  #changed(path: string): void {
    (path.startsWith(operations.clusters.path) ? this.#clusters : this.#app).forget();
  }

  get adopted(): ReadonlySet<string> {
    return this.#adopted;
  }

  /** What others have made under this name may be taken over. */
  adopt(name: string): void {
    this.#adopted.add(name);
    this.#app.forget();
  }

  /** The clusters of the account. `within`: milliseconds that they may have been read before. */
  clusters(within?: number): Promise<readonly Cluster[]> {
    return this.#clusters.read(within);
  }

  /** Null where it is not made yet. `within` as with {@link look}. */
  async read(within?: number): Promise<App | null> {
    return (await this.look(within)).app;
  }

  /** `within`: milliseconds that it may have been read before. */
  look(within?: number): Promise<Look> {
    return this.#app.read(within);
  }

  /** It is there: an app never gets another id. @throws {PlatformRefusal} `absent` */
  async id(): Promise<string> {
    const id = this.#id ?? (await this.read())?.id;
    if (id) return id;
    throw new PlatformRefusal('DigitalOcean', 'absent', { said: 'the app' });
  }

  /** We have just made it, though the list may not show it yet. */
  isMade({ id }: App): void {
    this.#id = id;
  }

  async #look(): Promise<Look> {
    if (this.#id) {
      const { app } = await this.rest(operations.app, { path: { id: this.#id } });
      return { app, stranger: null };
    }
    const { name, earlierName } = this.#identity;
    const found = await this.#named([name, earlierName]);
    const ours = found.find(({ spec }) => ourComponents(spec, this.mark).length > 0);
    const named = found.find(({ spec }) => spec.name === name) ?? null;
    const app = ours ?? (this.adopted.has(name) ? named : null);
    if (app) this.#id = app.id;
    return { app, stranger: app ? null : named };
  }

  /** Apps of these names, in their order. */
  async #named(names: readonly string[]): Promise<App[]> {
    const found = new Map<string, App>();
    for (let page = 1; names.some((name) => !found.has(name)); page++) {
      const { apps, links } = await this.rest(operations.apps, { query: { page, per_page: 200 } });
      for (const app of apps ?? []) if (names.includes(app.spec.name)) found.set(app.spec.name, app);
      if (!links?.pages?.next) break;
    }
    return names.flatMap((name) => found.get(name) ?? []);
  }

  /** What stands in our way in the account's apps, with the names of the services that are wanted. */
  strangers({ app, stranger }: Look, services: readonly Pick<Service, 'name'>[]): Foreign[] {
    const names = new Set(services.map(({ name }) => name).filter((name) => !this.adopted.has(name)));
    const there = app ?? stranger;
    return [
      ...(stranger
        ? [
            {
              what: 'app' as const,
              name: stranger.spec.name,
              detail: `an app of that name is there on DigitalOcean, and no component of it carries the mark of ${this.mark.environment} of ${this.mark.project}`,
            },
          ]
        : []),
      ...(there ? strangersIn(there.spec, names, this.mark) : []),
    ];
  }
}

/** What the venue needs to know of a release to make its spec. */
export type MakeSpec = (release: Release, unit: Unit, there: Spec | null, proven: boolean) => Spec;

/** Rolls a release out as one deployment of the whole app: the platform moves all services together. */
export function appVenue(
  site: AppSite,
  clock: Clock,
  platform: {
    prepare: Venue['prepare'];
    makeSpec: MakeSpec;
    evidence: (app: string, deployment: Deployment) => Promise<Evidence>;
    confirm: (app: string, release: Release) => Promise<void>;
  },
): Venue {
  const { rest } = site;
  const versionIn = (spec: Spec | null | undefined) => versionOf(spec, site.mark);

  const onItsWay = (app: App): Deployment | null =>
    app.pending_deployment ?? app.in_progress_deployment ?? null;

  /** The deployment of a release that is on its way or serves. */
  function joinable(app: App | null, version: string): Deployment | null {
    const candidates = app ? [onItsWay(app), app.active_deployment] : [];
    return candidates.find((one) => one && versionIn(one.spec) === version) ?? null;
  }

  /** Newest first. */
  async function list(app: string): Promise<Deployment[]> {
    const { deployments } = await rest(operations.deployments, {
      path: { app_id: app },
      query: { per_page: 50 },
    });
    return [...(deployments ?? [])].sort((a, b) => b.created_at.localeCompare(a.created_at));
  }

  /** Runs something that begins a deployment of this spec, never two. A new one of another release is somebody else's. */
  const oneOf = (
    known: ReadonlySet<string>,
    spec: Spec | null | undefined,
    begin: () => Promise<string>,
  ): Promise<string> =>
    once({
      begin,
      find: async () => {
        const app = await site.read(0);
        const deployments = app ? await list(app.id) : [];
        return deployments.find((one) => !known.has(one.id) && versionIn(one.spec) === versionIn(spec))?.id;
      },
      clock,
    });

  async function rollback(app: App, { id: deployment, spec }: Deployment): Promise<string | null> {
    const body = { deployment_id: deployment, skip_pin: true };
    const path = { app_id: app.id };
    const { valid } = await rest(operations.validateRollback, { path, body });
    if (!valid) return null;
    const known = new Set((await list(app.id)).map(({ id }) => id));
    return oneOf(known, spec, async () => (await rest(operations.rollback, { path, body })).deployment.id);
  }

  async function put(app: App | null, spec: Spec): Promise<string> {
    const known = new Set(app ? (await list(app.id)).map(({ id }) => id) : []);
    return oneOf(known, spec, async () => {
      const there = app ?? (await site.read());
      const answer = there
        ? await rest(operations.updateApp, { path: { id: there.id }, body: { spec } })
        : await rest(operations.createApp, { body: { spec } });
      site.isMade(answer.app);
      // Promised by the schema for both; listing instead has been seen to miss it.
      return answer.app.pending_deployment!.id;
    });
  }

  async function read(app: string, id: string): Promise<Deployment> {
    const path = { app_id: app, deployment_id: id };
    return (await rest(operations.deployment, { path })).deployment;
  }

  /** ACTIVE is a word about the deployment; whether its components are up is another question. */
  async function readingOf(id: string, deployment: Deployment): Promise<Reading> {
    const state = stateOf(deployment.phase);
    if (state !== 'live') return { state, detail: deployment.phase };
    const app = await site.read(0);
    const url = app?.live_url ? { url: app.live_url } : {};
    const { components } = (await rest(operations.health, { path: { app_id: id } })).app_health;
    const bad = (components ?? []).filter((one) => one.state === 'UNHEALTHY').map(({ name }) => name);
    if (bad.length)
      return { state: 'failed', detail: `${deployment.phase}, but unhealthy: ${bad.join(', ')}`, ...url };
    return { state, detail: deployment.phase, ...url };
  }

  async function settle(app: string, id: string, within: number, pace?: Pace): Promise<Deployment> {
    const settled = await poll(
      async () => {
        const deployment = await read(app, id);
        return isComing(stateOf(deployment.phase)) ? null : deployment;
      },
      { clock, within, ...(pace && { pace }) },
    );
    if (settled) return settled;
    throw new Error(`deployment ${id} of the app is not settled`);
  }

  /** Ends a deployment that is on its way, and waits until it has ended, in whatever state that is. */
  async function end(app: string, { id, phase }: Deployment): Promise<void> {
    if (isComing(stateOf(phase))) {
      try {
        await rest(operations.cancel, { path: { app_id: app, deployment_id: id } });
      } catch (error) {
        // It may have come to its end by itself just now, which is then seen.
        if (!isRefused(error)) throw error;
      }
    }
    await settle(app, id, 5 * minute);
  }

  const patience = (unit: Unit, release: Release): number =>
    60 * minute +
    1000 * (release.task?.deadline ?? 0) +
    1000 * Math.max(...unit.services.map(({ health }) => health?.deadline ?? 60));

  return {
    pace: patient,
    prepare: platform.prepare,
    patience,
    waves: (_release, services) => [[{ name: 'the app', services }]],

    async previous([unit], { version }) {
      const app = await site.read();
      const active = app?.active_deployment;
      if (active && versionIn(active.spec) !== version) return new Map([[unit!.name, active.id]]);
      const earlier = app
        ? (await list(app.id)).find(
            ({ phase, spec }) => phase === 'SUPERSEDED' && ![null, version].includes(versionIn(spec)),
          )
        : undefined;
      return new Map([[unit!.name, earlier?.id ?? null]]);
    },

    async begin([unit], release, proven) {
      // Now, and no earlier: the spec is written as a whole, with what others have put into it.
      const app = await site.read(0);
      refusePinned(app);
      const joined = joinable(app, release.version);
      const rival = app ? onItsWay(app) : null;
      // What a killed command has begun after it would take over from it.
      if (app && joined && rival && rival.id !== joined.id) {
        await end(app.id, rival);
        if ((await site.read(0))?.active_deployment?.id === joined.id) return [joined.id];
      } else if (joined) return [joined.id];
      if (app && proven) {
        const earlier = (await list(app.id)).find(
          ({ phase, spec }) => phase === 'SUPERSEDED' && versionIn(spec) === release.version,
        );
        const id = earlier ? await rollback(app, earlier) : null;
        if (id) return [id];
      }
      return [await put(app, platform.makeSpec(release, unit!, app?.spec ?? null, proven))];
    },

    async read(_unit, id) {
      const app = await site.id();
      return readingOf(app, await read(app, id));
    },

    // The deployments carry their spec, so there is nothing to remember.
    async confirm(_units, release) {
      await platform.confirm(await site.id(), release);
    },

    async confirmed(_units, { version }) {
      const active = (await site.read(0))?.active_deployment;
      return versionIn(active?.spec) === version;
    },

    async takeBack(unit, release, previous) {
      const app = await site.read(0);
      const begun = joinable(app, release.version);
      if (!app || !begun) return;
      await end(app.id, begun);
      const now = await site.read(0);
      if (!now) return;
      // Someone may have deployed the same spec by hand meanwhile: what counts is what serves.
      if (versionIn(now.active_deployment?.spec) !== release.version) return;
      if (!previous) {
        await put(now, { ...now.spec, maintenance: { enabled: true, archive: true } });
        return;
      }
      const earlier = await read(now.id, previous);
      const id = (await rollback(now, earlier)) ?? (await put(now, earlier.spec ?? now.spec));
      const restored = await settle(now.id, id, patience(unit, release), patient);
      if (stateOf(restored.phase) !== 'live')
        throw new Error(`the deployment before it says ${restored.phase}`);
    },

    /** The spec is what the next deployment runs, whoever begins it, and it can only be written by deploying it: so that is done. */
    async putBackSettings({ version }) {
      const app = await site.read(0);
      const serving = app?.active_deployment?.spec;
      if (!app || !serving || versionIn(app.spec) !== version || versionIn(serving) === version) return;
      const { phase } = await settle(app.id, await put(app, serving), 30 * minute, patient);
      if (stateOf(phase) !== 'live') throw new Error(`a deployment of the spec before it says ${phase}`);
    },

    async evidence(_unit, id) {
      const app = await site.id();
      return platform.evidence(app, await read(app, id));
    },
  };
}

/** After a rollback in the dashboard the app refuses every deployment until someone has decided about it. */
export function refusePinned(app: App | null): void {
  if (!app?.pinned_deployment) return;
  throw new ConductorError({
    code: 'digitalocean.pinned',
    message: 'The app is pinned to a deployment that someone has rolled back to, and takes no other.',
    hint: 'Commit or revert that rollback in the dashboard, then run the command again.',
    exit: exitCode.checksFailed,
  });
}

/** The innermost steps that have failed. */
export const failedSteps = (steps: readonly Step[] = []): Step[] =>
  steps.flatMap((step) => {
    const inner = failedSteps(step.steps);
    if (inner.length) return inner;
    return step.status === 'ERROR' ? [step] : [];
  });
