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
import type { CommandOrder, DeployOptions, LogLine, LogQuery, Progress, Target } from '../target.ts';
import { applyChange, removeService } from './apply.ts';
import { byHand } from './by-hand.ts';
import { renderFindings } from './check.ts';
import { RenderDeployments } from './deployments.ts';
import { requireSource } from './desired.ts';
import type { RenderSettings } from './index.ts';
import { runJob } from './job.ts';
import { followLogs } from './logs.ts';
import { renderMaintenance } from './maintenance.ts';
import { observe, observedUrls } from './observe.ts';
import { prepare } from './prepare.ts';
import { isOurs, noService, openSite, type Site } from './site.ts';
import { requireStore } from './stores.ts';
import { goBack, goBackAll } from './way-back.ts';

/** Makes the target. Asks Render nothing yet; a missing key is said by the first verb. */
export async function createRender(
  context: TargetContext<RenderSettings>,
  surroundings: Surroundings = {},
): Promise<Target> {
  return new RenderTarget(context, surroundings);
}

class RenderTarget implements Target {
  readonly traits: Traits;
  readonly maintenance = renderMaintenance(() => this.#site());
  readonly #context: TargetContext<RenderSettings>;
  readonly #surroundings: Surroundings;
  readonly #seen = new SecretsSeen();
  readonly byHand = byHand(() => this.#site());
  #opened: Promise<Site> | undefined;

  constructor(context: TargetContext<RenderSettings>, surroundings: Surroundings) {
    this.#context = context;
    this.#surroundings = surroundings;
    this.traits = {
      overlap: true,
      drain: true,
      warm: false,
      replicas: true,
      releaseTask: true,
      commits: true,
      images: true,
      stores: context.settings.mongodb ? ['redis', 'mongodb'] : ['redis'],
      storesCan: { mongodb: ['transactions'] },
      domains: true,
      selfContained: true,
      word: 'Render',
    };
    this.#seen.know(context.services, context.stores);
  }

  get name(): string {
    return `${this.#context.environment} on render`;
  }

  async check(): Promise<Finding[]> {
    return renderFindings((await this.#site()).workspace, this.#context);
  }

  async inspect(): Promise<Observed> {
    const site = await this.#site();
    return observe(site.workspace, this.#context, isOurs(site));
  }

  async urls(): Promise<Observed['urls']> {
    const site = await this.#site();
    return observedUrls(site.workspace, this.#context, isOurs(site));
  }

  async apply(change: Change): Promise<void> {
    if (change.kind === 'service') this.#seen.know([change.service]);
    if (change.kind === 'variables') this.#seen.know([{ name: change.service, variables: change.set }]);
    await applyChange(await this.#site(), change);
  }

  async *deploy(
    release: Release,
    services: readonly Service[],
    signal: AbortSignal,
    options: DeployOptions = {},
  ): AsyncGenerator<Progress> {
    this.#seen.know(services, release.stores);
    for (const service of services) requireSource(release, service, this.#context.settings);
    for (const store of release.stores) requireStore(store, this.#context.settings);
    const site = await this.#site();
    site.wayBack.forget();
    const deployments = new RenderDeployments(site.rest, site.workspace, isOurs(site), {
      restore: (name) => goBack(site, name),
      forget: () => site.wayBack.clear(),
    });
    const venue: Venue = {
      ...serviceVenue(deployments, site.clock, async (...what) => {
        deployments.knows(await prepare(site, ...what));
      }),
      pace: patient,
      putBackSettings: () => goBackAll(site),
    };
    for await (const progress of rollout(venue, release, services, signal, {
      clock: site.clock,
      proven: options.proven ?? false,
    })) {
      yield this.#seen.clean(progress);
    }
  }

  async *logs(service: string, query: LogQuery): AsyncGenerator<LogLine> {
    const { rest, workspace, clock } = await this.#site();
    const { services, memory } = await workspace.read((name) => name === service);
    const found = services.get(service);
    if (!found) throw noService(service);
    const id = query.version ? runOf(memory, service, query.version) : null;
    if (query.version && !id) return;
    for await (const line of followLogs(rest, service, found.service, id, query, clock)) {
      yield { ...line, text: this.#seen.redact(line.text) };
    }
  }

  /** Render's logs are where the output comes from, so secrets are taken out of it as out of all logs. */
  async run(order: CommandOrder): Promise<number> {
    const site = await this.#site();
    const found = (await site.workspace.list()).get(order.service);
    if (!found) throw noService(order.service);
    const write = order.output ?? ((text: string) => void process.stdout.write(text));
    return runJob(site, found, order, (text) => write(this.#seen.redact(text)));
  }

  async remove(service: string): Promise<void> {
    await removeService(await this.#site(), service);
  }

  #site(): Promise<Site> {
    this.#opened ??= openSite(this.#context, this.#surroundings, {
      clock: this.#surroundings.clock ?? systemClock,
      seen: this.#seen,
    });
    return this.#opened;
  }
}
