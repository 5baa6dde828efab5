import type { Behaviour } from '../twin.ts';
import type { Cluster, Service } from './cluster.ts';
import type { TaskTemplate } from './specification.ts';

/** What a container does. */
export type Conduct =
  | 'good'
  | 'crash'
  | 'silent-crash'
  | 'unhealthy'
  | 'no-image'
  | 'no-node'
  | 'sick-later'
  | 'removed'
  | 'odd-word';

/** The words that all twins share, as an engine would do it. */
export function conductOf(behaviour: Behaviour, oneShot: boolean): Conduct {
  switch (behaviour) {
    case 'crash':
      return 'crash';
    // A task of the release is not the service.
    case 'crashes':
      return oneShot ? 'good' : 'crash';
    case 'task-fails':
      return oneShot ? 'crash' : 'good';
    case 'fails-in-silence':
      return 'silent-crash';
    case 'unhealthy':
    case 'health-fails':
      return oneShot ? 'good' : 'unhealthy';
    case 'rejected':
    case 'build-fails':
      return 'no-image';
    case 'stuck':
      return 'no-node';
    case 'skipped':
    case 'canceled':
      return 'removed';
    default:
      return behaviour;
  }
}

/** `NAME='value'`, as a shell reads it, or plain `NAME=value` lines. */
function settingsIn(text: string): Record<string, string> {
  const found = text.matchAll(/^([A-Za-z_]\w*)=(?:'((?:[^']|'\\'')*)'|(.*))$/gm);
  return Object.fromEntries(
    [...found].map(([, name, quoted, plain]) => [name!, quoted?.replaceAll("'\\''", "'") ?? plain ?? '']),
  );
}

/** What a program of a service sees in its environment: `Env`, and what is in the secrets that are mounted as settings. */
export function variablesOf(cluster: Cluster, template: TaskTemplate): Record<string, string> {
  const { Env = [], Secrets = [] } = template.ContainerSpec ?? {};
  const files = Secrets.map(({ SecretID }) => cluster.secrets.find(({ id }) => id === SecretID));
  const settings = files.map((file) => settingsIn(file?.data.toString('utf8') ?? ''));
  const own = Env.map((one): [string, string] => {
    const at = one.indexOf('=');
    return at < 0 ? [one, ''] : [one.slice(0, at), one.slice(at + 1)];
  });
  // What a process is given counts before a file.
  return Object.assign({}, ...settings, Object.fromEntries(own)) as Record<string, string>;
}

/** Of whom it is asked what it does: the name in the config where our label says it, or the name of the service. */
export const subject = ({ spec }: Service): string => spec.Labels['conductor.service'] ?? spec.Name;
