import type { Finding } from '../../model/finding.ts';
import type { Service } from '../../model/service.ts';
import type { RailwaySettings } from './index.ts';

/** US dollars a month, from Railway's price list: a vCPU and a GB of memory that are used all the time. */
const prices = { cpu: 20, memory: 10 } as const;

/**
 * What the services cost at most. Railway charges what is used, so without limits to what a replica may use nobody can tell;
 * stores, volumes and traffic come on top.
 */
export function costFinding(
  services: readonly Pick<Service, 'replicas'>[],
  { cpus, memory }: Pick<RailwaySettings, 'cpus' | 'memory'>,
): Finding {
  const replicas = services.reduce((sum, service) => sum + service.replicas, 0);
  if (cpus === undefined || memory === undefined) {
    return {
      level: 'ok',
      title: 'What the services cost on Railway is not known',
      detail: `It charges what is used: $${prices.cpu} a vCPU and $${prices.memory} a GB of memory a month. With \`cpus\` and \`memory\` in railway({ … }) there is a most.`,
    };
  }
  const most = replicas * (cpus * prices.cpu + memory * prices.memory);
  return {
    level: 'ok',
    title: `The services cost at most $${Math.ceil(most)} a month on Railway`,
    detail: `${replicas} replicas of at most ${cpus} vCPU and ${memory} GB; stores, volumes and traffic come on top.`,
  };
}
