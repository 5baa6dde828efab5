import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConductorError, exitCode } from '../errors.ts';
import type { RecordedVariable, ReleaseRecord } from '../ledger/record.ts';
import type { Release } from '../model/release.ts';
import type { Service, Variable } from '../model/service.ts';
import type { Store } from '../model/store.ts';
import { writePrivateFile } from '../secrets/private-file.ts';
import type { Vault } from './vault.ts';

/** The secret values of one release, which its record knows by fingerprint only. Kept beside the ledger, 0600. */
const capsuleSchema = z.strictObject({
  format: z.literal('conductor-capsule/1'),
  services: z.record(z.string(), z.record(z.string(), z.string())),
  stores: z.record(z.string(), z.string()),
});

/** A release with everything that a target needs to run it. */
export interface Deployable {
  readonly release: Release;
  readonly services: readonly Service[];
}

/** Keeps the secret values of a release, so that it can be deployed again with them. */
export async function sealCapsule(folder: string, { release, services }: Deployable): Promise<void> {
  const secrets = (service: Service) =>
    Object.entries(service.variables).flatMap(([name, variable]) =>
      variable.kind === 'secret' ? [[name, variable.value]] : [],
    );
  const capsule: z.infer<typeof capsuleSchema> = {
    format: 'conductor-capsule/1',
    services: Object.fromEntries(
      services.map((service) => [service.name, Object.fromEntries(secrets(service))]),
    ),
    stores: Object.fromEntries(
      release.stores.flatMap(({ name, url }) => (url === undefined ? [] : [[name, url]])),
    ),
  };
  await writePrivateFile(join(folder, `${release.version}.json`), `${JSON.stringify(capsule)}\n`);
}

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
        imageStart,
        paths,
        health,
        metrics,
        replicas,
        drain,
        singleton,
        variables,
      }) => ({
        name,
        root,
        dockerfile,
        image,
        build: build && [...build],
        start: [...start],
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
  folder: string,
): Promise<Deployable> {
  const capsule = await openCapsule(join(folder, `${record.version}.json`));
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

/** A secret of a release that was deployed from here. */
export interface CapsuleValue {
  readonly version: string;
  readonly name: string;
  readonly value: string;
}

/** Secrets of every release that was deployed from here. A capsule that is damaged gives none; going back to it says so. */
export async function capsuleValues(folder: string): Promise<CapsuleValue[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const capsules = files.filter((file) => /^v\d{8}_\d{6}\.json$/.test(file));
  const all = await Promise.all(
    capsules.map(async (file) => {
      const parsed = capsuleSchema.safeParse(parseQuietly(await readFile(join(folder, file), 'utf8')));
      if (!parsed.success) return [];
      const version = file.slice(0, -'.json'.length);
      return [...Object.values(parsed.data.services), parsed.data.stores].flatMap((values) =>
        Object.entries(values).map(([name, value]) => ({ version, name, value })),
      );
    }),
  );
  return all.flat();
}

async function openCapsule(file: string): Promise<z.infer<typeof capsuleSchema> | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = capsuleSchema.safeParse(parseQuietly(text));
  if (parsed.success) return parsed.data;
  throw new ConductorError({
    code: 'release.capsule-corrupted',
    message: `${file} is not what was written there. It was left as it is.`,
    hint: 'Bring back a good copy, or go to another version.',
    exit: exitCode.checksFailed,
  });
}

/** JSON.parse quotes what it could not read, and here that is secret. */
function parseQuietly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function secretsMissing(version: string, missing: readonly string[]): ConductorError {
  return new ConductorError({
    code: 'release.secrets-missing',
    message: `The secrets of ${version} are not on this machine:\n${missing.map((each) => `  ${each}`).join('\n')}`,
    hint: 'Roll back from the machine that deployed it, or go to another version.',
    exit: exitCode.checksFailed,
  });
}
