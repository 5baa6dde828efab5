import type { Serving } from '../domains/serving.ts';
import type { Session } from '../environment/session.ts';
import type { History } from '../ledger/history.ts';
import type { Service } from '../model/service.ts';
import { serviceAt } from './routes.ts';

/**
 * What is known of an environment, by which the answers of its domains are judged: what the ledger says is live, and beside it what
 * is being deployed at the moment.
 */
export function servingOf(
  { desired, environment }: Pick<Session, 'desired' | 'environment'>,
  { serving, deploys }: Pick<History, 'serving' | 'deploys'>,
): Serving {
  const last = deploys.at(-1);
  const underWay = last && last.end === undefined ? [last.version] : [];
  return {
    nameless: namelessOf({ serving, deploys }),
    versions: serving === null ? [] : [...new Set([serving.version, ...underWay])],
    paths: Object.fromEntries(
      desired.services.flatMap((service) => {
        const path = pathOf(service, desired.services);
        return path === undefined ? [] : [[service.name, path]];
      }),
    ),
    hosts: environment.domains,
  };
}

/** Services that were proven by the word of the place, because their answers name no version. */
function namelessOf({ serving, deploys }: Pick<History, 'serving' | 'deploys'>): string[] {
  const proofs = deploys.findLast(({ version, end }) => version === serving?.version && end?.proofs)?.end
    ?.proofs;
  return (proofs ?? []).flatMap(({ service, by }) => (by === 'deployment' ? [service] : []));
}

/** What visitors ask a service for: its first page; an API has none, and is asked for its health. */
function pathOf({ name, paths, health }: Service, services: readonly Service[]): string | undefined {
  if (paths.includes('/')) return '/';
  return health && serviceAt(health.path, services) === name ? health.path : paths[0];
}
