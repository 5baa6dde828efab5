import type { Clock } from '@conductor/backup/retry';
import { ConductorError, exitCode } from '../../errors.ts';
import { findOrCreate } from '../create.ts';
import type { TargetContext } from '../kind.ts';
import { Made } from '../made.ts';
import type { Rest } from '../rest.ts';
import type { RenderSettings } from './index.ts';
import { operations } from './operations.ts';

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

/** Id of the workspace in which things are made. */
export async function ownerOf(rest: Rest, { settings }: TargetContext<RenderSettings>): Promise<string> {
  if (settings.workspace) return settings.workspace;
  const owners = (await rest(operations.owners, { query: { limit: 100 } })).map(({ owner }) => owner);
  if (owners.length === 1) return owners[0]!.id;
  throw new ConductorError({
    code: 'render.workspace',
    message: `The key sees ${owners.length} workspaces on Render, so it is not clear which one to use.`,
    hint: `Set \`workspace\` in render({ … }) to one of: ${owners.map(({ id, name }) => `${id} (${name})`).join(', ') || '(none)'}.`,
    exit: exitCode.usage,
  });
}

/** Id of the environment, made with its project where it is missing. */
export async function ensureEnvironment(
  rest: Rest,
  owner: string,
  context: TargetContext<RenderSettings>,
  clock: Clock,
  made = new Made(),
): Promise<string> {
  const name = context.settings.name ?? context.project;
  const project = await findOrCreate({
    find: async () => {
      const found = await rest(operations.projects, { query: { name, ownerId: owner, limit: 100 } });
      return found.find(({ project }) => project.name === name)?.project;
    },
    create: async () => {
      const body = { name, ownerId: owner, environments: [{ name: context.environment }] };
      const project = await rest(operations.createProject, { body });
      made.add(() => rest(operations.deleteProject, { path: { projectId: project.id } }));
      return project;
    },
    clock,
    doubles: true,
  });
  const environment = await findOrCreate({
    find: async () => {
      const query = { projectId: project.id, name: context.environment, limit: 100 };
      const found = await rest(operations.environments, { query });
      return found.find(({ environment }) => environment.name === context.environment)?.environment;
    },
    create: () =>
      rest(operations.createEnvironment, { body: { projectId: project.id, name: context.environment } }),
    clock,
    doubles: true,
  });
  return environment.id;
}
