import { isDeepStrictEqual } from 'node:util';
import { ConductorError, exitCode } from '../../errors.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import type { Recollection } from '../memory.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import type { Fingerprint, Rendered } from '../variables.ts';
import type { RailwaySettings } from './index.ts';
import type { EnvironmentConfig } from './operations.ts';
import { placement } from './placement.ts';

/** A service in Railway's EnvironmentConfig, as far as it is ours to set. */
export interface ServiceConfig {
  source: Record<string, unknown>;
  build: Record<string, unknown>;
  deploy: Record<string, unknown>;
}

/** What belongs to one kind of source and has to go with it: a patch removes nothing by itself. */
const ofRepository = {
  repo: null,
  branch: null,
  commitSha: null,
  checkSuites: null,
  rootDirectory: null,
} as const;
const ofImage = { image: null, autoUpdates: null } as const;

/** Repository and commit, or image: what a service is made from. */
export function serviceSource(release: Release, service: Service, settings: RailwaySettings) {
  if (service.image) return { ...ofRepository, image: service.image };
  if (release.commit && settings.repository) {
    // A folder of a monorepo; the Dockerfile's own path begins at the repository, so its context stays there.
    const rootDirectory = service.dockerfile || service.root === '.' ? null : service.root;
    return { ...ofImage, repo: settings.repository, rootDirectory };
  }
  throw new ConductorError({
    code: 'railway.no-source',
    message: `Railway cannot get the code of ${service.name}: ${
      release.commit ? 'no repository is named' : 'the release has no commit'
    }, and it has no image.`,
    hint: 'Set `repository` in railway({ … }) and deploy a commit that is pushed, or give the services images by digest.',
    exit: exitCode.usage,
  });
}

/**
 * Everything about how a service is built and run, with null for what is not wanted: a patch removes nothing by itself. All of it is
 * sent whenever one part changes: Railway has been seen to drop the health path and the replicas of a service that only got a new
 * image. `task` is left alone when undefined.
 */
export function serviceSettings(
  service: Service,
  settings: RailwaySettings,
  observed: ConfigThere,
  task: readonly string[] | null | undefined,
): Omit<ServiceConfig, 'source'> {
  return {
    build: builds(service),
    deploy: {
      startCommand:
        commandLine(service.image || service.dockerfile ? imageStart(service) : service.start) || null,
      ...(task === undefined ? {} : { preDeployCommand: task ? [commandLine(task)] : null }),
      healthcheckPath: service.health?.path ?? null,
      healthcheckTimeout: service.health?.deadline ?? null,
      ...placement(service, settings, observed),
      overlapSeconds: service.singleton ? 0 : settings.overlap,
      drainingSeconds: Math.max(1, Math.round(service.drain)),
      restartPolicyType: 'ON_FAILURE',
      restartPolicyMaxRetries: 10,
      limitOverride: limits(settings),
    },
  };
}

function builds(service: Service): Record<string, unknown> {
  if (service.image) return { builder: null, dockerfilePath: null, buildCommand: null };
  if (service.dockerfile)
    return { builder: 'DOCKERFILE', dockerfilePath: service.dockerfile, buildCommand: null };
  const buildCommand = service.build ? commandLine(service.build) : null;
  return { builder: 'RAILPACK', dockerfilePath: null, buildCommand };
}

/** A service of a release: {@link serviceSettings} with what it is made from and its release task. */
export const serviceConfig = (
  release: Release,
  service: Service,
  settings: RailwaySettings,
  observed: ConfigThere,
  proven: boolean,
): ServiceConfig => ({
  source: serviceSource(release, service, settings),
  ...serviceSettings(
    service,
    settings,
    observed,
    release.task?.service === service.name && !proven ? release.task.command : null,
  ),
});

const limits = ({ cpus, memory }: RailwaySettings) =>
  cpus || memory
    ? { containers: { cpu: cpus ?? null, memoryBytes: memory ? memory * 1024 ** 3 : null } }
    : null;

/** A service as Railway has it in its environment. */
export type ConfigThere = EnvironmentConfig['services'][string] | undefined;

/** The parts of the config that differ from what Railway has; null when none does. */
export function configPatch(
  observed: ConfigThere,
  wanted: Partial<ServiceConfig>,
): Partial<ServiceConfig> | null {
  const differs = (['source', 'build', 'deploy'] as const).some((part) =>
    Object.entries(wanted[part] ?? {}).some(([key, value]) => !same(observed?.[part]?.[key], value)),
  );
  return differs ? wanted : null;
}

/** Nothing and null are the same to Railway. */
const same = (a: unknown, b: unknown): boolean => isDeepStrictEqual(withoutNulls(a), withoutNulls(b));

function withoutNulls(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value ?? undefined;
  const entries = Object.entries(value).map(([name, part]) => [name, withoutNulls(part)]);
  const kept = entries.filter(([, part]) => part !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

export type VariablesPatch = Record<string, { value: string; isSealed?: true } | null>;

/**
 * The variables that differ. A sealed one cannot be read, so its fingerprint from the time of writing is compared. Those that
 * we set once and are not wanted any more are removed; those that someone else set stay.
 */
export function variablesPatch(
  observed: ConfigThere,
  wanted: Readonly<Record<string, Rendered>>,
  remembered: Recollection['variables'],
  fingerprint: Fingerprint,
): VariablesPatch {
  const has = observed?.variables ?? {};
  const patch: VariablesPatch = {};
  for (const [name, { value, secret }] of Object.entries(wanted)) {
    const now = has[name];
    const unchanged = secret
      ? now?.isSealed && remembered[name] === fingerprint(name, value)
      : now && !now.isSealed && now.value === value;
    if (!unchanged) patch[name] = secret ? { value, isSealed: true } : { value };
  }
  for (const name of Object.keys(remembered)) if (!(name in wanted) && has[name]) patch[name] = null;
  return patch;
}

/** What to remember of variables that were written. */
export const rememberable = (
  wanted: Readonly<Record<string, Rendered>>,
  fingerprint: Fingerprint,
): Recollection['variables'] =>
  Object.fromEntries(
    Object.entries(wanted).map(([name, { value, secret }]) => [
      name,
      secret ? fingerprint(name, value) : null,
    ]),
  );
