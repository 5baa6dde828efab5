import { isDeepStrictEqual } from 'node:util';
import type { Clock } from 'conductor-backup/retry';
import { z } from 'zod';
import { findOrCreate } from '../create.ts';
import type { Rest } from '../rest.ts';
import { operations, renderServiceSchema } from './operations.ts';
import type { Site } from './site.ts';
import { sameValues } from './variables.ts';
import type { RenderState, Workspace } from './workspace.ts';

const beforeSchema = z.object({
  service: renderServiceSchema,
  variables: z.record(z.string(), z.string()),
});
/** What a service was before a deploy came to change it. */
export type Before = z.output<typeof beforeSchema>;

const keyOf = (service: string): string => `SERVICE_${service.toUpperCase().replaceAll('-', '_')}`;
const held = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('is not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ name: z.string(), before: beforeSchema }));

/**
 * The settings to go back to. A rollback on Render takes the present variables, so those of before are kept until a release
 * has come up as a whole: in an environment group that no service is linked to, where another command finds them when this one
 * is killed.
 */
export class WayBack {
  readonly #rest: Rest;
  readonly #workspace: Workspace;
  readonly #name: string;
  readonly #clock: Clock;
  /** Ids of groups that were looked into, and are somebody else's. */
  readonly #others = new Set<string>();
  /** What is there: nobody else writes it while this command does. Undefined before it was looked for. */
  #there: Kept | null | undefined;

  constructor(rest: Rest, workspace: Workspace, name: string, clock: Clock) {
    this.#rest = rest;
    this.#workspace = workspace;
    this.#name = name;
    this.#clock = clock;
  }

  /** A command begins: another one may have written since. */
  forget(): void {
    this.#there = undefined;
  }

  async #find(): Promise<Kept | null> {
    if (this.#there === undefined) this.#there = await this.#look();
    return this.#there;
  }

  /** Ours by its place, and by what it holds: earlier versions have put it nowhere. */
  async #look(): Promise<Kept | null> {
    const query = { name: this.#name, ownerId: await this.#workspace.owner(), limit: 100 };
    for (const { id, name, environmentId } of await this.#rest(operations.groups, { query })) {
      if (name !== this.#name || this.#others.has(id)) continue;
      if (environmentId && environmentId !== (await this.#workspace.environment())) continue;
      const { envVars } = await this.#rest(operations.group, { path: { envGroupId: id } });
      const before = beforeIn(envVars);
      if (before) return { id, before };
      this.#others.add(id);
    }
    return null;
  }

  /** By our names of the services. Empty where nothing is kept. */
  async read(): Promise<ReadonlyMap<string, Before>> {
    return (await this.#find())?.before ?? new Map();
  }

  /** Keeps this in place of what was kept. */
  async write(all: ReadonlyMap<string, Before>): Promise<void> {
    await this.clear();
    if (all.size === 0) return;
    this.forget();
    const ownerId = await this.#workspace.owner();
    const environmentId = await this.#workspace.environment();
    const { id } = await findOrCreate<{ id: string }>({
      find: () => this.#look(),
      absent: true,
      create: () =>
        this.#rest(operations.createGroup, {
          body: {
            name: this.#name,
            ownerId,
            ...(environmentId && { environmentId }),
            envVars: [...all].map(([name, before]) => ({
              key: keyOf(name),
              value: JSON.stringify({ name, before }),
            })),
          },
        }),
      clock: this.#clock,
    });
    this.#there = { id, before: all };
  }

  async clear(): Promise<void> {
    const found = await this.#find();
    if (found) await this.#rest(operations.deleteGroup, { path: { envGroupId: found.id } });
    this.#there = null;
  }
}

/** The group, and what it holds. */
interface Kept {
  readonly id: string;
  readonly before: ReadonlyMap<string, Before>;
}

/** Null where something else is kept, or nothing: the group is not ours. */
function beforeIn(variables: readonly { readonly value: string }[]): Map<string, Before> | null {
  const all = new Map<string, Before>();
  for (const { value } of variables) {
    const { success, data } = held.safeParse(value);
    if (!success) return null;
    all.set(data.name, data.before);
  }
  return all.size > 0 ? all : null;
}

/**
 * Keeps the settings of each service that was there `earlier` as they are, before they change. Where they are of another release than those
 * that are kept, a command was killed after it had changed them: what it kept stays.
 */
export async function keepWayBack(
  { wayBack }: Site,
  { services }: RenderState,
  earlier: ReadonlySet<string>,
): Promise<void> {
  const kept = await wayBack.read();
  const next = new Map<string, Before>();
  for (const [name, now] of services) {
    if (!earlier.has(name)) continue;
    const before = kept.get(name);
    const changed = before && before.variables.CONDUCTOR_RELEASE !== now.variables.CONDUCTOR_RELEASE;
    next.set(name, changed ? before : now);
  }
  if (!isDeepStrictEqual(next, kept)) await wayBack.write(next);
}

/** Puts settings, replicas and variables of a service back to what they were before the release that is rolled back. */
export async function goBack(site: Site, name: string): Promise<void> {
  const before = (await site.wayBack.read()).get(name);
  if (before) await putBack(site, name, before);
}

/** The same for all services, of which some may never have begun the release; what was kept is then no longer needed. */
export async function goBackAll(site: Site): Promise<void> {
  const kept = await site.wayBack.read();
  for (const [name, before] of kept) await putBack(site, name, before);
  if (kept.size > 0) await site.wayBack.clear();
}

async function putBack({ rest, workspace }: Site, name: string, before: Before): Promise<void> {
  workspace.unstage(name);
  const { services, memory } = await workspace.read((one) => one === name, 0);
  const now = services.get(name);
  if (!now) return;
  const path = { serviceId: now.service.id };
  const settings = settingsOf(before.service);
  if (!isDeepStrictEqual(settings, settingsOf(now.service))) {
    await rest(operations.updateService, { path, body: settings });
  }
  const { numInstances } = before.service.serviceDetails;
  if (numInstances && numInstances !== now.service.serviceDetails.numInstances) {
    await rest(operations.scale, { path, body: { numInstances } });
  }
  if (!sameValues(now.variables, before.variables)) {
    await workspace.replaceVariables(name, before.variables, memory);
  }
}

/** Body of `update-service` that makes a service what it was. */
function settingsOf(service: Before['service']) {
  const {
    serviceDetails: details,
    autoDeploy,
    repo,
    branch,
    imagePath,
    ownerId,
    registryCredential,
  } = service;
  // An image replaces the one before as a whole: without its credential, Render could not get it any more.
  const credential = registryCredential ? { registryCredentialId: registryCredential.id } : {};
  const { dockerCommand, dockerfilePath, preDeployCommand } = details.envSpecificDetails;
  return {
    autoDeploy,
    ...(imagePath ? { image: { ownerId, imagePath, ...credential } } : { repo, branch }),
    serviceDetails: {
      envSpecificDetails: {
        dockerCommand: dockerCommand ?? '',
        ...(imagePath ? {} : { dockerfilePath: dockerfilePath ?? './Dockerfile' }),
      },
      plan: details.plan,
      preDeployCommand: preDeployCommand ?? '',
      maxShutdownDelaySeconds: details.maxShutdownDelaySeconds,
      ...(details.healthCheckPath ? { healthCheckPath: details.healthCheckPath } : {}),
    },
  };
}
