import { isDeepStrictEqual } from 'node:util';
import { ConductorError, exitCode } from '../../errors.ts';
import { type Memory, parseMemory, recall } from '../memory.ts';
import type { Rest } from '../rest.ts';
import { operations, type RenderService } from './operations.ts';

/** The variable of each service that holds what we remember of it. */
const memoryVariable = 'CONDUCTOR_MEMORY';

export interface RenderState {
  /** By our names. */
  readonly services: ReadonlyMap<string, { service: RenderService; variables: Record<string, string> }>;
  readonly memory: Memory;
}

/** The services of one environment on Render: those whose names begin with its prefix. */
export class Workspace {
  readonly #rest: Rest;
  readonly #prefix: string;
  /** As they were listed last. */
  #services: ReadonlyMap<string, RenderService> = new Map();
  #written: Memory = { format: 1, services: {} };

  constructor(rest: Rest, prefix: string) {
    this.#rest = rest;
    this.#prefix = prefix;
  }

  async list(): Promise<Map<string, RenderService>> {
    const all = new Map<string, RenderService>();
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#rest(operations.services, {
        query: { limit: 100, includePreviews: 'false', cursor },
      });
      for (const { service } of page) {
        if (service.name.startsWith(this.#prefix)) all.set(service.name.slice(this.#prefix.length), service);
      }
      if (page.length < 100) break;
      cursor = page.at(-1)?.cursor;
    }
    this.#services = all;
    return all;
  }

  /** Services and their variables. `only`: the names that are asked for; the others cost requests. */
  async read(only: (name: string) => boolean = () => true): Promise<RenderState> {
    const services = new Map<string, { service: RenderService; variables: Record<string, string> }>();
    let memory: Memory = { format: 1, services: {} };
    for (const [name, service] of await this.list()) {
      if (!only(name)) continue;
      const { [memoryVariable]: text, ...variables } = await this.variables(service.id);
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
    const all: Record<string, string> = {};
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#rest(operations.variables, {
        path: { serviceId: id },
        query: { limit: 100, cursor },
      });
      for (const { envVar } of page) all[envVar.key] = envVar.value;
      if (page.length < 100) return all;
      cursor = page.at(-1)?.cursor;
    }
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
