import { ConductorError } from '../../errors.ts';
import type { Finding } from '../../model/finding.ts';
import { requireImage } from './images.ts';
import { type EngineNode, operations } from './operations.ts';
import type { Site } from './site.ts';

/** What can be known before a deploy: the managers agree, the nodes are there, images can reach them, and every service has one. */
export async function swarmFindings(site: Site): Promise<Finding[]> {
  const { context, info } = site;
  const nodes = await site.rest(operations.nodes);
  const found: Finding[] = [
    {
      level: 'ok',
      title: `Docker ${info.ServerVersion} answers on ${info.Name}, as a manager of ${nodes.length === 1 ? 'one node' : `${nodes.length} nodes`}`,
    },
  ];
  found.push(...nodeFindings(nodes), ...managerFindings(nodes));
  const building = context.services.filter(
    ({ image, dockerfile }) => image === undefined && dockerfile !== undefined,
  );
  const missing = nodes.length - 1 - context.settings.nodes.length;
  if (building.length > 0 && missing > 0) {
    found.push({
      level: 'failure',
      title: `Images of ${building.map(({ name }) => name).join(', ')} are built on the server, and ${missing} of the other nodes cannot be sent them`,
      fix: 'Name the other nodes in `nodes` of swarm({ … }), as ssh://user@node; or give the services images of a registry.',
    });
  }
  for (const service of context.services) {
    try {
      requireImage(service);
    } catch (error) {
      if (!(error instanceof ConductorError)) throw error;
      found.push({ level: 'failure', title: error.message, fix: error.hint ?? '' });
    }
  }
  const own = context.stores.filter(({ url }) => !url).map(({ name }) => name);
  if (own.length > 0 && nodes.length > 1) {
    found.push({
      level: 'warning',
      title: `${own.join(' and ')} ${own.length === 1 ? 'lies' : 'lie'} on the disk of ${info.Name} alone`,
      detail: 'When that node is lost the other ones go on without it; the nightly backup is the way back.',
      fix: 'Give the stores a `url` of a managed server where that is too little.',
    });
  }
  return found;
}

function nodeFindings(nodes: readonly EngineNode[]): Finding[] {
  const away = nodes.filter(({ Status, Spec }) => Status.State !== 'ready' || Spec.Availability !== 'active');
  if (away.length === 0) return [];
  return [
    {
      level: 'warning',
      title: away
        .map(
          ({ Description, ID, Status, Spec }) =>
            `The node ${Description?.Hostname || ID} is ${Status.State !== 'ready' ? Status.State : Spec.Availability}`,
        )
        .join('; '),
      detail: 'What ran there runs on the other nodes, as far as they have room.',
      fix: 'Bring it back, or take it out of the swarm: docker node rm.',
    },
  ];
}

function managerFindings(nodes: readonly EngineNode[]): Finding[] {
  const managers = nodes.filter(({ ManagerStatus }) => ManagerStatus);
  const reachable = managers.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable');
  const lost = Math.floor((managers.length - 1) / 2);
  const found: Finding[] = [];
  if (reachable.length < managers.length) {
    found.push({
      level: 'warning',
      title: `${reachable.length} of ${managers.length} managers answer`,
      detail: 'Without more than half of them nothing can be changed; what runs goes on.',
      fix: 'Bring the others back.',
    });
  }
  if (managers.length > 1 && managers.length % 2 === 0) {
    found.push({
      level: 'warning',
      title: `${managers.length} managers bear the loss of ${lost}, no more than ${managers.length - 1} would`,
      fix: 'Have an odd number of managers: docker node promote, docker node demote.',
    });
  }
  return found;
}
