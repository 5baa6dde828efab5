import { ConductorError, exitCode } from '../../errors.ts';
import { isRefused, PlatformRefusal } from '../refusal.ts';
import { filterOf, label, oursFilter } from './names.ts';
import { type EngineService, type EngineTask, operations } from './operations.ts';
import { loginFor } from './registry.ts';
import type { Site } from './site.ts';
import type { ServiceSpec } from './spec.ts';

type Of = Readonly<Record<string, string>>;
/** As much of a specification as its image needs. */
type Imaged = { readonly TaskTemplate: { readonly [more: string]: unknown } };

const imageOf = ({ TaskTemplate }: Imaged): string =>
  (TaskTemplate.ContainerSpec as { readonly Image: string }).Image;

/** Everything of this environment that runs or rests, with how many of its tasks run. */
export const listServices = ({ rest, context }: Site, more: Of = {}): Promise<EngineService[]> =>
  rest(operations.services, {
    query: {
      filters: JSON.stringify({
        label: [
          ...(JSON.parse(oursFilter(context)) as { label: string[] }).label,
          ...(JSON.parse(filterOf(more)) as { label: string[] }).label,
        ],
      }),
      status: 'true',
    },
  });

/** The service of that exact name, whoever has made it. */
export async function serviceNamed(
  { rest }: Pick<Site, 'rest'>,
  name: string,
): Promise<EngineService | null> {
  // The engine's filter takes every name that begins so.
  const found = await rest(operations.services, { query: { filters: JSON.stringify({ name: [name] }) } });
  return found.find(({ Spec }) => Spec.Name === name) ?? null;
}

export const labelOf = ({ Spec }: Pick<EngineService, 'Spec'>, name: string): string | undefined =>
  Spec.Labels[name];

export const isOurs = ({ context }: Pick<Site, 'context'>, { Spec }: Pick<EngineService, 'Spec'>): boolean =>
  Spec.Labels[label.project] === context.project && Spec.Labels[label.environment] === context.environment;

/**
 * Makes a service, or joins the one of that name if it is ours and for the same.
 * @throws {ConductorError} `swarm.name-taken` (exit 3) for somebody else's
 */
export async function ensureService(
  site: Site,
  spec: ServiceSpec,
): Promise<{ readonly service: EngineService; readonly made: boolean }> {
  const found = await serviceNamed(site, spec.Name);
  if (found) return { service: checked(site, found, spec), made: false };
  try {
    await site.rest(operations.createService, { body: spec, headers: loginFor(site, imageOf(spec)) });
  } catch (error) {
    // A lost reply may have been a good one, and somebody may have been quicker.
    const late =
      isRefused(error) && (error as PlatformRefusal).refusal !== 'name'
        ? null
        : await serviceNamed(site, spec.Name);
    if (!late) throw error;
    return { service: checked(site, late, spec), made: false };
  }
  const service = await serviceNamed(site, spec.Name);
  if (!service)
    throw new PlatformRefusal('Docker', 'strange', {
      said: `the service ${spec.Name} was made and is not there`,
    });
  return { service, made: true };
}

function checked(site: Site, found: EngineService, spec: ServiceSpec): EngineService {
  const same = [label.project, label.environment, label.role, label.name, label.release].every(
    (name) => found.Spec.Labels[name] === spec.Labels[name],
  );
  if (same) return found;
  throw new ConductorError({
    code: 'swarm.name-taken',
    message: `The service ${spec.Name} of the swarm was not made by Conductor for ${site.context.environment} of ${site.context.project}.`,
    hint: 'Rename it there, or the project or the service in `conductor.config.ts`. Nothing of it was touched.',
    exit: exitCode.checksFailed,
  });
}

/** Times that an update is tried: each time somebody else was quicker. */
const tries = 5;

/**
 * Changes a service: an update has to name what it replaces, and is made again on top of what somebody else has changed meanwhile.
 * @param change null: nothing has to change
 */
export async function updateService(
  site: Site,
  id: string,
  change: (spec: EngineService['Spec']) => Imaged | null,
): Promise<void> {
  for (let left = tries; ; left--) {
    const { Version, Spec } = await site.rest(operations.service, { path: { id } });
    const next = change(Spec);
    if (next === null) return;
    try {
      await site.rest(operations.updateService, {
        path: { id },
        query: { version: Version.Index },
        body: next,
        headers: loginFor(site, imageOf(next)),
      });
      return;
    } catch (error) {
      const outdated = /out of sequence/.test(String((error as Error).message));
      // Whether one that had no answer was made is seen when it is read again: the managers may have been choosing a leader.
      if (left <= 1 || !(outdated || !isRefused(error))) throw error;
    }
  }
}

/** So many replicas of it from now on. */
export const scale = (site: Site, id: string, replicas: number): Promise<void> =>
  updateService(site, id, (spec) =>
    spec.Mode.Replicated?.Replicas === replicas
      ? null
      : { ...spec, Mode: { Replicated: { Replicas: replicas } } },
  );

export const setLabels = (site: Site, id: string, more: Of): Promise<void> =>
  updateService(site, id, (spec) =>
    Object.entries(more).every(([name, value]) => spec.Labels[name] === value)
      ? null
      : { ...spec, Labels: { ...spec.Labels, ...more } },
  );

export const removeService = async ({ rest }: Pick<Site, 'rest'>, id: string): Promise<void> => {
  await rest(operations.deleteService, { path: { id } });
};

/** The tasks of a service, the newest first. */
export async function tasksOf({ rest }: Pick<Site, 'rest'>, service: string): Promise<EngineTask[]> {
  const tasks = await rest(operations.tasks, { query: { filters: JSON.stringify({ service: [service] }) } });
  return tasks.toSorted((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1));
}

/** The tasks of everything of this environment, by service, the newest first. */
export async function tasksOfAll({ rest, context }: Site): Promise<ReadonlyMap<string, EngineTask[]>> {
  const tasks = await rest(operations.tasks, { query: { filters: oursFilter(context) } });
  return Map.groupBy(
    tasks.toSorted((a, b) => (a.CreatedAt < b.CreatedAt ? 1 : -1)),
    ({ ServiceID }) => ServiceID,
  );
}

/** Words for a task that has come to its end; every other one may still run. */
export const ended: readonly string[] = ['complete', 'failed', 'rejected', 'shutdown', 'orphaned', 'remove'];

export const isRunning = ({ Status, DesiredState }: EngineTask): boolean =>
  Status.State === 'running' && DesiredState === 'running';

/** The container of a service that runs on the node that is asked; null while there is none. */
export async function containerHere(site: Site, service: string): Promise<string | null> {
  return containerAmong(site, await tasksOf(site, service));
}

/** The same, of tasks that were just read. */
export function containerAmong({ node }: Pick<Site, 'node'>, tasks: readonly EngineTask[]): string | null {
  const here = tasks.find((task) => isRunning(task) && task.NodeID === node);
  return here?.Status.ContainerStatus?.ContainerID || null;
}
