import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { wayOut } from 'conductor-backup/closest';
import { ConductorError, exitCode } from '../errors.ts';
import { type ConfiguredKind, usual } from '../model/target-kind.ts';
import { resolveOwnName } from './own-name.ts';
import { invalidConfig, type Problem, problemsOf } from './problems.ts';
import { brokenReferences } from './references.ts';
import { type ParsedProject, type Project, type ProjectEnvironment, projectSchema } from './schema.ts';

export const configFile = 'conductor.config.ts';

export interface LoadedProject {
  /** Absolute path of the folder that holds the config. */
  readonly root: string;
  readonly project: Project;
}

/**
 * The nearest folder, from `from` upwards, that holds a config.
 * @throws {ConductorError} `config.no-project` (exit 2) when there is none.
 */
export function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, configFile))) return folder;
    if (folder === dirname(folder)) {
      throw new ConductorError({
        code: 'config.no-project',
        message: `There is no ${configFile} in ${from} or above it.`,
        hint: "Go to your project's folder, or begin one there: `conductor init`.",
        exit: exitCode.usage,
      });
    }
  }
}

/**
 * Imports and checks the config of the project around `from`.
 * @throws {ConductorError} exit 2, naming every mistake by its path in the file, or where the file itself failed.
 */
export async function loadProject(from: string, kinds: readonly ConfiguredKind[]): Promise<LoadedProject> {
  const root = findRoot(from);
  return { root, project: checkConfig(await importConfig(join(root, configFile)), kinds) };
}

/**
 * The environment's target settings with some replaced, checked again.
 * @throws {ConductorError} `config.invalid` (exit 2), also for a setting that this kind of target doesn't have.
 */
export function withTargetSettings(
  environment: ProjectEnvironment,
  kind: ConfiguredKind,
  replaced: Readonly<Record<string, unknown>>,
): ProjectEnvironment {
  const settings = { ...(environment.target.settings as object), ...replaced };
  const parsed = kind.settings.safeParse(settings);
  if (!parsed.success) {
    throw invalidConfig('The command line', problemsOf(kind.settings, settings, parsed.error.issues, ['--']));
  }
  return { ...environment, target: { kind: kind.kind, settings: parsed.data, proxies: kind.proxies } };
}

/**
 * Checks a config: its form, then what its parts say about one another, then each target's settings.
 * @throws {ConductorError} `config.invalid` (exit 2) with every mistake.
 */
export function checkConfig(config: unknown, kinds: readonly ConfiguredKind[]): Project {
  const parsed = projectSchema.safeParse(config);
  if (!parsed.success)
    throw invalidConfig(configFile, problemsOf(projectSchema, config, parsed.error.issues));
  const targets = checkTargets(parsed.data, kinds);
  const problems = [...brokenReferences(parsed.data), ...targets.problems];
  if (problems.length > 0) throw invalidConfig(configFile, problems);
  return { ...parsed.data, environments: targets.environments };
}

/** Checks each environment's target settings with the schema of its kind, and fills in their defaults and those of the environment. */
function checkTargets(project: ParsedProject, kinds: readonly ConfiguredKind[]) {
  const problems: Problem[] = [];
  const environments: Project['environments'] = {};
  for (const [name, environment] of Object.entries(project.environments)) {
    const { kind, settings } = environment.target;
    const path = ['environments', name, 'target'];
    const target = kinds.find((known) => known.kind === kind);
    const parsed = target?.settings.safeParse(settings);
    if (!target || !parsed) {
      const known = kinds.map((each) => each.kind);
      problems.push({
        path: path.join('.'),
        message: `there is no target "${kind}"; ${wayOut(kind, known)}`,
      });
    } else if (!parsed.success) {
      problems.push(...problemsOf(target.settings, settings, parsed.error.issues, path));
    } else {
      const { bake, only } = { ...usual, ...target.usual };
      const { checks } = environment;
      environments[name] = {
        ...environment,
        bake: environment.bake ?? bake,
        // Who says which checks are required wants them asked.
        checks: { ...checks, only: checks.only ?? (checks.required ? undefined : only && [...only]) },
        target: { kind, settings: parsed.data, proxies: target.proxies },
      };
    }
  }
  return { problems, environments };
}

/** What the file exports, whatever it is. */
export async function importConfig(file: string): Promise<unknown> {
  resolveOwnName();
  let module: { default?: unknown };
  try {
    // A module is kept by its address; this one gives a config that was edited a new address.
    module = await import(`${pathToFileURL(file).href}?edited=${statSync(file).mtimeMs}`);
  } catch (cause) {
    throw new ConductorError({
      code: 'config.throws',
      message: `${configFile} could not be loaded: ${reason(cause)}${place(cause, file)}`,
      hint: 'Fix the file and run the command again; nothing was changed.',
      exit: exitCode.usage,
      cause,
    });
  }
  if (module.default === undefined) {
    throw new ConductorError({
      code: 'config.no-default',
      message: `${configFile} has no default export.`,
      hint: 'Begin it with `export default defineConfig({`.',
      exit: exitCode.usage,
    });
  }
  return module.default;
}

const reason = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.name === 'Error' ? '' : `${cause.name}: `}${cause.message}`
    : String(cause);

/** Line in the config that failed, from the first frame of the stack that lies in it. */
function place(cause: unknown, file: string): string {
  const stack = cause instanceof Error ? (cause.stack ?? '') : '';
  const line = stack.split('\n').find((each) => each.includes(file));
  const found = line && /:(\d+)(?::\d+)?\)?$/.exec(line);
  return found ? ` (${relative(dirname(file), file)}, line ${found[1]})` : '';
}
