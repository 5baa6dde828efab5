import { isDeepStrictEqual } from 'node:util';
import { ConductorError, exitCode } from '../../errors.ts';
import { createRedactor } from '../../secrets/redactor.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { forget, type Memory, recall, rememberVariables, runOf } from '../memory.ts';
import { type Clock, poll, systemClock } from '../poll.ts';
import { isRefused, PlatformRefusal } from '../refusal.ts';
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
import { port, type Render, renderAll, renderService } from '../variables.ts';
import { Account, type Place, railwayToken } from './account.ts';
import { type Api, createApi, type RailwayToken } from './api.ts';
import { railwayFindings } from './check.ts';
import { RailwayDeployments } from './deployments.ts';
import {
  configPatch,
  rememberable,
  serviceConfig,
  serviceSettings,
  serviceSource,
  variablesPatch,
} from './desired.ts';
import { ensureDomain, removeDomain } from './domains.ts';
import { Environment, type EnvironmentPatch, type RailwayService, type RailwayState } from './environment.ts';
import type { RailwaySettings } from './index.ts';
import { followLogs } from './logs.ts';
import { observe } from './observe.ts';
import { operations } from './operations.ts';
import { ensureStore, findStore, storeReference } from './stores.ts';

/** What a test replaces: the way to the platform, and time. */
export interface Surroundings {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** Milliseconds for one request. */
  readonly deadline?: number;
}

const traits: Traits = {
  overlap: true,
  drain: true,
  warm: false,
  replicas: true,
  releaseTask: true,
  commits: true,
  images: true,
  stores: ['mongodb', 'redis'],
  domains: true,
};

/** Makes the target. Asks Railway nothing yet; a missing token is said by the first verb. */
export async function createRailway(
  context: TargetContext<RailwaySettings>,
  surroundings: Surroundings = {},
): Promise<Target> {
  return new Railway(context, surroundings);
}

/** What works with the platform once the environment is known there. */
interface Site {
  readonly api: Api;
  readonly place: Place;
  readonly environment: Environment;
  readonly clock: Clock;
}

class Railway implements Target {
  readonly traits = traits;
  readonly #context: TargetContext<RailwaySettings>;
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  /** Every secret value that was seen: none of them may leave in a message. */
  readonly #secrets: Record<string, string> = {};
  #opened: Promise<{ api: Api; account: Account }> | undefined;

  constructor(context: TargetContext<RailwaySettings>, surroundings: Surroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock ?? systemClock;
    this.#know(context.services, context.stores);
  }

  get name(): string {
    return `${this.#context.environment} on railway`;
  }

