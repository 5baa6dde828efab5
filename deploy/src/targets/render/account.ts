import type { Clock } from 'conductor-backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import type { Rest } from '../rest.ts';
import type { RenderSettings } from './index.ts';
import { operations } from './operations.ts';
import { everyPage } from './pages.ts';

/** First part of every name on Render; names are unique in a workspace, not in an environment. */
export const prefixOf = ({ settings, project, environment }: TargetContext<RenderSettings>): string =>
  `${settings.name ?? project}-${environment}-`;

export async function renderKey(context: TargetContext): Promise<string> {
  const key = await context.credential('RENDER_API_KEY');
  if (key) return key;
  throw new ConductorError({
    code: 'render.no-token',
    message: 'There is no API key for Render.',
    hint: 'Make one at https://dashboard.render.com/u/settings#api-keys and set RENDER_API_KEY.',
    exit: exitCode.usage,
  });
}

/** Id of the workspace in which things are made and looked for. */
export async function ownerOf(
  rest: Rest,
  { settings }: Pick<TargetContext<RenderSettings>, 'settings'>,
): Promise<string> {
  return settings.workspace ?? (await seenOwner(rest, undefined));
}

/**
 * The same, asked for even where the config says it.
 * @throws {ConductorError} `render.workspace` (exit 2) where the key sees several and none is named, or does not see the one that is.
 */
export async function seenOwner(rest: Rest, wanted: string | undefined): Promise<string> {
  const owners = (await everyPage(rest, operations.owners)).map(({ owner }) => owner);
  const found = wanted ? owners.find(({ id }) => id === wanted) : owners.length === 1 ? owners[0] : undefined;
  if (found) return found.id;
  throw new ConductorError({
    code: 'render.workspace',
    message: wanted
      ? `The key does not see the workspace ${wanted} on Render.`
      : `The key sees ${owners.length} workspaces on Render, so it is not clear which one to use.`,
    hint: `Set \`workspace\` in render({ … }) to one of: ${owners.map(({ id, name }) => `${id} (${name})`).join(', ') || '(none)'}.`,
    exit: exitCode.usage,
  });
}

const projectName = ({ settings, project }: TargetContext<RenderSettings>): string =>
  settings.name ?? project;

async function findProject(rest: Rest, owner: string, context: TargetContext<RenderSettings>) {
  const name = projectName(context);
  const found = await everyPage(rest, operations.projects, { query: { name, ownerId: owner } });
  return found.find(({ project }) => project.name === name)?.project ?? null;
}

async function findIn(rest: Rest, projectId: string, { environment: name }: TargetContext) {
  const found = await everyPage(rest, operations.environments, { query: { projectId, name } });
  return found.find(({ environment }) => environment.name === name)?.environment ?? null;
}

/** Id of the environment; null where it was not made yet. */
export async function findEnvironment(
  rest: Rest,
  owner: string,
  context: TargetContext<RenderSettings>,
): Promise<string | null> {
  const project = await findProject(rest, owner, context);
  return project ? ((await findIn(rest, project.id, context))?.id ?? null) : null;
}

/** Id of the environment, made with its project where it is missing. */
export async function ensureEnvironment(
  rest: Rest,
  owner: string,
  context: TargetContext<RenderSettings>,
  clock: Clock,
  made = new Made(),
): Promise<string> {
  let first: string | undefined;
  const project = await findOrCreate({
    find: () => findProject(rest, owner, context),
    create: async () => {
      const body = {
        name: projectName(context),
        ownerId: owner,
        environments: [{ name: context.environment }],
      };
      const project = await rest(operations.createProject, { body });
      made.add(() => rest(operations.deleteProject, { path: { projectId: project.id } }));
      // It was made with one environment.
      [first] = project.environmentIds;
      return project;
    },
    clock,
    doubles: true,
  });
  if (first) return first;
  const environment = await findOrCreate({
    find: () => findIn(rest, project.id, context),
    create: () =>
      rest(operations.createEnvironment, { body: { projectId: project.id, name: context.environment } }),
    clock,
    doubles: true,
  });
  return environment.id;
}
