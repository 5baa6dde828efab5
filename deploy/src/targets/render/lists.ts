import type { Clock } from 'conductor-backup/retry';
import { type Glance, glanceOf } from '../glance.ts';
import type { Arguments, Rest, RestOperation } from '../rest.ts';
import {
  type KeyValue,
  operations,
  type RenderDeploy,
  type RenderDomain,
  type RenderService,
} from './operations.ts';
import { everyPage } from './pages.ts';

type Values = Readonly<Record<string, string>>;

/**
 * What Render is asked for again and again, each remembered for a moment. What is written through `rest` is not remembered as it was
 * before. `within` of each: milliseconds that it may have been read before.
 */
export class Lists {
  readonly rest: Rest;
  readonly #asked: Rest;
  readonly #clock: Clock;
  readonly #services = new Map<string, Glance<readonly RenderService[]>>();
  readonly #keyValues = new Map<string, Glance<readonly KeyValue[]>>();
  readonly #variables = new Map<string, Glance<Values>>();
  readonly #deploys = new Map<string, Glance<readonly RenderDeploy[]>>();
  readonly #domains = new Map<string, Glance<readonly RenderDomain[]>>();

  constructor(rest: Rest, clock: Clock) {
    this.#asked = rest;
    this.#clock = clock;
    this.rest = async (operation, args) => {
      try {
        return await rest(operation, args);
      } finally {
        if (operation.method !== 'GET') this.#changed(operation, args);
      }
    };
  }

  /** All services of a workspace. */
  services(ownerId: string, within?: number): Promise<readonly RenderService[]> {
    const query = { ownerId, includePreviews: 'false' };
    const look = async () =>
      (await everyPage(this.#asked, operations.services, { query })).map(({ service }) => service);
    return glanceOf(this.#services, ownerId, this.#clock, look).read(within);
  }

  /** The key-value stores of this name, in all environments of a workspace. */
  keyValues(ownerId: string, name: string, within?: number): Promise<readonly KeyValue[]> {
    const look = async () =>
      (await everyPage(this.#asked, operations.keyValues, { query: { name, ownerId } }))
        .map(({ keyValue }) => keyValue)
        .filter((one) => one.name === name);
    return glanceOf(this.#keyValues, name, this.#clock, look).read(within);
  }

  /** What a service is told. */
  variables(serviceId: string, within?: number): Promise<Values> {
    return this.#variablesOf(serviceId).read(within);
  }

  /** We have just written them. */
  knowVariables(serviceId: string, values: Values): void {
    this.#variablesOf(serviceId).know(values);
  }

  #variablesOf(serviceId: string): Glance<Values> {
    return glanceOf(this.#variables, serviceId, this.#clock, async () => {
      const all = await everyPage(this.#asked, operations.variables, { path: { serviceId } });
      return Object.fromEntries(all.map(({ envVar }) => [envVar.key, envVar.value]));
    });
  }

  /** The newest twenty of a service, newest first. */
  deploys(serviceId: string, within?: number): Promise<readonly RenderDeploy[]> {
    const look = async () => {
      const page = await this.#asked(operations.deploys, { path: { serviceId }, query: { limit: 20 } });
      return page.map(({ deploy }) => deploy).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    };
    return glanceOf(this.#deploys, serviceId, this.#clock, look).read(within);
  }

  /** The host names of a service. */
  domains(serviceId: string, within?: number): Promise<readonly RenderDomain[]> {
    const look = async () =>
      (await everyPage(this.#asked, operations.domains, { path: { serviceId } })).map(
        ({ customDomain }) => customDomain,
      );
    return glanceOf(this.#domains, serviceId, this.#clock, look).read(within);
  }

  /** Which lists a write makes old. */
  #changed({ path: form }: RestOperation<unknown>, { path: { serviceId = '' } = {} }: Arguments = {}): void {
    const [, kind, , part = ''] = form.split('/');
    if (kind === 'services' && part === 'env-vars') this.#variables.get(serviceId)?.forget();
    else if (kind === 'services' && part === 'custom-domains') this.#domains.get(serviceId)?.forget();
    else if (kind === 'services') this.#deploys.get(serviceId)?.forget();
    // Neither a variable nor a deploy changes a service.
    if (kind === 'services' && !['env-vars', 'custom-domains', 'deploys', 'rollback'].includes(part))
      for (const list of this.#services.values()) list.forget();
    // What is moved into an environment shows that.
    if (kind === 'key-value' || kind === 'environments')
      for (const list of this.#keyValues.values()) list.forget();
  }
}
