import { createHash } from 'node:crypto';
import type { TargetContext } from '../kind.ts';

type Whose = Pick<TargetContext, 'project' | 'environment'>;

/** What of an environment runs in a service of Swarm. */
export type Role = 'service' | 'task' | 'store' | 'switch' | 'replacement';

/** Labels on everything that we make: whose it is and what it is for. */
export const label = {
  project: 'conductor.project',
  environment: 'conductor.environment',
  role: 'conductor.role',
  /** Name of the service or the store in the config. */
  name: 'conductor.service',
  release: 'conductor.release',
  /** How many replicas the release wants, while it rests at none. */
  replicas: 'conductor.replicas',
  /** `true`: there are never two of it. */
  singleton: 'conductor.singleton',
  /** Path by which a service is asked for its health. */
  health: 'conductor.health',
  /** Of a replacement: the service that it stands in for, and the server that it stays away from. */
  replaces: 'conductor.replaces',
  awayFrom: 'conductor.away-from',
  /** Keyed fingerprints of the secret variables, as JSON. */
  fingerprints: 'conductor.fingerprints',
  /** Keyed fingerprint of the specification: tells one that is as wanted from one that is not. */
  specification: 'conductor.specification',
  /** Names of the variables that are the release's, not ours, as JSON. */
  variables: 'conductor.variables',
  /** Name of the image that a store runs from. */
  image: 'conductor.image',
  /** When the release last began to serve as a whole, as an ISO time; one that never has carries none. */
  proven: 'conductor.proven',
} as const;

/** Host names and service names: letters, digits and dashes. */
const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** `crm-production`: the beginning of the name of everything of an environment. */
export const prefixOf = ({ project, environment }: Whose): string =>
  `${plain(project)}-${plain(environment)}`;

/** The longest name of a service in Swarm, which is a host name, too. */
const longest = 63;

/**
 * `crm-production-backend-20260101-000000`: the service that runs one service of one release. Where that is too long it is cut, and its end
 * tells it from others.
 */
export function serviceName(whose: Whose, service: string, version: string): string {
  const name = `${prefixOf(whose)}-${plain(service)}`;
  const end = `-${plain(version).replace(/^v(?=\d)/, '')}`;
  return `${name.slice(0, longest - end.length)}${end}`;
}

/** What stands in for a service while it moves. */
export const replacementName = (service: string): string => {
  const end = `-${createHash('sha256').update(service).digest('hex').slice(0, 8)}`;
  return `${service.slice(0, longest - end.length)}${end}`;
};

export const storeName = (whose: Whose, store: string): string => `${prefixOf(whose)}-${plain(store)}`;
export const switchName = (whose: Whose): string => `${prefixOf(whose)}-switch`;
export const networkName = (whose: Whose): string => prefixOf(whose);

/** The one edge of a swarm, which all its projects share, and the network on which it reaches their switches. */
export const edgeName = 'conductor-edge';
export const edgeLabels = { 'conductor.role': 'edge' } as const;

/** Labels of a thing of this environment. */
export const labelsOf = (whose: Whose, role: Role, more: Readonly<Record<string, string>> = {}) => ({
  [label.project]: whose.project,
  [label.environment]: whose.environment,
  [label.role]: role,
  ...more,
});

/** A filter of the engine that finds what carries all of these labels. */
export const filterOf = (found: Readonly<Record<string, string>>): string =>
  JSON.stringify({ label: Object.entries(found).map(([name, value]) => `${name}=${value}`) });

/** Everything of this environment. */
export const oursFilter = ({ project, environment }: Whose): string =>
  filterOf({ [label.project]: project, [label.environment]: environment });
