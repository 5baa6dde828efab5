import { isDeepStrictEqual } from 'node:util';
import { ConductorError, exitCode } from '../../errors.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import { type Memory, recall, rememberVariables, runOf } from '../memory.ts';
import { type Clock, poll, systemClock } from '../poll.ts';
import { isRefused, PlatformRefusal } from '../refusal.ts';
import { createRest, type Rest, type Sentences } from '../rest.ts';
import { rollout } from '../rollout.ts';
import { serviceVenue } from '../service-venue.ts';
import type {
  Change,
  DeployOptions,
  Finding,
  LogLine,
  LogQuery,
  Observed,
  Progress,
  Release,
  Service,
  Store,
  Target,
  Traits,
} from '../target.ts';
import { type Render, type Rendered, renderAll, renderService } from '../variables.ts';
import { ensureEnvironment, ownerOf, prefixOf, renderKey } from './account.ts';
import { renderFindings } from './check.ts';
import { RenderDeployments } from './deployments.ts';
import { creation, requireSource, taskOf, update } from './desired.ts';
import type { RenderSettings } from './index.ts';
import { followLogs } from './logs.ts';
import { observe } from './observe.ts';
import { operations, type RenderService } from './operations.ts';
import { ensureStore, findKeyValue, requireStore } from './stores.ts';
import { type Before, WayBack } from './way-back.ts';
import { type RenderState, Workspace } from './workspace.ts';

/** What a test replaces: the way to the platform, and time. */
export interface Surroundings {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Milliseconds for one request. */
  readonly deadline?: number;
}

/** Makes the target. Asks Render nothing yet; a missing key is said by the first verb. */
export async function createRender(
  context: TargetContext<RenderSettings>,
  surroundings: Surroundings = {},
): Promise<Target> {
  return new RenderTarget(context, surroundings);
}

/** Words of Render's refusals, read here and nowhere else. */
const sentences: Sentences = [
  [/domain.*(already|taken|in use|exist)/i, 'domain'],
  [/already (exists|in use)|name.*(taken|in use)/i, 'name'],
  [/region/i, 'region'],
  [/payment|plan|upgrade/i, 'plan'],
  [/limit|quota|too many/i, 'quota'],
  [/commit|repo|image|branch/i, 'source'],
];

/** What works with Render once its key is known. */
interface Site {
  readonly rest: Rest;
  readonly workspace: Workspace;
  readonly wayBack: WayBack;
}

class RenderTarget implements Target {
  readonly traits: Traits;
  readonly #context: TargetContext<RenderSettings>;
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  /** Every secret value that was seen: none of them may leave in a message. */
  readonly #secrets: Record<string, string> = {};
  #opened: Promise<Site> | undefined;

  constructor(context: TargetContext<RenderSettings>, surroundings: Surroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock ?? systemClock;
    this.traits = {
      overlap: true,
      drain: true,
      warm: false,
      replicas: true,
      releaseTask: true,
      commits: true,
      images: true,
      stores: context.settings.mongodb ? ['redis', 'mongodb'] : ['redis'],
      domains: true,
    };
    this.#know(context.services, context.stores);
  }

  get name(): string {
    return `${this.#context.environment} on render`;
  }

