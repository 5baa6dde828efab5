import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Mark } from '../mark.ts';
import { type Memory, parseMemory } from '../memory.ts';
import { poll } from '../poll.ts';
import { PlatformRefusal } from '../refusal.ts';
import type { Place } from './account.ts';
import { type Api, refusalOfSentence } from './api.ts';
import type { VariablesPatch } from './desired.ts';
import { type CustomDomain, type Deployment, type EnvironmentConfig, operations } from './operations.ts';
import { markOf, serviceVariable } from './ownership.ts';

/** One of the services that Railway has in the environment: ours, a store, or someone else's. */
export interface RailwayService {
  readonly id: string;
  readonly name: string;
  readonly config: EnvironmentConfig['services'][string] | undefined;
  /** False for a moment after its creation; until then nothing can be set or deployed. */
  readonly ready: boolean;
  readonly latest: Deployment | null;
  /** The deployments that run, newest first. */
  readonly active: readonly Deployment[];
  readonly serviceDomains: readonly string[];
  readonly customDomains: readonly CustomDomain[];
  /** Ids of the volumes that are attached, as they are in this environment. */
  readonly volumes: readonly string[];
}

export interface RailwayState {
  readonly services: readonly RailwayService[];
  readonly memory: Memory;
  /** Conductor has written here before. */
  readonly known: boolean;
  /** Changes wait in the dashboard, other than what an interrupted command of ours left there. */
  readonly staged: boolean;
}

/** The part of Railway's EnvironmentConfig that is written. */
export interface EnvironmentPatch {
  services: Record<string, { variables?: VariablesPatch; [part: string]: unknown }>;
  sharedVariables?: VariablesPatch;
}

/** The shared variable that holds {@link Memory}. Railway gives shared variables only to services that refer to them. */
export const memoryVariable = 'CONDUCTOR_MEMORY';

/** Milliseconds for which what was read is as good as read now, while nobody here changes anything. */
const fresh = 1_000;

/** One environment of a project on Railway: read as a whole, written as a whole. */
export class Environment {
  readonly #api: Api;
  readonly #place: Place;
  readonly #clock: Clock;
  readonly #mark: Mark;
  #read: { readonly at: number; readonly state: RailwayState } | null = null;

  constructor(api: Api, place: Place, clock: Clock, mark: Mark) {
    this.#mark = mark;
    this.#api = api;
    this.#place = place;
    this.#clock = clock;
  }

