import { type Description, describe } from '../config/description.ts';
import { hooksOf } from '../config/hooks.ts';
import { loadProject } from '../config/load.ts';
import { environmentOf } from '../config/resolve.ts';
import { isAddress } from '../config/secret-address.ts';
import { sourceOf } from '../environment/git.ts';
import type { Hook } from '../model/hook.ts';
import type { ConfiguredKind } from '../model/target-kind.ts';
import { fromNothing } from '../plan/from-nothing.ts';
import type { Difference } from '../plan/plan.ts';

/** A plan for a place where there is nothing: all of it is added. */
export interface Preview {
  readonly environment: string;
  readonly differences: readonly Difference[];
  /** Settings of which the config says that an environment has to give them a value, and this one does not: one line each. */
  readonly missing: readonly string[];
  /** Names of the secrets that a deploy needs and that are not kept elsewhere. Whether they have a value is not looked at. */
  readonly secrets: readonly string[];
  /** The project's own commands that a deploy runs on this machine. */
  readonly hooks: readonly Hook[];
}

/**
 * What a deploy would make where there is nothing. Reads the config and the commit, and asks nobody: no place, no ledger, no secrets, so it
 * needs no token, no key and no network. `wanted`: the environment; left out, the config's first.
 * @throws {ConductorError} exit 2 for what is wrong with the config.
 */
export async function previewDeploy(
  from: string,
  wanted: string | undefined,
  kinds: readonly ConfiguredKind[],
): Promise<Preview> {
  const { root, project } = await loadProject(from, kinds);
  const environment = wanted ?? Object.keys(project.environments)[0]!;
  const description = describe(project, environment);
  return {
    environment,
    differences: fromNothing(description, await sourceOf(root)),
    ...needed(description),
    hooks: hooksOf(project, environmentOf(project, environment)),
  };
}

function needed({ services }: Description): Pick<Preview, 'missing' | 'secrets'> {
  const settings = services.flatMap((service) =>
    Object.entries(service.settings).map(([name, setting]) => ({ service: service.name, name, setting })),
  );
  const missing = settings.flatMap(({ service, name, setting }) =>
    typeof setting === 'object' && setting.kind === 'required'
      ? [`${service}: ${name} has no value here (${setting.what})`]
      : [],
  );
  const secrets = settings.flatMap(({ setting }) =>
    typeof setting === 'object' && setting.kind === 'secret' && !isAddress(setting.name)
      ? [setting.name]
      : [],
  );
  return { missing, secrets: [...new Set(secrets)] };
}
