import { type LoadedProject, loadProject } from '../config/load.ts';
import { environmentOf } from '../config/resolve.ts';
import { ConductorError, exitCode } from '../errors.ts';
import type { TargetKind } from '../targets/index.ts';
import type { Context } from './command.ts';
import { kindsOf } from './session.ts';

/**
 * The environment on own servers that is meant: the one that was named, else the only one.
 * @param early a first server is prepared: undefined where no environment has servers of its own yet
 * @throws {ConductorError} `server.none`, `server.which` (exit 2)
 */
export async function environmentWithServers(
  context: Context,
  named: string | undefined,
  early: boolean,
): Promise<string | undefined> {
  const kinds = await kindsOf(context);
  let loaded: LoadedProject;
  try {
    loaded = await loadProject(context.folder, kinds);
  } catch (error) {
    if (early && error instanceof ConductorError && error.code === 'config.no-project') return undefined;
    throw error;
  }
  const { project } = loaded;
  const kindOf = (name: string): TargetKind =>
    kinds.find(({ kind }) => kind === environmentOf(project, name).target.kind)!;
  if (named !== undefined) {
    const { servers, kind } = kindOf(named);
    if (servers) return named;
    throw none(`${named} is on ${kind}: it has no servers of its own.`);
  }
  const own = Object.keys(project.environments).filter((name) => kindOf(name).servers);
  if (own.length > 1)
    throw new ConductorError({
      code: 'server.which',
      message: `Several environments are on own servers: ${own.join(', ')}.`,
      hint: 'Name the one that is meant.',
      exit: exitCode.usage,
    });
  if (own.length === 0 && !early) throw none('No environment of this project is on own servers.');
  return own[0];
}

/** The kind of target whose first server can be prepared before there is an environment. */
export const earlyServers = async (context: Context) =>
  (await kindsOf(context)).find(({ servers }) => servers)?.servers?.();

export const none = (message: string) =>
  new ConductorError({
    code: 'server.none',
    message,
    hint: 'Own servers are those of a target that is made of them: docs/guides/own-server.md.',
    exit: exitCode.usage,
  });
