import { isDeepStrictEqual } from 'node:util';
import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Foreign } from '../../model/observed.ts';
import { Glance } from '../glance.ts';
import type { TargetContext } from '../kind.ts';
import { isMarked, whose } from '../mark.ts';
import { emptyMemory, type Memory, parseMemory, recall } from '../memory.ts';
import { lag } from '../once.ts';
import { poll } from '../poll.ts';
import type { Rest } from '../rest.ts';
import { findEnvironment, ownerOf, prefixOf, seenOwner } from './account.ts';
import type { RenderSettings } from './index.ts';
import type { Lists } from './lists.ts';
import {
  type KeyValue,
  operations,
  type RenderDeploy,
  type RenderDomain,
  type RenderService,
} from './operations.ts';
import { isOwnMongo, isReplicaSet } from './stores.ts';

/** The variable of each service that holds what we remember of it. */
const memoryVariable = 'CONDUCTOR_MEMORY';

/** A service with what it is told. */
export interface Kept {
  readonly service: RenderService;
  readonly variables: Readonly<Record<string, string>>;
}

export interface RenderState {
  /** By our names. */
  readonly services: ReadonlyMap<string, Kept>;
  readonly memory: Memory;
}

/**
 * The services of one environment on Render: those of its workspace that carry its mark. Their names begin with its prefix, which
 * alone says nothing: `crm-production-` begins the names of `production-eu` too.
 */
export class Workspace {
  readonly #rest: Rest;
  readonly #lists: Lists;
  readonly #clock: Clock;
  readonly #context: TargetContext<RenderSettings>;
  /** As they were listed last. */
  #services: ReadonlyMap<string, RenderService> = new Map();
  /** What has the name of a service or store of ours and not its mark, as it was listed last, by our names. */
  #foreign: ReadonlyMap<string, Kept> = new Map();
  /** Whose a service is, by its id. */
  readonly #looks = new Map<string, boolean>();
  /** What this command has made, by our names: a list may not show it yet. */
  readonly #made = new Map<string, { readonly service: RenderService; readonly at: number }>();
  /** Ids of deploys that began with a service that this command has made, by its id, until a list has shown them. */
  readonly #firsts = new Map<string, string>();
  #written: Memory = emptyMemory;
  /** Variables that are to be written with the next memory of a service. */
  readonly #staged = new Map<string, Kept['variables']>();
  #owner: string | undefined;
  /** The key sees the workspace. */
  #seen = false;
  /** Our environment, as it was looked for last. */
  readonly #home: Glance<string | null>;
  #environment: string | null = null;

  constructor(lists: Lists, context: TargetContext<RenderSettings>, clock: Clock) {
    this.#rest = lists.rest;
    this.#lists = lists;
    this.#clock = clock;
    this.#context = context;
    this.#home = new Glance(
      async () => findEnvironment(this.#rest, await this.owner(), this.#context),
      clock,
    );
  }

  async owner(): Promise<string> {
    this.#owner ??= await ownerOf(this.#rest, this.#context);
    return this.#owner;
  }

