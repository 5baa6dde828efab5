import { systemClock } from 'conductor-backup/retry';
import type { Change } from '../../model/change.ts';
import type { Finding } from '../../model/finding.ts';
import type { Observed } from '../../model/observed.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Traits } from '../../model/traits.ts';
import type { TargetContext } from '../kind.ts';
import { runOf } from '../memory.ts';
import { patient } from '../poll.ts';
import { rollout, type Venue } from '../rollout.ts';
import { SecretsSeen } from '../secrets-seen.ts';
import { serviceVenue } from '../service-venue.ts';
import type { Surroundings } from '../surroundings.ts';
import type { DeployOptions, LogLine, LogQuery, Progress, Target } from '../target.ts';
import type { Place } from './account.ts';
import { applyChange, removeService } from './apply.ts';
import { byHand } from './by-hand.ts';
import { railwayFindings } from './check.ts';
import { RailwayDeployments } from './deployments.ts';
import { serviceSource } from './desired.ts';
import type { RailwaySettings } from './index.ts';
import { followLogs } from './logs.ts';
import { observe } from './observe.ts';
import { prepare, putBackSettings } from './prepare.ts';
import { type Access, noService, openAccess, type Site, siteAt } from './site.ts';

const traits: Traits = {
  overlap: true,
  drain: true,
  warm: false,
  replicas: true,
  releaseTask: true,
  commits: true,
  images: true,
  stores: ['mongodb', 'redis'],
  storesCan: { mongodb: ['transactions'] },
  domains: true,
  selfContained: true,
  word: 'Railway',
};

/** Makes the target. Asks Railway nothing yet; a missing token is said by the first verb. */
export async function createRailway(
  context: TargetContext<RailwaySettings>,
  surroundings: Surroundings = {},
): Promise<Target> {
  return new Railway(context, surroundings);
}

class Railway implements Target {
  readonly traits = traits;
  readonly #context: TargetContext<RailwaySettings>;
  readonly #surroundings: Surroundings;
  readonly #seen = new SecretsSeen();
  readonly byHand = byHand(() => this.#site());
  #opened: Promise<Access> | undefined;
  #siteThere: Site | undefined;

  constructor(context: TargetContext<RailwaySettings>, surroundings: Surroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.#seen.know(context.services, context.stores);
  }

  get name(): string {
    return `${this.#context.environment} on railway`;
  }

  async check(): Promise<Finding[]> {
    const { api, account } = await this.#access();
    return railwayFindings(api, account, this.#context, () => this.#madeSite());
  }

  async inspect(): Promise<Observed> {
    const site = await this.#site();
    return observe(
      site ? await site.environment.read(0) : null,
      this.#context,
      site?.place.workspace === null,
    );
  }

  async apply(change: Change): Promise<void> {
    if (change.kind === 'store') this.#seen.know([], [change.store]);
    if (change.kind === 'service') this.#seen.know([change.service]);
    if (change.kind === 'variables') this.#seen.know([{ name: change.service, variables: change.set }]);
    const removal = 'action' in change && change.action === 'remove';
    const site = removal ? await this.#site() : await this.#madeSite();
    if (site) await applyChange(site, change);
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    this.#seen.know(services, release.stores);
    // Before anything is made: a release that Railway cannot get the code of.
    for (const service of services) serviceSource(release, service, this.#context.settings);
    const site = await this.#madeSite();
    const deployments = new RailwayDeployments(site.api, site.place, site.environment);
    const venue: Venue = {
      ...serviceVenue(deployments, site.clock, (...what) =>
        prepare(site, ...what, () => {
          this.#opened = undefined;
          this.#siteThere = undefined;
        }),
      ),
      // The free plan has a hundred requests an hour.
      pace: patient,
      putBackSettings: (failed) => putBackSettings(site, failed),
    };
    for await (const progress of rollout(venue, release, services, signal, {
      clock: site.clock,
      proven: options.proven ?? false,
    })) {
      yield this.#seen.clean(progress);
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
    for await (const line of followLogs(site.api, service, id, query, site.clock)) {
      yield { ...line, text: this.#seen.redact(line.text) };
    }
  }

  async remove(service: string): Promise<void> {
    const site = await this.#site();
    if (site) await removeService(site, service);
  }

  #access(): Promise<Access> {
    this.#opened ??= openAccess(this.#context, this.#surroundings, {
      clock: this.#surroundings.clock ?? systemClock,
      seen: this.#seen,
    });
    return this.#opened;
  }

  /** Null where nothing has been made yet. */
  async #site(): Promise<Site | null> {
    const access = await this.#access();
    const place = await access.account.find();
    return place && this.#siteAt(access, place);
  }

  async #madeSite(): Promise<Site> {
    const access = await this.#access();
    return this.#siteAt(access, await access.account.findOrCreate());
  }

  #siteAt(access: Access, place: Place): Site {
    this.#siteThere ??= siteAt(access, place);
    return this.#siteThere;
  }
}