  /** What is there now. `within`: milliseconds that it may have been read before. */
  async read(within: number = fresh): Promise<RailwayState> {
    if (this.#read && this.#clock.now() < this.#read.at + within) return this.#read.state;
    const state = await this.#readNow();
    this.#read = { at: this.#clock.now(), state };
    return state;
  }

  /** Something is changed: what was read counts no more. */
  changed(): void {
    this.#read = null;
  }

  async #readNow(): Promise<RailwayState> {
    const { project, environment, environmentStagedChanges } = await this.#api(operations.state, {
      project: this.#place.project,
      environment: this.#place.environment,
    });
    const instances = new Map(environment.serviceInstances.map((instance) => [instance.serviceId, instance]));
    const services = project.services.map(({ id, name }): RailwayService => {
      const instance = instances.get(id);
      const volumes = environment.volumeInstances.filter(({ serviceId }) => serviceId === id);
      return {
        id,
        name,
        config: environment.config.services[id],
        ready: instance !== undefined,
        latest: instance?.latestDeployment ?? null,
        active: instance?.activeDeployments ?? [],
        serviceDomains: (instance?.domains.serviceDomains ?? []).map(({ domain }) => domain),
        customDomains: instance?.domains.customDomains ?? [],
        volumes: volumes.map((volume) => volume.id),
      };
    });
    const { status, patch } = environmentStagedChanges;
    return {
      services,
      known: memoryVariable in environment.config.sharedVariables,
      memory: this.#memory(environment.config.sharedVariables[memoryVariable]?.value),
      staged: status === 'STAGED' && Object.keys(patch).length > 0 && !isOurs(patch),
    };
  }

  #memory(text: string | null | undefined): Memory {
    try {
      return parseMemory(text);
    } catch (cause) {
      throw new ConductorError({
        code: 'railway.memory-unreadable',
        message: `The shared variable ${memoryVariable} on Railway does not hold what Conductor wrote.`,
        hint: `Put it back from the variable's history on Railway, or delete it: Conductor then knows no earlier releases there.`,
        exit: exitCode.checksFailed,
        cause,
      });
    }
  }

  async remember(memory: Memory): Promise<void> {
    await this.#api(operations.upsertVariables, {
      input: {
        projectId: this.#place.project,
        environmentId: this.#place.environment,
        variables: { [memoryVariable]: JSON.stringify(memory) },
        skipDeploys: true,
      },
    });
  }

  /** Changes settings and variables of any number of services at once, and what is remembered of them. Deploys nothing. */
  async commit(patch: EnvironmentPatch, state: RailwayState, memory?: Memory): Promise<void> {
    // Committing would commit what someone has staged by hand, too.
    if (state.staged) {
      throw new ConductorError({
        code: 'railway.staged-changes',
        message: 'Someone has staged changes in this environment on Railway that are not deployed yet.',
        hint: 'Deploy or discard them in the dashboard, then run the command again.',
        exit: exitCode.checksFailed,
      });
    }
    const unsealing = unsealed(patch, state);
    const signed = (one: EnvironmentPatch) => signedBy(this.#mark, one, state);
    if (unsealing) await this.#commitOnce(signed(unsealing));
    const shared = memory ? { sharedVariables: { [memoryVariable]: { value: JSON.stringify(memory) } } } : {};
    await this.#commitOnce({ ...signed(patch), ...shared });
  }

  async #commitOnce(patch: EnvironmentPatch): Promise<void> {
    const variables = { environment: this.#place.environment, patch, message: 'conductor' };
    let id: string;
    try {
      id = (await this.#api(operations.commit, variables)).environmentStageChanges.id;
    } catch (error) {
      // An earlier try whose reply was lost had done it.
      if (error instanceof PlatformRefusal && /no (staged |pending )?changes/i.test(error.message)) return;
      throw error;
    }
    const state = await poll(
      async () => {
        const { environmentPatch } = await this.#api(operations.patch, { id });
        if (environmentPatch.lastAppliedError) {
          const said = environmentPatch.lastAppliedError;
          const refusal = refusalOfSentence(said);
          throw new PlatformRefusal('Railway', refusal === 'other' ? 'setting' : refusal, { said });
        }
        return environmentPatch.status === 'COMMITTED' ? environmentPatch : null;
      },
      { clock: this.#clock, within: 120_000 },
    );
    if (!state) throw new PlatformRefusal('Railway', 'unreachable', { said: 'the settings are not applied' });
  }
}

/** Each of our patches marks each of its services, and so ours are told from those staged by hand, too. */
const signedBy = (mark: Mark, { services }: EnvironmentPatch, state: RailwayState): EnvironmentPatch => ({
  services: Object.fromEntries(
    Object.entries(services).map(([id, service]) => {
      const name = state.services.find((one) => one.id === id)?.name ?? '';
      const marks = Object.entries(markOf(mark, name)).map(([key, value]) => [key, { value }]);
      return [id, { ...service, variables: { ...service.variables, ...Object.fromEntries(marks) } }];
    }),
  ),
});

function isOurs(patch: Readonly<Record<string, unknown>>): boolean {
  const { services = {}, sharedVariables = {}, ...others } = patch as Partial<EnvironmentPatch>;
  return (
    Object.keys(others).length === 0 &&
    Object.keys(sharedVariables).every((name) => name === memoryVariable) &&
    Object.values(services).every(({ variables }) => variables && serviceVariable in variables)
  );
}

/** A sealed variable cannot become a readable one: it has to go first. */
function unsealed(patch: EnvironmentPatch, { services }: RailwayState): EnvironmentPatch | null {
  const going: EnvironmentPatch = { services: {} };
  for (const [id, { variables = {} }] of Object.entries(patch.services)) {
    const has = services.find((service) => service.id === id)?.config?.variables ?? {};
    const names = Object.keys(variables).filter(
      (name) => has[name]?.isSealed && variables[name] && !variables[name].isSealed,
    );
    if (names.length) {
      going.services[id] = { variables: Object.fromEntries(names.map((name) => [name, null])) };
    }
  }
  return Object.keys(going.services).length ? going : null;
}
