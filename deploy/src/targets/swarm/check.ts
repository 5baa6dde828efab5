import { ConductorError } from '../../errors.ts';
import type { Finding } from '../../model/finding.ts';
import { isEdgeOutdated } from './edge.ts';
import { missingOn, requireImage } from './images.ts';
import { edgeName, label } from './names.ts';
import { nameOf, takesReplicas, unreached } from './nodes.ts';
import { observe } from './observe.ts';
import { type EngineNode, type EngineService, operations } from './operations.ts';
import { labelOf, listServices } from './services.ts';
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
  found.push(...nodeFindings(nodes, context.environment), ...managerFindings(nodes, context.environment));
  const building = context.services.filter(
    ({ image, dockerfile }) => image === undefined && dockerfile !== undefined,
  );
  const unsent = building.length > 0 ? await unreached(site, nodes) : [];
  if (unsent.length > 0) {
    const { away } = await site.others();
    found.push({
      level: 'failure',
      title: `Images of ${building.map(({ name }) => name).join(', ')} are built on the server, and cannot be sent to ${unsent.map(nameOf).join(', ')}, which would run them, too`,
      ...(away.length > 0 && { detail: away.map(({ why }) => why).join('; ') }),
      fix: 'Name the other nodes in `nodes` of swarm({ … }), as ssh://user@node; or give the services images of a registry.',
    });
  }
  found.push(...(await imageFindings(site, nodes)));
  found.push(...(await storeFindings(site)), ...(await edgeFindings(site)));
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

/** A node that was away while images were sent has none of them, and replicas that are started there fail. */
async function imageFindings(site: Site, nodes: readonly EngineNode[]): Promise<Finding[]> {
  const able = nodes.filter((one) => takesReplicas(one) && one.ID !== site.node);
  if (able.length === 0) return [];
  const running = (await listServices(site, { [label.role]: 'service' })).filter(
    ({ Spec }) => (Spec.Mode.Replicated?.Replicas ?? 0) > 0,
  );
  const found: Finding[] = [];
  for (const other of (await site.others()).reached) {
    const node = able.find(({ ID }) => ID === other.node);
    if (!node) continue;
    // By a digest it is found in its registry; by its id only where it lies already.
    const own = running.map(imageOf).filter((image) => image.startsWith('sha256:'));
    const missing = await missingOn(other, new Set(own));
    const names = running
      .filter((one) => missing.includes(imageOf(one)))
      .map((one) => labelOf(one, label.name));
    if (names.length === 0) continue;
    found.push({
      level: 'warning',
      title: `${nameOf(node)} has no image of ${names.join(', ')}: what the swarm starts there does not run`,
      detail: 'It was away when the release was deployed.',
      fix: `The next deploy sends what is missing: conductor deploy ${site.context.environment}`,
    });
  }
  return found;
}

const imageOf = ({ Spec }: EngineService): string => Spec.TaskTemplate.ContainerSpec.Image;

function nodeFindings(nodes: readonly EngineNode[], environment: string): Finding[] {
  const away = nodes.filter(({ Status, Spec }) => Status.State !== 'ready' || Spec.Availability !== 'active');
  if (away.length === 0) return [];
  return [
    {
      level: 'warning',
      title: away
        .map(
          (node) =>
            `The node ${nameOf(node)} is ${node.Status.State !== 'ready' ? node.Status.State : node.Spec.Availability}`,
        )
        .join('; '),
      detail: 'What ran there runs on the other nodes, as far as they have room.',
      fix: `Bring it back, or see what is to be done with it: conductor server list ${environment}`,
    },
  ];
}

function managerFindings(nodes: readonly EngineNode[], environment: string): Finding[] {
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
      fix: `Have an odd number of managers. Which there are: conductor server list ${environment}`,
    });
  }
  return found;
}

/** Nobody's deploy takes a store away for a minute without being told to. */
async function storeFindings(site: Site): Promise<Finding[]> {
  const { stores } = await observe(site);
  return stores.flatMap(({ name, upgrade }): Finding[] =>
    upgrade
      ? [
          {
            level: 'warning',
            title: `${name} runs as ${upgrade.from}, and the settings name ${upgrade.to}`,
            fix: `A deploy leaves it. With a backup made, and when nobody has to save for a minute: conductor deploy ${site.context.environment} --upgrade-stores`,
          },
        ]
      : [],
  );
}

/** It is everybody's on this swarm: a deploy of one leaves it as it is. */
async function edgeFindings(site: Site): Promise<Finding[]> {
  if (!(await isEdgeOutdated(site))) return [];
  const { host } = site.context.settings;
  return [
    {
      level: 'warning',
      title:
        'The edge of the server was started by another version of Conductor, or with other ports or another image than the settings name',
      fix: host.startsWith('ssh:')
        ? `A deploy leaves it. When visitors may wait for a second: conductor server add ${site.context.environment} ${host}`
        : `A deploy leaves it. When nobody has to be served until the next deploy has begun: docker service rm ${edgeName}, and deploy`,
    },
  ];
}
