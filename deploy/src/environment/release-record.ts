import { ConductorError, exitCode } from '../errors.ts';
import type { RecordedVariable, ReleaseRecord } from '../ledger/record.ts';
import type { Variable } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import type { Deployable } from './capsule.ts';
import type { Capsules } from './capsules.ts';
import type { Vault } from './vault.ts';

/** What the ledger records of a release: everything, secrets by their fingerprints. */
export function recordOf(
  { release, services }: Deployable,
  vault: Vault,
  more: Pick<ReleaseRecord, 'by' | 'changes' | 'backup'>,
): ReleaseRecord {
  const recorded = (name: string, variable: Variable): RecordedVariable =>
    variable.kind === 'secret'
      ? { kind: 'secret', fingerprint: vault.fingerprint(name, variable.value) }
      : variable;
  return {
    type: 'release',
    version: release.version,
    commit: release.commit,
    dirty: release.dirty,
    createdAt: release.createdAt,
    ...(release.task && { task: release.task }),
    services: services.map(
      ({
        name,
        root,
        dockerfile,
        image,
        build,
        start,
        static: files,
        imageStart,
        paths,
        health,
        metrics,
        replicas,
        drain,
        singleton,
        variables,
        commands = {},
      }) => ({
        name,
        root,
        dockerfile,
        image,
        build: build && [...build],
        start: [...start],
        ...(files && { static: { ...files } }),
        imageStart: imageStart && [...imageStart],
        paths: [...paths],
        health,
        metrics,
        replicas,
        drain,
        singleton,
        variables: Object.fromEntries(
          Object.entries(variables).map(([key, variable]) => [key, recorded(key, variable)]),
        ),
        ...(Object.keys(commands).length > 0 && { commands: { ...commands } }),
      }),
    ),
    stores: release.stores.map(({ name, kind, url }) => ({
      name,
      kind,
      ...(url !== undefined && { outside: vault.fingerprint(`store ${name}`, url) }),
    })),
    ...more,
  };
}

/**
 * A recorded release as it was, its secrets taken from its capsule.
 * @throws {ConductorError} `release.secrets-missing` (exit 3) where a secret of then cannot be had here.
 */
export async function restore(
  record: ReleaseRecord,
  environment: string,
  capsules: Capsules,
): Promise<Deployable> {
  const capsule = await capsules.find(record.version);
  const missing: string[] = [];
  const valueFor = (service: string, name: string, variable: RecordedVariable): Variable => {
    if (variable.kind !== 'secret') return variable;
    const value = capsule?.services[service]?.[name];
    if (value === undefined) missing.push(`${service}: ${name}`);
    return { kind: 'secret', value: value ?? '' };
  };
  const services = record.services.map((service) => ({
    ...service,
    variables: Object.fromEntries(
      Object.entries(service.variables).map(([name, variable]) => [
        name,
        valueFor(service.name, name, variable),
      ]),
    ),
  }));
  const stores = record.stores.map(({ name, kind, outside }): Store => {
    const url = capsule?.stores[name];
    if (outside !== undefined && url === undefined) missing.push(`${name}: url`);
    return url === undefined ? { name, kind } : { name, kind, url };
  });
  if (missing.length > 0) throw secretsMissing(record.version, missing);
  const { version, commit, dirty, createdAt, task } = record;
  return {
    release: { version, commit, dirty, environment, createdAt, stores, ...(task && { task }) },
    services,
  };
}

function secretsMissing(version: string, missing: readonly string[]): ConductorError {
  return new ConductorError({
    code: 'release.secrets-missing',
    message: `The secrets of ${version} are not on this machine:\n${missing.map((each) => `  ${each}`).join('\n')}`,
    hint: 'Go to another version, or run this on the machine that deployed it.',
    exit: exitCode.checksFailed,
  });
}
