import { environmentOf, settingsOf } from './resolve.ts';
import type { Project } from './schema.ts';
import { isAddress } from './secret-address.ts';

/** A secret of an environment that is kept elsewhere, and what it is for. */
export interface KeptElsewhere {
  readonly address: string;
  /** The setting, or its path in the config where it is none: `SMTP_PASSWORD`, `stores.mongodb.url`, `backups.store`. */
  readonly name: string;
  /** The service whose setting it is, or the store whose address it is; null for what no release has. */
  readonly of: { readonly service: string } | { readonly store: string } | null;
}

/** Every secret of an environment that is kept elsewhere, once for each use of it. */
export function keptElsewhere(project: Project, environmentName: string): KeptElsewhere[] {
  const environment = environmentOf(project, environmentName);
  return [
    ...Object.keys(project.services).flatMap((service) =>
      Object.entries(settingsOf(project, environment, service)).flatMap(([name, setting]) =>
        addressesIn(setting).map((address) => ({ address, name, of: { service } })),
      ),
    ),
    ...Object.entries(project.stores).flatMap(([store, { url }]) =>
      addressesIn(environment.stores[store]?.url ?? url).map((address) => ({
        address,
        name: `stores.${store}.url`,
        of: { store },
      })),
    ),
    ...Object.entries(environment.backups ?? {}).flatMap(([key, value]) =>
      addressesIn(value).map((address) => ({ address, name: `backups.${key}`, of: null })),
    ),
    ...environment.notify.flatMap((notifier, at) =>
      Object.entries(notifier).flatMap(([key, value]) =>
        addressesIn(value).map((address) => ({ address, name: `notify[${at}].${key}`, of: null })),
      ),
    ),
  ];
}

/** Of a value of the config: that of `secret.from(…)`, also within `optional(…)`. */
function addressesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const { kind, name, setting } = value as { kind?: unknown; name?: unknown; setting?: unknown };
  if (kind === 'optional') return addressesIn(setting);
  return kind === 'secret' && typeof name === 'string' && isAddress(name) ? [name] : [];
}
