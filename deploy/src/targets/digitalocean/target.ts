import { type Clock, systemClock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Change } from '../../model/change.ts';
import type { Finding } from '../../model/finding.ts';
import type { Observed } from '../../model/observed.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Traits } from '../../model/traits.ts';
import { notOurs } from '../foreign.ts';
import { createHttp, type Http } from '../http.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import { isLasting, PlatformRefusal } from '../refusal.ts';
import { createRest, type Sentences } from '../rest.ts';
import { type Evidence, rollout } from '../rollout.ts';
import { SecretsSeen } from '../secrets-seen.ts';
import { connection, type Surroundings } from '../surroundings.ts';
import type { DeployOptions, LogLine, LogQuery, Progress, Target } from '../target.ts';
import { AppSite, appVenue, failedSteps, refusePinned } from './app.ts';
import { byHand } from './by-hand.ts';
import { digitaloceanFindings } from './check.ts';
import type { DigitalOceanSettings } from './index.ts';
import { ourComponents, versionOf } from './marks.ts';
import { appName, clusterName, earlierAppName } from './names.ts';
import { observe, observedUrls } from './observe.ts';
import { type Deployment, operations } from './operations.ts';
import { imageSource, specFor, without } from './spec.ts';
import {
  ensureClusters,
  findCluster,
  lookForClusters,
  type StoreSite,
  strangersAmong,
  trustApp,
} from './stores.ts';

const traits: Traits = {
  overlap: true,
  drain: true,
  warm: false,
  replicas: true,
  releaseTask: true,
  // It builds the head of a branch, whatever that is by then.
  commits: false,
  images: true,
  stores: ['mongodb', 'redis'],
  // Its managed MongoDB is a replica set, also with a single node.
  storesCan: { mongodb: ['transactions'] },
  domains: true,
  selfContained: true,
  word: 'DigitalOcean',
};

/** Words of DigitalOcean's refusals, read here and nowhere else. */
const sentences: Sentences = [
  [/domain.*(already|in use|taken|another)/i, 'domain'],
  [/region/i, 'region'],
  [/name.*(already|taken|exists|unique)/i, 'name'],
  [/limit|quota|exceed|maximum/i, 'quota'],
  [/tier|plan|upgrade|instance_size|not (available|supported)/i, 'plan'],
  [/image|digest|registry|manifest/i, 'source'],
];

/** Makes the target. Asks DigitalOcean nothing yet; a missing token is said by the first verb. */
export async function createDigitalOcean(
  context: TargetContext<DigitalOceanSettings>,
  surroundings: Surroundings = {},
): Promise<Target> {
  return new DigitalOcean(context, surroundings);
}

interface Site {
  readonly app: AppSite;
  readonly http: Http;
  /** `user:token` for a private registry, where one is set. */
  readonly registry: string | undefined;
}