  /** @throws {ConductorError} `render.workspace` (exit 2) where the key does not see the workspace, or not which one is meant. */
  async assertSeen(): Promise<void> {
    if (!this.#seen) this.#owner = await seenOwner(this.#rest, this.#context.settings.workspace);
    this.#seen = true;
  }

  /** Id of our environment, which our services tell; null where there is none yet. */
  async environment(): Promise<string | null> {
    this.#environment ??= await this.#home.read();
    return this.#environment;
  }

  /** It is made. */
  isIn(environment: string): void {
    this.#environment = environment;
  }

  /** Ours, by our names. `within`: milliseconds that they may have been listed before. */
  async list(within?: number): Promise<ReadonlyMap<string, RenderService>> {
    const prefix = prefixOf(this.#context);
    const found = await this.#lists.services(await this.owner(), within);
    const named = new Map(
      found
        .filter(({ name }) => name.startsWith(prefix))
        .map((service) => [service.name.slice(prefix.length), service]),
    );
    for (const [name, { service, at }] of this.#made) {
      if (named.has(name) || this.#clock.now() > at + lag) this.#made.delete(name);
      else named.set(name, service);
    }
    const ours = new Map<string, RenderService>();
    const foreign = new Map<string, Kept>();
    const { services, stores } = this.#context;
    const wanted = new Set([...services, ...stores].map(({ name }) => name));
    for (const name of wanted) {
      const service = named.get(name);
      if (!service) continue;
      if (await this.#isOurs(name, service)) {
        ours.set(name, service);
        this.#environment ??= service.environmentId ?? null;
      } else
        foreign.set(name, { service, variables: await this.variables(service.id, Number.POSITIVE_INFINITY) });
    }
    // What is no longer wanted is looked for in our environment alone: the names of others may begin like ours.
    for (const [name, service] of named) {
      if (wanted.has(name) || !service.environmentId) continue;
      if (service.environmentId !== (await this.environment())) continue;
      if (await this.#isOurs(name, service)) ours.set(name, service);
    }
    this.#services = ours;
    this.#foreign = foreign;
    return ours;
  }

  /** Its mark is read once: nobody makes a service ours, or another's, while a command runs. */
  async #isOurs(name: string, service: RenderService): Promise<boolean> {
    const known = this.#looks.get(service.id);
    if (known !== undefined) return known;
    const ours =
      this.#context.stores.some((store) => store.name === name) && (await this.#isOurMongo(service))
        ? true
        : isMarked(await this.variables(service.id), this.#context);
    this.#looks.set(service.id, ours);
    return ours;
  }

  /** Earlier versions have put no mark on a MongoDB; it shows by how it was made, and where. */
  async #isOurMongo(service: RenderService): Promise<boolean> {
    if (!service.environmentId) return false;
    const looksLike = isReplicaSet(service) || isOwnMongo(service, await this.variables(service.id));
    return looksLike && service.environmentId === (await this.environment());
  }

  /** What stands where something of ours should, among these names. */
  foreign(names: readonly string[]): Foreign[] {
    return names.flatMap((name): Foreign[] => {
      const there = this.#foreign.get(name);
      if (!there) return [];
      const what = this.#context.stores.some((store) => store.name === name) ? 'store' : 'service';
      return [
        { what, name, detail: `${there.service.name} is there on Render, and ${whose(there.variables)}` },
      ];
    });
  }

  /** What has our name and is somebody else's, to be adopted; null where there is none. */
  async toAdopt(name: string): Promise<Kept | null> {
    await this.list(0);
    const service = this.#foreign.get(name)?.service;
    return service ? { service, variables: await this.variables(service.id, 0) } : null;
  }

  /** It carries our mark from now on. */
  adopted({ id }: Pick<RenderService, 'id'>): void {
    this.#looks.set(id, true);
  }

  /** This command has made it, with these variables where it has said all of them itself. */
  made(name: string, service: RenderService, variables?: Kept['variables']): void {
    this.adopted(service);
    this.#made.set(name, { service, at: this.#clock.now() });
    if (variables) this.#lists.knowVariables(service.id, variables);
  }

  /** It is taken away. */
  gone(name: string): void {
    this.#made.delete(name);
  }

  /**
   * Services and their variables. `only`: the names that are asked for; the others cost requests. `within`: milliseconds that they may have
   * been read before.
   */
  async read(only: (name: string) => boolean = () => true, within?: number): Promise<RenderState> {
    const services = new Map<string, Kept>();
    let memory = emptyMemory;
    const known = new Set(this.#looks.keys());
    for (const [name, service] of await this.list(within)) {
      if (!only(name)) continue;
      // Whose it is was read from them just now.
      const since = known.has(service.id) ? within : Number.POSITIVE_INFINITY;
      const { [memoryVariable]: text, ...variables } = await this.variables(service.id, since);
      services.set(name, { service, variables });
      if (text) memory = { ...memory, services: { ...memory.services, ...this.#parse(name, text) } };
    }
    this.#written = { ...memory, services: { ...this.#written.services, ...memory.services } };
    return { services, memory };
  }

  /** The deploys of a service, newest first. */
  async deploys(id: string, within?: number): Promise<readonly RenderDeploy[]> {
    const first = this.#firsts.get(id);
    if (first === undefined) return this.#lists.deploys(id, within);
    // One that came to light later would be taken for a newer one.
    await poll(async () => (await this.#lists.deploys(id, 0)).some((one) => one.id === first) || null, {
      clock: this.#clock,
      within: 30_000,
    });
    this.#firsts.delete(id);
    return this.#lists.deploys(id);
  }

  /** A deploy began with the service of this id. */
  begun(id: string, deploy: string): void {
    this.#firsts.set(id, deploy);
  }

  /** The key-value stores of this name. `within` as with {@link list}. */
  async keyValues(name: string, within?: number): Promise<readonly KeyValue[]> {
    return this.#lists.keyValues(await this.owner(), name, within);
  }

  /** The host names of a service. `within` as with {@link list}. */
  domains(id: string, within?: number): Promise<readonly RenderDomain[]> {
    return this.#lists.domains(id, within);
  }

  #parse(name: string, text: string): Memory['services'] {
    try {
      return parseMemory(text).services;
    } catch (cause) {
      throw new ConductorError({
        code: 'render.memory-unreadable',
        message: `The variable ${memoryVariable} of ${name} on Render does not hold what Conductor wrote.`,
        hint: 'Delete it in the dashboard: Conductor then knows no earlier releases of this service there.',
        exit: exitCode.checksFailed,
        cause,
      });
    }
  }

  /** The last list had it. */
  listed(name: string): RenderService | undefined {
    return this.#services.get(name);
  }

  id(name: string): string {
    const id = this.listed(name)?.id;
    if (!id) throw new Error(`there is no service "${name}" on Render any more`);
    return id;
  }

  variables(id: string, within?: number): Promise<Kept['variables']> {
    return this.#lists.variables(id, within);
  }

  /**
   * What a service is to be told, all but what is remembered in it: written with the next memory of it, which is before it is deployed.
   * What is never deployed stays as it is.
   */
  stage(name: string, variables: Kept['variables']): void {
    this.#staged.set(name, variables);
  }

  /** It stays as it is. */
  unstage(name: string): void {
    this.#staged.delete(name);
  }

  /** Replaces all variables of a service but what is remembered in one of them. Deploys nothing. */
  async replaceVariables(name: string, variables: Kept['variables'], memory: Memory): Promise<void> {
    this.unstage(name);
    const serviceId = this.id(name);
    const all = { ...variables, ...this.#remembered(name, memory) };
    await this.#rest(operations.replaceVariables, {
      path: { serviceId },
      body: Object.entries(all).map(([key, value]) => ({ key, value })),
    });
    this.#wrote(name, memory);
  }

  #wrote(name: string, memory: Memory): void {
    const services = { ...this.#written.services, [name]: recall(memory, name) };
    this.#written = { ...this.#written, services };
  }

  #remembered(name: string, memory: Memory): Record<string, string> {
    if (!(name in memory.services)) return {};
    const own: Memory = { format: 1, services: { [name]: recall(memory, name) } };
    return { [memoryVariable]: JSON.stringify(own) };
  }

  /** Writes what has changed of these services since it was read, with what is staged. */
  async remember(memory: Memory, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const staged = this.#staged.get(name);
      if (staged) {
        await this.replaceVariables(name, staged, memory);
        continue;
      }
      if (isDeepStrictEqual(recall(memory, name), recall(this.#written, name))) continue;
      await this.#rest(operations.setVariable, {
        path: { serviceId: this.id(name), envVarKey: memoryVariable },
        body: { value: this.#remembered(name, memory)[memoryVariable] },
      });
      this.#wrote(name, memory);
    }
  }
}