  async check(): Promise<Finding[]> {
    const { api, account } = await this.#open();
    return railwayFindings(api, account, this.#context, this.#clock);
  }

  async inspect(): Promise<Observed> {
    const site = await this.#site();
    return observe(site ? await site.environment.read() : null, this.#context);
  }

  async apply(change: Change): Promise<void> {
    switch (change.kind) {
      case 'store':
        if (change.action === 'remove') return this.#removeStore(change.store);
        this.#know([], [change.store]);
        if (change.store.url) return;
        return ensureStore(change.store, this.#context.settings.backups, await this.#madeSite());
      case 'service':
        if (change.action === 'remove') return this.remove(change.service.name);
        this.#know([change.service], []);
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
    // Before anything is made: a release that Railway cannot get the code of.
    for (const service of services) serviceSource(release, service, this.#context.settings);
    const { api } = await this.#open();
    const site = await this.#madeSite();
    const deployments = new RailwayDeployments(api, site.place, site.environment);
    const venue = serviceVenue(deployments, this.#clock, (...what) => this.#prepare(site, ...what));
    for await (const progress of rollout(venue, release, services, signal, {
      clock: this.#clock,
      proven: options.proven ?? false,
    })) {
      yield { ...progress, detail: this.#redact(progress.detail) };
    }
  }

  async *logs(service: string, query: LogQuery): AsyncGenerator<LogLine> {
    const site = await this.#site();
    const state = await site?.environment.read();
    const found = state?.services.find(({ name }) => name === service);
    if (!site || !state || !found) throw noService(service);
    const id = query.version
      ? runOf(state.memory, service, query.version)
      : (found.active[0]?.id ?? found.latest?.id ?? null);
    if (!id) return;
    for await (const line of followLogs(site.api, service, id, query, this.#clock)) {
      yield { ...line, text: this.#redact(line.text) };
    }
  }

  async remove(service: string): Promise<void> {
    const site = await this.#site();
    const state = await site?.environment.read();
    const found = state?.services.find(({ name }) => name === service);
    if (!site || !state || !found) return;
    await site.api(operations.deleteService, { id: found.id, environment: site.place.environment });
    await site.environment.remember(forget(state.memory, service));
  }

  /**
   * Everything that the release needs, made and set; nothing is started, so no build runs without its variables. What this
   * command has made for a release that Railway then refuses is taken away again.
   */
  async #prepare(site: Site, release: Release, services: readonly Service[], proven: boolean): Promise<void> {
    const made: string[] = [];
    try {
      await this.#limitSpending(site);
      for (const store of release.stores) {
        if (!store.url) await ensureStore(store, this.#context.settings.backups, site);
      }
      const state = await this.#ensureServices(site, services, made);
      await this.#ensureSettings(site, state, release, services, proven);
      for (const service of services) await this.#ensureAddress(site, state, service);
    } catch (error) {
      if (isRefused(error)) await this.#undo(site, made);
      throw error;
    }
  }

  async #limitSpending({ api, place }: Site): Promise<void> {
    const { spending } = this.#context.settings;
    if (!spending || !place.workspace) return;
    const { customer } = (await api(operations.spending, { workspace: place.workspace })).workspace;
    const { softLimit, hardLimit } = customer.usageLimit ?? {};
    if (softLimit === spending.warn && (hardLimit ?? undefined) === spending.stop) return;
    await api(operations.limitSpending, {
      input: {
        customerId: customer.id,
        softLimitDollars: spending.warn,
        ...(spending.stop ? { hardLimitDollars: spending.stop } : {}),
      },
    });
  }

  /** Writes settings and variables where they differ, and turns automatic deployments off. */
  async #ensureSettings(
    site: Site,
    state: RailwayState,
    release: Release,
    services: readonly Service[],
    proven: boolean,
  ): Promise<void> {
    const { settings, fingerprint } = this.#context;
    const render = this.#render(release.stores, state);
    const patch: EnvironmentPatch = { services: {} };
    let memory: Memory = state.memory;
    for (const service of services) {
      const on = serviceIn(state, service.name);
      // Private networks of older environments are IPv6 only; `::` takes IPv4 too.
      const variables = renderService(this.#context, release, service, render, '::');
      const remembered = recall(memory, service.name).variables;
      const config = configPatch(on.config, serviceConfig(release, service, settings, proven));
      const values = variablesPatch(on.config, variables, remembered, fingerprint);
      if (config || Object.keys(values).length) patch.services[on.id] = { ...config, variables: values };
      memory = rememberVariables(memory, service.name, rememberable(variables, fingerprint));
    }
    if (Object.keys(patch.services).length) await site.environment.commit(patch, state);
    if (!isDeepStrictEqual(memory, state.memory)) await site.environment.remember(memory);
    // Connecting a repository turns them on, so this is said every time: it also mends what a killed command has left.
    for (const service of services.filter(({ image }) => !image)) {
      await site.api(operations.autoDeploy, {
        input: {
          enabled: false,
          projectId: site.place.project,
          environmentId: site.place.environment,
          serviceId: serviceIn(state, service.name).id,
        },
      });
    }
  }

  /** Makes the services that are missing, and adds their ids to `made`. */
  async #ensureServices(
    site: Site,
    services: readonly { readonly name: string }[],
    made: string[] = [],
  ): Promise<RailwayState> {
    let state = await site.environment.read();
    for (const { name } of services) {
      if (state.services.some((service) => service.name === name)) continue;
      const find = async () =>
        (await site.environment.read()).services.find((service) => service.name === name);
      await findOrCreate<{ id: string }>({
        find,
        // Without its source: with one, Railway would build it at once, before it has its variables.
        create: async () => {
          const { serviceCreate } = await site.api(operations.createService, {
            input: {
              projectId: site.place.project,
              environmentId: site.place.environment,
              name,
            },
          });
          made.push(serviceCreate.id);
          return serviceCreate;
        },
        clock: this.#clock,
      });
    }
    const complete = await poll(
      async () => {
        state = await site.environment.read();
        const ready = state.services.filter((service) => service.ready).map(({ name }) => name);
        return services.every(({ name }) => ready.includes(name)) ? state : null;
      },
      { clock: this.#clock, within: 120_000 },
    );
    if (complete) return complete;
    throw new PlatformRefusal('Railway', 'unreachable', { said: 'the services it has made do not show' });
  }

  /** Takes away what a refused creation has left. */
  async #undo(site: Site, services: readonly string[]): Promise<void> {
    const { account } = await this.#open();
    if (account.made) {
      await site.api(operations.deleteProject, { id: account.made });
      this.#opened = undefined;
      return;
    }
    for (const id of services) {
      await site.api(operations.deleteService, { id, environment: site.place.environment });
    }
  }

  /** A public service without a domain of its own gets one from Railway. */
  async #ensureAddress(site: Site, state: RailwayState, service: Service): Promise<void> {
    if (service.paths.length === 0) return;
    const on = serviceIn(state, service.name);
    if (on.serviceDomains.length) return;
    await findOrCreate({
      find: async () => {
        const now = await site.environment.read();
        return serviceIn(now, service.name).serviceDomains[0];
      },
      create: async () => {
        const { serviceDomainCreate } = await site.api(operations.createServiceDomain, {
          input: { serviceId: on.id, environmentId: site.place.environment, targetPort: port },
        });
        return serviceDomainCreate.domain;
      },
      clock: this.#clock,
    });
  }

  async #applyService(service: Service): Promise<void> {
    const site = await this.#madeSite();
    const state = await this.#ensureServices(site, [service]);
    const on = serviceIn(state, service.name);
    const settings = configPatch(on.config, serviceSettings(service, this.#context.settings, undefined));
    if (settings) await site.environment.commit({ services: { [on.id]: settings } }, state);
  }

  async #applyVariables({ service, set, unset }: Extract<Change, { kind: 'variables' }>): Promise<void> {
    for (const [name, variable] of Object.entries(set)) {
      if (variable.kind === 'secret') this.#secrets[`${name} of ${service}`] = variable.value;
    }
    const site = await this.#madeSite();
    const { fingerprint } = this.#context;
    const state = await this.#ensureServices(site, [{ name: service }]);
    const on = serviceIn(state, service);
    const rendered = renderAll(set, this.#render(this.#context.stores, state));
    const remembered = recall(state.memory, service).variables;
    const others = Object.fromEntries(Object.entries(remembered).filter(([name]) => name in set));
    const patch = variablesPatch(on.config, rendered, others, fingerprint);
    for (const name of unset) if (on.config?.variables?.[name]) patch[name] = null;
    if (Object.keys(patch).length === 0) return;
    await site.environment.commit({ services: { [on.id]: { variables: patch } } }, state);
    const kept = Object.entries({ ...remembered, ...rememberable(rendered, fingerprint) });
    await site.environment.remember(
      rememberVariables(
        state.memory,
        service,
        Object.fromEntries(kept.filter(([name]) => !unset.includes(name))),
      ),
    );
  }

  async #applyDomain({ action, service, host }: Extract<Change, { kind: 'domain' }>): Promise<void> {
    const site = await this.#madeSite();
    if (action === 'create') {
      const state = await this.#ensureServices(site, [{ name: service }]);
      return ensureDomain(host, serviceIn(state, service), site);
    }
    const on = (await site.environment.read()).services.find(({ name }) => name === service);
    if (on) await removeDomain(host, on, site.api);
  }

  async #removeStore(store: Store): Promise<void> {
    const site = await this.#site();
    if (!site) return;
    const found = findStore((await site.environment.read()).services, store);
    if (found) {
      await site.api(operations.deleteService, { id: found.id, environment: site.place.environment });
    }
  }

  /** References in Railway's own syntax, resolved by Railway when a deployment starts. */
  #render(stores: readonly Store[], state: RailwayState): Render {
    return (variable) => {
      if (variable.kind === 'store') {
        const store = stores.find(({ name }) => name === variable.store);
        if (!store) throw new Error(`the release has no store "${variable.store}"`);
        return store.url
          ? { value: store.url, secret: true }
          : { value: storeReference(store, findStore(state.services, store)?.name), secret: false };
      }
      const host =
        this.#context.domains[variable.service]?.[0] ?? `\${{${variable.service}.RAILWAY_PUBLIC_DOMAIN}}`;
      return { value: variable.property === 'url' ? `https://${host}` : host, secret: false };
    };
  }

  #know(services: readonly Service[], stores: readonly Store[]): void {
    for (const service of services) {
      for (const [name, variable] of Object.entries(service.variables)) {
        if (variable.kind === 'secret') this.#secrets[`${name} of ${service.name}`] = variable.value;
      }
    }
    for (const store of stores) if (store.url) this.#secrets[`url of ${store.name}`] = store.url;
  }

  readonly #redact = (text: string): string => createRedactor(this.#secrets).redact(text);

  #open() {
    this.#opened ??= (async () => {
      const token: RailwayToken = await railwayToken(this.#context);
      this.#secrets['Railway token'] = token.value;
      const api = createApi({
        address: this.#context.settings.api,
        token,
        clock: this.#clock,
        redact: this.#redact,
        ...(this.#surroundings.fetch ? { fetch: this.#surroundings.fetch } : {}),
        ...(this.#surroundings.deadline ? { deadline: this.#surroundings.deadline } : {}),
      });
      const account = new Account(api, token, this.#context, this.#clock);
      return { api, account };
    })();
    return this.#opened;
  }

  /** Null where nothing has been made yet. */
  async #site(): Promise<Site | null> {
    const { api, account } = await this.#open();
    const place = await account.find();
    if (!place) return null;
    return { api, place, environment: new Environment(api, place, this.#clock), clock: this.#clock };
  }

  async #madeSite(): Promise<Site> {
    const { api, account } = await this.#open();
    const place = await account.findOrCreate();
    return { api, place, environment: new Environment(api, place, this.#clock), clock: this.#clock };
  }
}

function serviceIn(state: RailwayState, name: string): RailwayService {
  const service = state.services.find((one) => one.name === name);
  if (!service) throw noService(name);
  return service;
}

const noService = (name: string): ConductorError =>
  new ConductorError({
    code: 'railway.no-service',
    message: `There is no service "${name}" in this environment on Railway.`,
    hint: 'See `conductor status` for those there are.',
    exit: exitCode.usage,
  });
