import type { ServerList, ServerSeen } from '../../servers.ts';
import { label } from '../names.ts';
import { nameOf } from '../nodes.ts';
import { type EngineNode, type EngineService, type EngineTask, operations } from '../operations.ts';
import { isRunning, labelOf } from '../services.ts';
import type { Site } from '../site.ts';
import { addressOfNode, type Described, isManager, nodesOf, openSwarm } from './members.ts';
import { quorumOf } from './quorum.ts';

/** Every server of the swarm, and what runs there. */
export async function listServers(place: Described): Promise<ServerList> {
  const site = await openSwarm(place);
  const [nodes, services, tasks] = [
    await nodesOf(site),
    await site.rest(operations.services),
    await site.rest(operations.tasks, {
      query: { filters: JSON.stringify({ 'desired-state': ['running'] }) },
    }),
  ];
  const managers = nodes.filter(isManager);
  const reachable = managers.filter((node) => node.ManagerStatus?.Reachability === 'reachable');
  return {
    servers: nodes
      .map((node) => seen(site, node, services, tasks))
      .toSorted((a, b) => Number(b.host) - Number(a.host) || (a.address < b.address ? -1 : 1)),
    managers: managers.length,
    reachable: reachable.length,
    quorum: quorumOf(managers.length, reachable.length),
  };
}

function seen(
  { node: host, context }: Site,
  node: EngineNode,
  services: readonly EngineService[],
  tasks: readonly EngineTask[],
): ServerSeen {
  const here = tasks.filter((task) => task.NodeID === node.ID && isRunning(task));
  const names = here.flatMap(({ ServiceID }) => {
    const service = services.find(({ ID }) => ID === ServiceID);
    return service ? [shortName(service, context)] : [];
  });
  return {
    name: nameOf(node),
    id: node.ID,
    address: addressOfNode(node),
    host: node.ID === host,
    role: node.ManagerStatus?.Leader ? 'leader' : isManager(node) ? 'manager' : 'worker',
    state: node.Status.State,
    availability: node.Spec.Availability,
    engine: node.Description?.Engine?.EngineVersion ?? '',
    runs: Object.entries(Object.groupBy(names, (name) => name))
      .map(([name, all]) => ({ name, replicas: all!.length }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The edge, which all share, and what is of this environment, by the names of the config; others by the names there. */
function shortName(service: EngineService, { project, environment }: Site['context']): string {
  const role = labelOf(service, label.role);
  const ours =
    labelOf(service, label.project) === project && labelOf(service, label.environment) === environment;
  if (!role || !(ours || role === 'edge')) return service.Spec.Name;
  return labelOf(service, label.name) ?? role;
}
