import { isDeepStrictEqual } from 'node:util';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Foreign } from '../../model/observed.ts';
import type { TargetContext } from '../kind.ts';
import { isMarked, whose } from '../mark.ts';
import { type Memory, parseMemory, recall } from '../memory.ts';
import type { Rest } from '../rest.ts';
import { findEnvironment, ownerOf, prefixOf } from './account.ts';
import type { RenderSettings } from './index.ts';
import { operations, type RenderService } from './operations.ts';
import { everyPage } from './pages.ts';
import { isOwnMongo } from './stores.ts';

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
  readonly #context: TargetContext<RenderSettings>;
  /** As they were listed last. */
  #services: ReadonlyMap<string, RenderService> = new Map();
  /** What has the name of a service or store of ours and not its mark, as it was listed last, by our names. */
  #foreign: ReadonlyMap<string, Kept> = new Map();
  /** Whose a service is, by its id, with what it was told then. */
  readonly #looks = new Map<string, { readonly ours: boolean; readonly variables: Kept['variables'] }>();
  #written: Memory = { format: 1, services: {} };
  #owner: string | undefined;
  #environment: string | null = null;

  constructor(rest: Rest, context: TargetContext<RenderSettings>) {
    this.#rest = rest;
    this.#context = context;
  }

  async owner(): Promise<string> {
    this.#owner ??= await ownerOf(this.#rest, this.#context);
    return this.#owner;
  }

  /** Id of our environment, which our services tell; null where there is none yet. */
  async environment(): Promise<string | null> {
    this.#environment ??= await findEnvironment(this.#rest, await this.owner(), this.#context);
    return this.#environment;
  }

  async list(): Promise<Map<string, RenderService>> {
    const prefix = prefixOf(this.#context);
    const found = await everyPage(this.#rest, operations.services, {
      query: { ownerId: await this.owner(), includePreviews: 'false' },
    });
    const named = new Map(
      found
        .filter(({ service }) => service.name.startsWith(prefix))
        .map(({ service }) => [service.name.slice(prefix.length), service]),
    );
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
      } else foreign.set(name, { service, variables: this.#looks.get(service.id)!.variables });
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
    if (known) return known.ours;
    const store = this.#context.stores.find((one) => one.name === name);
    const variables = await this.variables(service.id);
    const ours =
      isMarked(variables, this.#context) ||
      // Earlier versions have put no mark on a MongoDB; it shows by how it was made, and where.
      (store !== undefined &&
        isOwnMongo(service, variables) &&
        service.environmentId === (await this.environment()));
    this.#looks.set(service.id, { ours, variables });
    return ours;
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
    await this.list();
    const service = this.#foreign.get(name)?.service;
    return service ? { service, variables: await this.variables(service.id) } : null;
  }

  /** It carries our mark from now on. */
  adopted({ service, variables }: Kept): void {
    this.#looks.set(service.id, { ours: true, variables });
  }

  /** Services and their variables. `only`: the names that are asked for; the others cost requests. */
  async read(only: (name: string) => boolean = () => true): Promise<RenderState> {
    const services = new Map<string, Kept>();
    let memory: Memory = { format: 1, services: {} };
    const fresh = new Set(this.#looks.keys());
    for (const [name, service] of await this.list()) {
      if (!only(name)) continue;
      const look = fresh.has(service.id) ? undefined : this.#looks.get(service.id);
      const { [memoryVariable]: text, ...variables } = look?.variables ?? (await this.variables(service.id));
      services.set(name, { service, variables });
      if (text) memory = { ...memory, services: { ...memory.services, ...this.#parse(name, text) } };
    }
    this.#written = memory;
    return { services, memory };
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

  async variables(id: string): Promise<Record<string, string>> {
    const all = await everyPage(this.#rest, operations.variables, { path: { serviceId: id } });
    return Object.fromEntries(all.map(({ envVar }) => [envVar.key, envVar.value]));
  }

  /** Replaces all variables of a service but what is remembered in one of them. Deploys nothing. */
  async replaceVariables(
    name: string,
    variables: Readonly<Record<string, string>>,
    memory: Memory,
  ): Promise<void> {
    const all = Object.entries({ ...variables, ...this.#remembered(name, memory) });
    await this.#rest(operations.replaceVariables, {
      path: { serviceId: this.id(name) },
      body: all.map(([key, value]) => ({ key, value })),
    });
    this.#written = { ...memory };
  }

  #remembered(name: string, memory: Memory): Record<string, string> {
    if (!(name in memory.services)) return {};
    const own: Memory = { format: 1, services: { [name]: recall(memory, name) } };
    return { [memoryVariable]: JSON.stringify(own) };
  }

  /** Writes what has changed since it was read. */
  async remember(memory: Memory): Promise<void> {
    for (const name of Object.keys(memory.services)) {
      if (isDeepStrictEqual(recall(memory, name), recall(this.#written, name))) continue;
      await this.#rest(operations.setVariable, {
        path: { serviceId: this.id(name), envVarKey: memoryVariable },
        body: { value: this.#remembered(name, memory)[memoryVariable] },
      });
    }
    this.#written = memory;
  }
}