class DigitalOcean implements Target {
  readonly traits = traits;
  readonly #context: TargetContext<DigitalOceanSettings>;
  readonly #surroundings: Surroundings;
  readonly #clock: Clock;
  readonly #seen = new SecretsSeen();
  readonly byHand = byHand(async () => this.#stores((await this.#site()).app));
  #opened: Promise<Site> | undefined;

  constructor(context: TargetContext<DigitalOceanSettings>, surroundings: Surroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.#clock = surroundings.clock ?? systemClock;
    this.#seen.know(context.services, context.stores);
  }

  get name(): string {
    return `${this.#context.environment} on digitalocean`;
  }

  async check(): Promise<Finding[]> {
    return digitaloceanFindings((await this.#site()).app, this.#context);
  }

  async inspect(): Promise<Observed> {
    return observe((await this.#site()).app, this.#context);
  }

  async urls(): Promise<Observed['urls']> {
    return observedUrls(await (await this.#site()).app.read(0), this.#context);
  }

  /**
   * Only stores. Services, variables and domains are one document on DigitalOcean, and writing it is deploying it: they come
   * with the release.
   */
  async apply(change: Change): Promise<void> {
    if (change.kind === 'adopt') return this.#adopt(change.name);
    if (change.kind === 'service' && change.action === 'remove') return this.remove(change.service.name);
    if (change.kind !== 'store' || change.store.url) return;
    const { app } = await this.#site();
    if (change.action === 'create') {
      await ensureClusters([change.store], this.#stores(app));
      return;
    }
    const cluster = await findCluster(this.#stores(app), change.store);
    if (cluster) await app.rest(operations.destroyCluster, { path: { database_cluster_uuid: cluster.id } });
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    this.#seen.know(services, release.stores);
    const { app, registry } = await this.#site();
    for (const service of services) imageSource(service, registry);
    let clusters: ReadonlyMap<string, string> = new Map();
    const venue = appVenue(app, this.#clock, {
      prepare: async (...what) => {
        clusters = await this.#prepare(...what);
      },
      makeSpec: (of, unit, there, proven) =>
        specFor(this.#context, of, unit.services, {
          there,
          proven,
          credentials: registry,
          adopted: app.adopted,
          clusters,
        }),
      evidence: (id, deployment) => this.#evidence(id, deployment),
      confirm: (id, of) => this.#trust(id, of),
    });
    for await (const progress of rollout(venue, release, services, signal, {
      clock: this.#clock,
      proven: options.proven ?? false,
    })) {
      yield this.#seen.clean(progress);
    }
  }

  async *logs(service: string, { lines = 100, version, follow, signal }: LogQuery): AsyncGenerator<LogLine> {
    const { app } = await this.#site();
    const there = await app.read();
    if (!there || !ourComponents(there.spec, this.#context).some(({ name }) => name === service))
      throw noService(service);
    const id = version ? await this.#deploymentOf(there.id, version) : there.active_deployment?.id;
    if (!id) return;
    let given = 0;
    for (;;) {
      const all = await this.#lines(there.id, id, service, 'RUN');
      const fresh = given === 0 ? all.slice(-lines) : all.slice(given);
      given = all.length;
      for (const text of fresh) yield { service, at: null, text: this.#seen.redact(text) };
      if (!follow || signal?.aborted) return;
      try {
        await this.#clock.sleep(5_000, signal);
      } catch (error) {
        if (signal?.aborted) return;
        throw error;
      }
    }
  }

  async remove(service: string): Promise<void> {
    const { app } = await this.#site();
    const there = await app.read(0);
    if (!there || !ourComponents(there.spec, this.#context).some(({ name }) => name === service)) return;
    refusePinned(there);
    await app.rest(operations.updateApp, {
      path: { id: there.id },
      body: { spec: without(there.spec, service) },
    });
  }

  /** Its mark comes with the deployment that makes it ours: writing the spec of an app is deploying it. */
  async #adopt(name: string): Promise<void> {
    (await this.#site()).app.adopt(name);
  }

  #stores(app: AppSite): StoreSite {
    return { app, context: this.#context, clock: this.#clock };
  }

  /**
   * The app's name and spec are put to the question first, then the clusters are made: they cost money and time. Answers with the names
   * of the clusters, by our names of the stores.
   */
  async #prepare(
    release: Release,
    services: readonly Service[],
    proven: boolean,
  ): Promise<ReadonlyMap<string, string>> {
    const { app, registry } = await this.#site();
    const seen = await app.look();
    const found = await lookForClusters(this.#stores(app), release.stores);
    const foreign = [...app.strangers(seen, services), ...strangersAmong(found)];
    if (foreign.length > 0) throw notOurs(this.#context.environment, foreign);
    refusePinned(seen.app);
    const likely = [...found].map(([name, { ours }]): [string, string] => [
      name,
      ours?.name ?? clusterName(this.#context, { name }),
    ]);
    const spec = specFor(this.#context, release, services, {
      there: seen.app?.spec ?? null,
      proven,
      credentials: registry,
      adopted: app.adopted,
      clusters: new Map(likely),
    });
    if (!seen.app) {
      const proposed = await app.rest(operations.propose, { body: { spec } });
      if (proposed.app_name_available === false) {
        const free = proposed.app_name_suggestion;
        throw new PlatformRefusal('DigitalOcean', 'name', {
          said: appName(this.#context),
          hint: `Set \`name\` in digitalocean({ … })${free ? `, for example to ${free}` : ''}.`,
        });
      }
    }
    const made = new Made();
    try {
      return await ensureClusters(release.stores, this.#stores(app), made);
    } catch (error) {
      if (isLasting(error)) await made.takeAway();
      throw error;
    }
  }

  /** Once there is an app, its clusters let nobody else in. */
  async #trust(id: string, { stores }: Release): Promise<void> {
    const { app } = await this.#site();
    for (const { ours } of (await lookForClusters(this.#stores(app), stores)).values())
      if (ours) await trustApp(app.rest, ours, id);
  }

  async #deploymentOf(app: string, version: string): Promise<string | undefined> {
    const { rest } = (await this.#site()).app;
    const { deployments } = await rest(operations.deployments, {
      path: { app_id: app },
      query: { per_page: 50 },
    });
    return deployments?.find(({ spec }) => versionOf(spec, this.#context) === version)?.id;
  }

  /** The steps that failed, and the last lines of their components. */
  async #evidence(app: string, { id, phase, progress }: Deployment): Promise<Evidence> {
    const failed = failedSteps(progress?.steps);
    const reasons = failed.map(
      ({ component_name: name = 'the app', reason }) =>
        `${name}: ${[reason?.code, reason?.message].filter(Boolean).join(': ') || 'failed'}`,
    );
    const component = failed.find((step) => step.component_name)?.component_name;
    if (!component) return { reasons, lines: [] };
    const type = phase === 'ACTIVE' ? 'RUN' : /build/i.test(failed[0]?.name ?? '') ? 'BUILD' : 'DEPLOY';
    const lines = await this.#lines(app, id, component, type);
    return { reasons, lines: lines.slice(-20) };
  }

  /** Log lines lie at addresses that carry their own signature. */
  async #lines(app: string, deployment: string, component: string, type: string): Promise<string[]> {
    const { app: site, http } = await this.#site();
    const { historic_urls: urls } = await site.rest(operations.logs, {
      path: { app_id: app, deployment_id: deployment, component_name: component },
      query: { type },
    });
    const lines: string[] = [];
    for (const url of urls ?? []) {
      const { body } = await http({ method: 'GET', path: url, repeatable: true, anonymous: true });
      lines.push(
        ...String(body ?? '')
          .split('\n')
          .filter(Boolean),
      );
    }
    return lines;
  }

  #site(): Promise<Site> {
    this.#opened ??= (async () => {
      const { settings, credential } = this.#context;
      const token = await credential('DIGITALOCEAN_TOKEN');
      if (!token) throw noToken();
      this.#seen.add('DigitalOcean token', token);
      const registry = settings.registryCredentials
        ? await credential(settings.registryCredentials)
        : undefined;
      if (registry) this.#seen.add('registry credentials', registry);
      const options = {
        platform: 'DigitalOcean',
        base: settings.api,
        headers: { authorization: `Bearer ${token}` },
        clock: this.#clock,
        redact: this.#seen.redact,
        ...connection(this.#surroundings, this.#context),
      };
      return {
        app: new AppSite(
          createRest(options, sentences),
          {
            project: this.#context.project,
            environment: this.#context.environment,
            name: appName(this.#context),
            earlierName: earlierAppName(this.#context),
          },
          this.#clock,
        ),
        http: createHttp(options),
        registry,
      };
    })();
    return this.#opened;
  }
}

const noToken = (): ConductorError =>
  new ConductorError({
    code: 'digitalocean.no-token',
    message: 'There is no token for DigitalOcean.',
    hint: 'Make one at https://cloud.digitalocean.com/account/api/tokens with the scopes app, database and account, and set DIGITALOCEAN_TOKEN.',
    exit: exitCode.usage,
  });

const noService = (name: string): ConductorError =>
  new ConductorError({
    code: 'digitalocean.no-service',
    message: `There is no service "${name}" in the app on DigitalOcean.`,
    hint: 'Deploy first.',
    exit: exitCode.usage,
  });
