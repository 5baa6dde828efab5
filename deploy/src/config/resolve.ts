import { ConductorError, exitCode } from '../errors.ts';
import type { ReleaseTask } from '../model/release.ts';
import type { Service, Variable } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import type { Project, ProjectEnvironment } from './schema.ts';
import type { EnvironmentSetting, Setting } from './settings.ts';
import { unknownEnvironment } from './unknown-environment.ts';

/** Where an environment's secret values come from. */
export interface SecretSource {
  /** The value; undefined where there is none. */
  get(name: string): string | undefined;
  /** The value of a generated secret that was made before; undefined where it was not. */
  generated(name: string): string | undefined;
  /** The same, made now where there is none yet. */
  generate(name: string, bytes: number): Promise<string>;
  /** Public keys of the team: those of `secrets/recipients`. */
  team(): Promise<readonly string[]>;
  /** Why a secret that is kept elsewhere cannot be had; undefined where it can, and for the others. */
  readonly problemOf?: (name: string) => ConductorError | undefined;
  /** How to give a secret its value, for messages. */
  readonly howTo: (name: string) => string;
}

/** What one environment deploys: complete, with every value resolved. */
export interface Desired {
  readonly services: readonly Service[];
  readonly stores: readonly Store[];
  readonly task?: ReleaseTask;
  /** What has no usable value, one line each with the way to give it. Empty unless resolved with `incomplete`. */
  readonly missing: readonly string[];
  /** The same settings by name. */
  readonly lacking: readonly { readonly service: string; readonly name: string }[];
}

export interface ResolveOptions {
  /** Leave out what has no value, to look at the rest; nothing incomplete is ever deployed. */
  readonly incomplete?: boolean;
  /** Only to look: no generated secret is made; one that is still to be made is left out. */
  readonly look?: boolean;
}

/**
 * The environment of that name.
 * @throws {ConductorError} `config.unknown-environment` (exit 2).
 */
export function environmentOf(project: Project, name: string): ProjectEnvironment {
  const environment = project.environments[name];
  if (environment) return environment;
  throw unknownEnvironment(name, Object.keys(project.environments));
}

/**
 * Resolves what an environment deploys. Nothing is made (no generated secret) before every setting is known to be there.
 * @throws {ConductorError} `settings.missing` (exit 3), listing every missing or blank setting at once, unless `incomplete`.
 */
export async function resolve(
  project: Project,
  name: string,
  secrets: SecretSource,
  { look = false, incomplete = look }: ResolveOptions = {},
): Promise<Desired> {
  const environment = environmentOf(project, name);
  const services = Object.entries(project.services).map(([key, service]) => ({
    name: key,
    ...service,
    ...environment.services[key],
    settings: settingsOf(project, environment, key),
  }));
  const stores = Object.entries(project.stores).map(([key, store]) => ({
    name: key,
    kind: store.kind,
    ...(store.needs && { needs: store.needs }),
    url: environment.stores[key]?.url ?? store.url,
  }));

  const recipients = await recipientsOf(environment, services, secrets);
  const lacking = services.flatMap((service) =>
    Object.entries(service.settings).flatMap(([name, setting]) =>
      lacks(setting, name, secrets, recipients).map((lack) => ({ service: service.name, name, ...lack })),
    ),
  );
  const missing = together([
    ...lacking.map(({ service, ...lack }) => ({ where: service, ...lack })),
    ...stores.flatMap((store) =>
      (store.url === undefined ? [] : lacks(store.url, 'url', secrets)).map((lack) => ({
        where: store.name,
        ...lack,
      })),
    ),
  ]);
  if (missing.length > 0 && !incomplete) throw missingSettings(name, missing);

  return {
    services: await Promise.all(
      services.map(
        async ({ settings, start = [], static: folder, fallback, ...service }): Promise<Service> => ({
          ...service,
          start,
          ...(folder !== undefined && { static: { folder, ...(fallback !== undefined && { fallback }) } }),
          variables: await variablesOf(settings, secrets, { look, recipients }),
        }),
      ),
    ),
    stores: stores.map(({ url, ...store }) =>
      url === undefined ? store : { ...store, url: urlOf(url, secrets) },
    ),
    ...(project.release && { task: project.release }),
    missing: missing.map(({ line }) => line),
    lacking: lacking.map(({ service, name }) => ({ service, name })),
  };
}

/**
 * A service's settings here: its own, overridden by the environment's, overridden by the environment's for this service. `proxies`: those in
 * front of it, where they are not the target's.
 */
export function settingsOf(
  project: Project,
  environment: ProjectEnvironment,
  service: string,
  proxies = environment.target.proxies,
): Record<string, EnvironmentSetting> {
  const own = project.services[service]!.settings;
  const shared = Object.entries(environment.settings).filter(([key]) => key in own);
  const all = { ...own, ...Object.fromEntries(shared), ...environment.services[service]?.settings };
  const known = (setting: Setting): EnvironmentSetting =>
    typeof setting === 'object' && setting.kind === 'proxies' ? proxies.join(',') || 'none' : setting;
  return Object.fromEntries(Object.entries(all).map(([key, setting]) => [key, known(setting)]));
}

interface Lack {
  /** What is missing, and how to give it. */
  readonly what: string;
  /** Why a secret that is kept elsewhere cannot be had. */
  readonly problem?: ConductorError;
}

