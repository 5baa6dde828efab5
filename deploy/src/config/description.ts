import type { ReleaseTask } from '../model/release.ts';
import type { StoreKind } from '../model/store.ts';
import { type Repository, repositoryIn } from './repository.ts';
import { environmentOf, settingsOf } from './resolve.ts';
import type { Project, ProjectService } from './schema.ts';
import type { EnvironmentSetting } from './settings.ts';

/** A service as the config describes it in one environment, its settings not resolved. */
export interface DescribedService extends Omit<ProjectService, 'settings' | 'start'> {
  readonly name: string;
  /** Empty where nothing of its own starts it. */
  readonly start: readonly string[];
  readonly settings: Readonly<Record<string, EnvironmentSetting>>;
}

export interface DescribedStore {
  readonly name: string;
  readonly kind: StoreKind;
  /** An outside server is used; its address is written as a secret. */
  readonly outside: boolean;
}

/** What files are made from: one environment, without the value of any secret. */
export interface Description {
  readonly project: string;
  readonly environment: string;
  readonly branch: string;
  readonly services: readonly DescribedService[];
  readonly stores: readonly DescribedStore[];
  readonly task?: ReleaseTask;
  /** Host names by service. */
  readonly domains: Readonly<Record<string, readonly string[]>>;
  /** Settings of the target, in its own schema. */
  readonly target: { readonly kind: string; readonly settings: unknown };
  /** Where the code is, as the target's settings say. */
  readonly repository?: Repository;
}

/**
 * `proxies`: those in front of the services, where the file is not for the environment's own target.
 * @throws {ConductorError} `config.unknown-environment` (exit 2).
 */
export function describe(project: Project, name: string, proxies?: readonly string[]): Description {
  const environment = environmentOf(project, name);
  const { repository: named } = environment.target.settings as { repository?: string };
  const repository = named ? repositoryIn(named) : null;
  return {
    project: project.project,
    environment: name,
    branch: environment.branch ?? 'main',
    services: Object.entries(project.services).map(([key, service]) => ({
      ...service,
      ...environment.services[key],
      name: key,
      start: service.start ?? [],
      settings: settingsOf(project, environment, key, proxies),
    })),
    stores: Object.entries(project.stores).map(([key, { kind, url }]) => ({
      name: key,
      kind,
      outside: (environment.stores[key]?.url ?? url) !== undefined,
    })),
    ...(project.release && { task: project.release }),
    domains: environment.domains,
    target: environment.target,
    ...(repository && { repository }),
  };
}

/** `MONGODB_URL`: the variable that holds the address of an outside store. */
export const storeVariable = ({ name }: DescribedStore): string =>
  `${name.toUpperCase().replaceAll('-', '_')}_URL`;

/** Public address of a service: its own domain, else what the format has for one that it is still to get. */
export const addressOf = (
  { domains }: Description,
  service: string,
  property: 'url' | 'host',
  otherwise: () => string,
): string => {
  const host = domains[service]?.[0];
  if (!host) return otherwise();
  return property === 'url' ? `https://${host}` : host;
};

export const isPublic = ({ paths }: DescribedService): boolean => paths.length > 0;
