import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { State } from '../../model/state.ts';
import type { Memory } from '../memory.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Rest } from '../rest.ts';
import type { Evidence, Reading } from '../rollout.ts';
import { type Asked, nextAfter, type ServiceDeployments, type Standing } from '../service-venue.ts';
import { operations, type RenderDeploy } from './operations.ts';
import type { Workspace } from './workspace.ts';

/** Render's words in ours. `deactivated` has served and was replaced: that is not serving. */
const words: Readonly<Record<string, State>> = {
  created: 'pending',
  queued: 'pending',
  build_in_progress: 'building',
  pre_deploy_in_progress: 'releasing',
  update_in_progress: 'starting',
  live: 'live',
  deactivated: 'superseded',
  build_failed: 'failed',
  pre_deploy_failed: 'failed',
  update_failed: 'failed',
  canceled: 'canceled',
};

/** How Render calls what began a deploy, where that was us. */
const ourTriggers: readonly string[] = ['api', 'rollback'];

export const readingOf = ({ status }: RenderDeploy): Reading => ({
  state: words[status] ?? 'unknown',
  detail: status,
});

/** Milliseconds that a look takes at most, one request for each service; what is seen in one step is as good for the next. */
const lookTime = 5_000;

export class RenderDeployments implements ServiceDeployments {
  readonly platform = 'Render';
  readonly #rest: Rest;
  readonly #workspace: Workspace;
  readonly #ours: (name: string) => boolean;
  readonly #settings: { restore(service: string): Promise<void>; forget(): Promise<void> };

  /** As this deploy has last read or written it: nobody else writes it meanwhile. */
  #memory: Memory | undefined;

  constructor(
    rest: Rest,
    workspace: Workspace,
    ours: (name: string) => boolean,
    settings: { restore(service: string): Promise<void>; forget(): Promise<void> },
  ) {
    this.#rest = rest;
    this.#workspace = workspace;
    this.#ours = ours;
    this.#settings = settings;
  }

  knows(memory: Memory): void {
    this.#memory = memory;
  }

  async look({ services: names, within = lookTime }: Asked = {}) {
    this.#memory ??= (await this.#workspace.read(this.#ours, within)).memory;
    const standings = new Map<string, Standing>();
    for (const [name, { id, suspended }] of await this.#workspace.list(within)) {
      if (!this.#ours(name) || (names && !names.includes(name))) continue;
      const deploys = await this.#workspace.deploys(id, within);
      const live = deploys.find(({ status }) => status === 'live');
      standings.set(name, {
        newest: deploys[0]?.id ?? null,
        active: suspended === 'suspended' ? null : (live?.id ?? null),
      });
    }
    return { memory: this.#memory, services: standings };
  }

  async remember(memory: Memory, services: readonly string[]): Promise<void> {
    await this.#workspace.remember(memory, services);
    this.#memory = memory;
  }

  async read(service: string, id: string): Promise<Reading> {
    return readingOf(await this.#deploy(service, id));
  }

  #deploy(service: string, id: string): Promise<RenderDeploy> {
    return this.#rest(operations.deploy, { path: { serviceId: this.#workspace.id(service), deployId: id } });
  }

  /** Null when Render answers 202: it has queued the deploy and does not tell its id. */
  async begin({ name, image }: Service, { commit }: Release): Promise<string | null> {
    const serviceId = this.#workspace.id(name);
    const deploy = await this.#rest(operations.createDeploy, {
      path: { serviceId },
      body: image ? { imageUrl: image } : { commitId: commit },
    });
    return deploy?.id ?? null;
  }

  async again(service: string, id: string): Promise<string> {
    const serviceId = this.#workspace.id(service);
    return (await this.#rest(operations.rollback, { path: { serviceId }, body: { deployId: id } })).id;
  }

  /** Among those that can be ours: a push and a person's hand begin deploys, too. */
  async after(service: string, newest: string | null): Promise<string | null> {
    const list = await this.#workspace.deploys(this.#workspace.id(service), 0);
    return nextAfter(
      list.filter(({ id, trigger }) => id === newest || !trigger || ourTriggers.includes(trigger)),
      newest,
    );
  }

  async cancel(service: string, id: string): Promise<void> {
    await this.#rest(operations.cancel, { path: { serviceId: this.#workspace.id(service), deployId: id } });
  }

  /** Render cannot take a deploy away, only rest the whole service. */
  async remove(service: string): Promise<void> {
    await this.#rest(operations.suspend, { path: { serviceId: this.#workspace.id(service) } });
  }

  restoreSettings(service: string): Promise<void> {
    return this.#settings.restore(service);
  }

  forgetSettings(): Promise<void> {
    return this.#settings.forget();
  }

  async evidence(service: string, id: string): Promise<Evidence> {
    const deploy = await this.#deploy(service, id);
    const there = (await this.#workspace.list()).get(service);
    if (!there) throw new PlatformRefusal('Render', 'absent', { said: service });
    const { logs } = await this.#rest(operations.logs, {
      query: {
        ownerId: there.ownerId,
        resource: [there.id],
        type: [deploy.status === 'build_failed' ? 'build' : 'app'],
        startTime: deploy.createdAt,
        direction: 'backward',
        limit: 20,
      },
    });
    return { reasons: [], lines: logs.map(({ message }) => message).reverse() };
  }
}
