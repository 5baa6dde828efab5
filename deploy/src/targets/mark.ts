import type { Service } from '../model/service.ts';
import type { TargetContext } from './kind.ts';

/** Whose a thing on a platform is: project and environment of whoever has made it. */
export type Mark = Pick<TargetContext, 'project' | 'environment'>;

/** Names of variables that others had set in a service when it was adopted: they stay theirs. A list in JSON. */
export const keptVariable = 'CONDUCTOR_KEPT';

/** Variables that say whose a service is. Every service that we make or adopt has them. */
export const markVariables = ({ project, environment }: Mark): Record<string, string> => ({
  CONDUCTOR_PROJECT: project,
  CONDUCTOR_ENVIRONMENT: environment,
});

/**
 * Whether variables carry our mark. Earlier versions have not written the project; where another one shows, it is not ours.
 */
export function isMarked(variables: Readonly<Record<string, string | undefined>>, mark: Mark): boolean {
  const { CONDUCTOR_PROJECT: project = mark.project, CONDUCTOR_ENVIRONMENT: environment } = variables;
  return environment === mark.environment && project === mark.project;
}

/** Whose variables say that it is, for people. */
export function whose({
  CONDUCTOR_PROJECT: project,
  CONDUCTOR_ENVIRONMENT: environment,
}: Readonly<Record<string, string | undefined>>): string {
  if (environment === undefined) return 'it does not carry the mark of Conductor';
  return `it belongs to ${environment}${project === undefined ? '' : ` of ${project}`}`;
}

/** Names of the variables that are still others' in an adopted service: those that we neither set nor want to. */
export function keptBy(
  variables: Readonly<Record<string, string | undefined>>,
  set: object,
  wanted: Pick<Service, 'variables'> | undefined,
): ReadonlySet<string> {
  const names = namesIn(variables[keptVariable]);
  return new Set(names.filter((name) => !(name in set) && !(name in (wanted?.variables ?? {}))));
}

function namesIn(text: string | undefined): string[] {
  if (!text) return [];
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    // Edited by hand: no name can be told, so all of them count as changed by hand, which the plan shows.
    return [];
  }
}