  async check(): Promise<Finding[]> {
    const { rest, workspace } = await this.#site();
    return renderFindings(rest, workspace, this.#context);
  }

  async inspect(): Promise<Observed> {
    const { rest, workspace } = await this.#site();
    return observe(rest, workspace, this.#context, this.#isOurs);
  }

  async apply(change: Change): Promise<void> {
    switch (change.kind) {
      case 'store':
        return this.#applyStore(change);
      case 'service':
        if (change.action === 'remove') return this.remove(change.service.name);
        return this.#applyService(change.service);
      case 'variables':
        return this.#applyVariables(change);
      case 'domain':
        return this.#applyDomain(change);
    }
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    this.#know(services, release.stores);
    for (const service of services) requireSource(release, service, this.#context.settings);
    for (const store of release.stores) requireStore(store, this.#context.settings);
    const { rest, workspace, wayBack } = await this.#site();
    const deployments = new RenderDeployments(rest, workspace, this.#isOurs, {
      restore: (name) => this.#restore(name),
      forget: () => wayBack.clear(),
    });
    const venue = serviceVenue(deployments, this.#clock, (...what) => this.#prepare(...what));
    for await (const progress of rollout(venue, release, services, signal, {
      clock: this.#clock,
      proven: options.proven ?? false,
    })) {
      yield { ...progress, detail: this.#redact(progress.detail) };
    }
  }

  async *logs(service: string, query: LogQuery): AsyncGenerator<LogLine> {
    const { rest, workspace } = await this.#site();
    const { services, memory } = await workspace.read((name) => name === service);
    const found = services.get(service);
    if (!found) throw noService(service);
    const id = query.version ? runOf(memory, service, query.version) : null;
    if (query.version && !id) return;
    for await (const line of followLogs(rest, service, found.service, id, query, this.#clock)) {
      yield { ...line, text: this.#redact(line.text) };
    }
  }

  async remove(service: string): Promise<void> {
    const { rest, workspace } = await this.#site();
    const found = (await workspace.list()).get(service);
    if (found) await rest(operations.deleteService, { path: { serviceId: found.id } });
  }

  /**
   * Stores first, because Render has no references: the services get their addresses as values. What this command has made
   * for a release that Render then refuses is taken away again.
   */
  async #prepare(release: Release, services: readonly Service[], proven: boolean): Promise<void> {
    const made = new Made();
    try {
      const urls = await this.#ensureAll(release, services, proven, made);
      await this.#ensureSettings(release, services, proven, urls);
    } catch (error) {
      if (isRefused(error)) await made.takeAway();
      throw error;
    }
  }

  /** Project, environment, stores and services. Answers with the addresses of the stores. */
  async #ensureAll(
    release: Release,
    services: readonly Service[],
    proven: boolean,
    made: Made,
  ): Promise<Map<string, string>> {
    const { rest } = await this.#site();
    const owner = await ownerOf(rest, this.#context);
    const environment = await ensureEnvironment(rest, owner, this.#context, this.#clock, made);
    const urls = await this.#ensureStores(release.stores, owner, environment, made);
    const guess = this.#render(urls, new Map());
    for (const service of services) {
      const variables = values(renderService(this.#context, release, service, guess));
      await this.#ensureService(
        service,
        taskOf(release, service, proven),
        variables,
        owner,
        environment,
        made,
      );
    }
    return urls;
  }

  async #ensureSettings(
    release: Release,
    services: readonly Service[],
    proven: boolean,
    urls: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { rest, workspace } = await this.#site();
    const { settings, fingerprint } = this.#context;
    const state = await workspace.read(this.#isOurs);
    await this.#keepWayBack(state);
    const render = this.#render(urls, state.services);
    let { memory } = state;
    for (const service of services) {
      const there = state.services.get(service.name);
      if (!there) throw noService(service.name);
      const task = taskOf(release, service, proven);
      const change = update(there.service, service, settings, task);
      if (change) {
        await rest(operations.updateService, { path: { serviceId: there.service.id }, body: change });
      }
      if (there.service.serviceDetails.numInstances !== service.replicas) {
        await rest(operations.scale, {
          path: { serviceId: there.service.id },
          body: { numInstances: service.replicas },
        });
      }
      const rendered = renderService(this.#context, release, service, render);
      memory = await this.#setVariables(state, service.name, rendered, memory, fingerprint);
    }
  }

  /** Our variables as they should be; those that someone else has set stay. Answers with the memory as it is now. */
  async #setVariables(
    { services }: RenderState,
    name: string,
    rendered: Record<string, Rendered>,
    memory: Memory,
    fingerprint: TargetContext['fingerprint'],
  ): Promise<Memory> {
    const has = services.get(name)!.variables;
    const earlier = recall(memory, name).variables;
    const foreign = Object.entries(has).filter(([key]) => !(key in earlier) && !(key in rendered));
    const wanted = { ...Object.fromEntries(foreign), ...values(rendered) };
    const remembered = Object.fromEntries(
      Object.entries(rendered).map(([key, { value, secret }]) => [
        key,
        secret ? fingerprint(key, value) : null,
      ]),
    );
    const next = rememberVariables(memory, name, remembered);
    const { workspace } = await this.#site();
    if (same(has, wanted)) await workspace.remember(next);
    else await workspace.replaceVariables(name, wanted, next);
    return next;
  }

  async #ensureStores(
    stores: readonly Store[],
    owner: string,
    environment: string,
    made = new Made(),
  ): Promise<Map<string, string>> {
    const { rest, workspace } = await this.#site();
    const urls = new Map<string, string>();
    for (const store of stores) {
      const site = { rest, workspace, context: this.#context, clock: this.#clock, made };
      const url = store.url ?? (await ensureStore(store, owner, environment, site));
      this.#secrets[`url of ${store.name}`] = url;
      urls.set(store.name, url);
    }
    return urls;
  }

  /**
   * Makes a service unless it is there. Render builds the head of its branch at once, which nobody has asked for: that build
   * has all its variables, and is canceled.
   */
  async #ensureService(
    service: Service,
    task: readonly string[] | null | undefined,
    variables: Readonly<Record<string, string>>,
    owner: string,
    environment: string,
    made: Made,
  ): Promise<void> {
    const { rest, workspace } = await this.#site();
    const name = prefixOf(this.#context) + service.name;
    let first: string | undefined;
    const { id } = await findOrCreate<RenderService>({
      find: async () => (await workspace.list()).get(service.name),
      create: async () => {
        const answer = await rest(operations.createService, {
          body: creation(service, this.#context.settings, task, { name, owner, environment, variables }),
        });
        const path = { serviceId: answer.service.id };
        made.add(() => rest(operations.deleteService, { path }));
        first = answer.deployId;
        return answer.service;
      },
      clock: this.#clock,
    });
    if (!first) return;
    await this.#shown(id, first);
    try {
      await rest(operations.cancel, { path: { serviceId: id, deployId: first } });
    } catch (error) {
      // It has ended by itself; the deploy that follows takes its place.
      if (!isRefused(error)) throw error;
    }
  }

  /** Waits until a deploy shows in the list: one that came to light later would be taken for a newer one. */
  async #shown(serviceId: string, deployId: string): Promise<void> {
    const { rest } = await this.#site();
    await poll(
      async () => {
        const list = await rest(operations.deploys, { path: { serviceId }, query: { limit: 20 } });
        return list.find(({ deploy }) => deploy.id === deployId);
      },
      { clock: this.#clock, within: 30_000 },
    );
  }

  async #applyStore({ action, store }: Extract<Change, { kind: 'store' }>): Promise<void> {
    const { rest, workspace } = await this.#site();
    if (action === 'create') {
      if (store.url) return;
      requireStore(store, this.#context.settings);
      const owner = await ownerOf(rest, this.#context);
      const environment = await ensureEnvironment(rest, owner, this.#context, this.#clock);
      await this.#ensureStores([store], owner, environment);
      return;
    }
    if (store.kind === 'redis') {
      const found = await findKeyValue(rest, this.#context, store);
      if (found) await rest(operations.deleteKeyValue, { path: { keyValueId: found.id } });
      return;
    }
    const service = (await workspace.list()).get(store.name);
    if (service) await rest(operations.deleteService, { path: { serviceId: service.id } });
  }

  /**
   * A service is made by the deploy, with all its variables, because Render begins to build it at once. One that is there
   * gets its new settings.
   */
  async #applyService(service: Service): Promise<void> {
    this.#know([service], []);
    const { rest, workspace } = await this.#site();
    const there = (await workspace.list()).get(service.name);
    const change = there && update(there, service, this.#context.settings, undefined);
    if (change) await rest(operations.updateService, { path: { serviceId: there.id }, body: change });
  }

  /** As with the service itself: the variables of one that is not there yet come with its creation. */
  async #applyVariables({ service, set, unset }: Extract<Change, { kind: 'variables' }>): Promise<void> {
    const { workspace } = await this.#site();
    for (const [name, variable] of Object.entries(set)) {
      if (variable.kind === 'secret') this.#secrets[`${name} of ${service}`] = variable.value;
    }
    const state = await workspace.read((name) => name === service);
    const there = state.services.get(service);
    if (!there) return;
    const urls = await this.#storeUrls(there.variables, set);
    const rendered = renderAll(set, this.#render(urls, await this.#addresses()));
    const kept = Object.entries(there.variables).filter(([name]) => !unset.includes(name));
    const wanted = { ...Object.fromEntries(kept), ...values(rendered) };
    if (same(there.variables, wanted)) return;
    const earlier = Object.entries(recall(state.memory, service).variables);
    const remembered = {
      ...Object.fromEntries(earlier.filter(([name]) => !unset.includes(name))),
      ...Object.fromEntries(
        Object.entries(rendered).map(([name, { value, secret }]) => [
          name,
          secret ? this.#context.fingerprint(name, value) : null,
        ]),
      ),
    };
    await workspace.replaceVariables(service, wanted, rememberVariables(state.memory, service, remembered));
  }

  /** Addresses of the stores that variables refer to. One that is set already says its own. */
  async #storeUrls(has: Readonly<Record<string, string>>, set: Service['variables']) {
    const { rest, workspace } = await this.#site();
    const urls = new Map<string, string>();
    for (const [name, variable] of Object.entries(set)) {
      if (variable.kind !== 'store') continue;
      const store = this.#context.stores.find((one) => one.name === variable.store);
      if (!store) continue;
      const owner = await ownerOf(rest, this.#context);
      const environment = await ensureEnvironment(rest, owner, this.#context, this.#clock);
      const site = { rest, workspace, context: this.#context, clock: this.#clock, made: new Made() };
      urls.set(store.name, store.url ?? has[name] ?? (await ensureStore(store, owner, environment, site)));
    }
    return urls;
  }

  async #addresses() {
    const { workspace } = await this.#site();
    return new Map([...(await workspace.list())].map(([name, service]) => [name, { service }]));
  }

  async #applyDomain({ action, service, host }: Extract<Change, { kind: 'domain' }>): Promise<void> {
    const { rest, workspace } = await this.#site();
    const there = (await workspace.list()).get(service);
    if (!there) {
      if (action === 'remove') return;
      throw noService(service);
    }
    const path = { serviceId: there.id };
    const has = async () =>
      (await rest(operations.domains, { path, query: { limit: 100 } })).find(
        ({ customDomain }) => customDomain.name === host,
      )?.customDomain;
    if (action === 'remove') {
      const found = await has();
      if (found) await rest(operations.deleteDomain, { path: { ...path, customDomainIdOrName: found.id } });
      return;
    }
    await findOrCreate({
      find: has,
      create: async () => {
        const made = await rest(operations.createDomain, { path, body: { name: host } });
        const own = made.find(({ name }) => name === host);
        if (!own) throw new PlatformRefusal('Render', 'other', { said: `it did not take ${host}` });
        return own;
      },
      clock: this.#clock,
    });
  }

  /**
   * Keeps the settings of each service as they are, before they change. Where they are of another release than those that are
   * kept, a command was killed after it had changed them: what it kept stays.
   */
  async #keepWayBack({ services }: RenderState): Promise<void> {
    const { wayBack } = await this.#site();
    const kept = await wayBack.read();
    const next = new Map<string, Before>();
    for (const [name, now] of services) {
      const before = kept.get(name);
      const changed = before && before.variables.CONDUCTOR_RELEASE !== now.variables.CONDUCTOR_RELEASE;
      next.set(name, changed ? before : now);
    }
    const owner = [...services.values()][0]?.service.ownerId;
    if (owner && !isDeepStrictEqual(next, kept)) await wayBack.write(next, owner);
  }

  /** Puts settings and variables back to what they were before the release that is taken back. */
  async #restore(name: string): Promise<void> {
    const { rest, workspace, wayBack } = await this.#site();
    const before = (await wayBack.read()).get(name);
    if (!before) return;
    const { services, memory } = await workspace.read((one) => one === name);
    const now = services.get(name);
    if (!now || before.variables.CONDUCTOR_RELEASE === undefined) return;
    const { serviceDetails: details, autoDeploy, repo, branch, imagePath, ownerId } = before.service;
    await rest(operations.updateService, {
      path: { serviceId: now.service.id },
      body: {
        autoDeploy,
        ...(imagePath ? { image: { ownerId, imagePath } } : { repo, branch }),
        serviceDetails: {
          envSpecificDetails: {
            dockerCommand: details.envSpecificDetails.dockerCommand ?? '',
            ...(imagePath
              ? {}
              : { dockerfilePath: details.envSpecificDetails.dockerfilePath ?? './Dockerfile' }),
          },
          plan: details.plan,
          preDeployCommand: details.envSpecificDetails.preDeployCommand ?? '',
          maxShutdownDelaySeconds: details.maxShutdownDelaySeconds,
          ...(details.healthCheckPath ? { healthCheckPath: details.healthCheckPath } : {}),
        },
      },
    });
    if (!same(now.variables, before.variables)) {
      await workspace.replaceVariables(name, before.variables, memory);
    }
  }

  /** Render has no references: they are resolved here. A service that is not there yet has its likely address. */
  #render(
    urls: ReadonlyMap<string, string>,
    services: ReadonlyMap<string, { readonly service: RenderService }>,
  ): Render {
    return (variable) => {
      if (variable.kind === 'store') {
        const url = urls.get(variable.store);
        if (!url) throw new Error(`the release has no store "${variable.store}"`);
        return { value: url, secret: true };
      }
      const own = this.#context.domains[variable.service]?.[0];
      const there = services.get(variable.service)?.service.serviceDetails.url;
      const url = own
        ? `https://${own}`
        : (there ?? `https://${prefixOf(this.#context)}${variable.service}.onrender.com`);
      return { value: variable.property === 'url' ? url : new URL(url).host, secret: false };
    };
  }

  /** Not a store that runs as a service. */
  readonly #isOurs = (name: string): boolean => !this.#context.stores.some((store) => store.name === name);

  #know(services: readonly Service[], stores: readonly Store[]): void {
    for (const service of services) {
      for (const [name, variable] of Object.entries(service.variables)) {
        if (variable.kind === 'secret') this.#secrets[`${name} of ${service.name}`] = variable.value;
      }
    }
    for (const store of stores) if (store.url) this.#secrets[`url of ${store.name}`] = store.url;
  }

  readonly #redact = (text: string): string => createRedactor(this.#secrets).redact(text);

  #site(): Promise<Site> {
    this.#opened ??= (async () => {
      const key = await renderKey(this.#context);
      this.#secrets['Render key'] = key;
      const { fetch, deadline } = this.#surroundings;
      const rest = createRest(
        {
          platform: 'Render',
          base: this.#context.settings.api,
          headers: { authorization: `Bearer ${key}` },
          clock: this.#clock,
          redact: this.#redact,
          ...(fetch ? { fetch } : {}),
          ...(deadline ? { deadline } : {}),
        },
        sentences,
      );
      const prefix = prefixOf(this.#context);
      return {
        rest,
        workspace: new Workspace(rest, prefix),
        wayBack: new WayBack(rest, `${prefix}way-back`, this.#clock),
      };
    })();
    return this.#opened;
  }
}

const values = (rendered: Readonly<Record<string, Rendered>>): Record<string, string> =>
  Object.fromEntries(Object.entries(rendered).map(([name, { value }]) => [name, value]));

const same = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((name) => a[name] === b[name]);

const noService = (name: string): ConductorError =>
  new ConductorError({
    code: 'render.no-service',
    message: `There is no service "${name}" in this environment on Render.`,
    hint: 'Deploy first; see `conductor status` for the services there are.',
    exit: exitCode.usage,
  });
