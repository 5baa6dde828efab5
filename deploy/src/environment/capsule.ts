import { z } from 'zod';
import type { Release } from '../model/release.ts';
import type { Service } from '../model/service.ts';

/** The secret values of one release, which its record knows by fingerprint only. */
const capsuleSchema = z.strictObject({
  format: z.literal('conductor-capsule/1'),
  services: z.record(z.string(), z.record(z.string(), z.string())),
  stores: z.record(z.string(), z.string()),
});
export type Capsule = Readonly<z.infer<typeof capsuleSchema>>;

/** A release with everything that a target needs to run it. */
export interface Deployable {
  readonly release: Release;
  readonly services: readonly Service[];
}

/** What has to be kept secret of a release, so that it can be deployed again. */
export function capsuleOf({ release, services }: Deployable): Capsule {
  const secrets = (service: Service) =>
    Object.entries(service.variables).flatMap(([name, variable]) =>
      variable.kind === 'secret' ? [[name, variable.value]] : [],
    );
  return {
    format: 'conductor-capsule/1',
    services: Object.fromEntries(
      services.map((service) => [service.name, Object.fromEntries(secrets(service))]),
    ),
    stores: Object.fromEntries(
      release.stores.flatMap(({ name, url }) => (url === undefined ? [] : [[name, url]])),
    ),
  };
}

export const isEmpty = ({ services, stores }: Capsule): boolean =>
  Object.keys(stores).length === 0 &&
  Object.values(services).every((secrets) => Object.keys(secrets).length === 0);

export const serializeCapsule = (capsule: Capsule): string => `${JSON.stringify(capsule)}\n`;

/** Undefined for what is no capsule. JSON.parse quotes what it could not read, and here that is secret. */
export function parseCapsule(text: string): Capsule | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return capsuleSchema.safeParse(value).data;
}

/** A secret of a release of before. */
export interface CapsuleValue {
  readonly version: string;
  readonly name: string;
  readonly value: string;
}

/** Every secret of a release. */
export const valuesOf = (version: string, { services, stores }: Capsule): CapsuleValue[] =>
  [...Object.values(services), stores].flatMap((values) =>
    Object.entries(values).map(([name, value]) => ({ version, name, value })),
  );
