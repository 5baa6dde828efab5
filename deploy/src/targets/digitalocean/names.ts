import { createHash } from 'node:crypto';
import type { Store } from '../../model/store.ts';
import type { TargetContext } from '../kind.ts';
import type { DigitalOceanSettings } from './index.ts';

type Named = Pick<TargetContext<DigitalOceanSettings>, 'settings' | 'project' | 'environment'>;

/** The most that DigitalOcean takes, and the part of it that a hash gets. */
const longest = 32;
const hashed = 6;

/** One app an environment: an app has no environments of its own. A name that is too long is cut, and told apart by a hash of the whole. */
export function appName({ settings, project, environment }: Named): string {
  const whole = `${project}-${environment}`;
  if (settings.name) return settings.name;
  if (whole.length <= longest && !whole.endsWith('-')) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, hashed);
  return `${whole.slice(0, longest - hashed - 1).replace(/-+$/, '')}-${hash}`;
}

/** What an earlier version has called the app: two environments with long names could have one name, and one app. */
export const earlierAppName = ({ settings, project, environment }: Named): string =>
  settings.name ?? `${project}-${environment}`.slice(0, longest);

export const clusterName = (context: Named, store: Pick<Store, 'name'>): string =>
  `${appName(context)}-${store.name}`;

/** Tags that say whose a cluster is. */
export const clusterTags = ({ project, environment }: Named): string[] => [
  'conductor',
  `conductor-project:${project}`,
  `conductor-environment:${environment}`,
];