/** What is missing of a setting: nothing, or one line saying what and how to give it. */
function lacks(
  setting: EnvironmentSetting,
  where: string,
  secrets: SecretSource,
  recipients?: string,
): Lack[] {
  const lack = (what: string): Lack[] => [{ what: `${where} ${what}` }];
  if (typeof setting === 'string') return setting.trim() === '' ? lack('is blank') : [];
  if (typeof setting !== 'object') return [];
  if (setting.kind === 'required') return lack(`has no value here (${setting.what})`);
  if (setting.kind === 'recipients' && recipients === '')
    return lack('has no value: secrets/recipients has no key; make yours: conductor secrets recipients init');
  if (setting.kind === 'optional') {
    const problem = secrets.problemOf?.(setting.setting.name);
    // That it is empty is what makes an optional one be left out; that nobody could look is not.
    return problem && problem.code !== 'secrets.empty-value' ? [lackOf(where, problem)] : [];
  }
  if (setting.kind !== 'secret') return [];
  const problem = secrets.problemOf?.(setting.name);
  if (problem) return [lackOf(where, problem)];
  const value = secrets.get(setting.name);
  if (value === undefined) return lack(`has no value; ${secrets.howTo(setting.name)}`);
  return value.trim() === '' ? lack(`is blank; ${secrets.howTo(setting.name)}`) : [];
}

const lackOf = (where: string, problem: ConductorError): Lack => ({
  what: `${where}: ${problem.message} ${problem.hint ?? ''}`.trimEnd(),
  problem,
});

interface Missing {
  readonly line: string;
  readonly problem: ConductorError | undefined;
}

/** One line for what several services lack alike. */
function together(missing: readonly (Lack & { readonly where: string })[]): Missing[] {
  const byWhat = Map.groupBy(missing, ({ what }) => what);
  return [...byWhat].map(([what, all]) => ({
    line: `${all.map(({ where }) => where).join(', ')}: ${what}`,
    problem: all[0]!.problem,
  }));
}

function missingSettings(environment: string, missing: readonly Missing[]): ConductorError {
  const count = missing.length === 1 ? 'A required setting' : `${missing.length} required settings`;
  const codes = new Set(missing.map(({ problem }) => problem?.code));
  const [only] = codes;
  return new ConductorError({
    // Where all of it has one reason, that is the reason.
    code: (codes.size === 1 && only) || 'settings.missing',
    message: `${count} of ${environment} cannot be used:\n${missing.map(({ line }) => `  ${line}`).join('\n')}`,
    hint: 'Give them a value and run the command again; nothing was changed.',
    exit: exitCode.checksFailed,
  });
}

interface Where {
  /** Only to look: nothing is made. */
  readonly look: boolean;
  /** Whom backups are for; undefined where there are none. */
  readonly recipients: string | undefined;
}

async function variablesOf(
  settings: Readonly<Record<string, EnvironmentSetting>>,
  secrets: SecretSource,
  where: Where,
): Promise<Record<string, Variable>> {
  const variables: Record<string, Variable> = {};
  for (const [key, setting] of Object.entries(settings)) {
    const variable = await variableOf(key, setting, secrets, where);
    if (variable) variables[key] = variable;
  }
  return variables;
}

/** Undefined for a setting that has no value: an optional one, one that is missing, or one that is not made yet. */
async function variableOf(
  key: string,
  setting: EnvironmentSetting,
  secrets: SecretSource,
  { look, recipients }: Where,
): Promise<Variable | undefined> {
  if (typeof setting !== 'object') return { kind: 'plain', value: String(setting) };
  switch (setting.kind) {
    case 'store':
    case 'service':
      return setting;
    case 'generated': {
      const value = look ? secrets.generated(key) : await secrets.generate(key, setting.bytes);
      return value === undefined ? undefined : { kind: 'secret', value };
    }
    case 'optional': {
      const value = secrets.get(setting.setting.name);
      return value?.trim() ? { kind: 'secret', value } : undefined;
    }
    case 'secret': {
      const value = secrets.get(setting.name);
      return value === undefined ? undefined : { kind: 'secret', value };
    }
    case 'recipients':
      return recipients ? { kind: 'plain', value: recipients } : undefined;
    case 'required':
      return undefined;
  }
}

/** Undefined where the environment has no backups, or nobody asks; empty where the team has no key yet. */
async function recipientsOf(
  { backups }: ProjectEnvironment,
  services: readonly { readonly settings: Readonly<Record<string, EnvironmentSetting>> }[],
  secrets: SecretSource,
): Promise<string | undefined> {
  const isAsked = (setting: EnvironmentSetting) =>
    typeof setting === 'object' && setting.kind === 'recipients';
  if (backups === undefined || !services.some(({ settings }) => Object.values(settings).some(isAsked)))
    return undefined;
  if (backups.recipients === 'none') return 'none';
  return (backups.recipients === 'team' ? await secrets.team() : backups.recipients).join(',');
}

/** A store's outside address: a plain text or a secret; other references make no sense there and the schema refuses them. */
function urlOf(setting: EnvironmentSetting, secrets: SecretSource): string | undefined {
  return typeof setting === 'object' && setting.kind === 'secret'
    ? secrets.get(setting.name)
    : String(setting);
}
